"""The cheap look at the devices of macOS and Windows, over stand-ins for the systems' libraries."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, cast

import pytest

from mediadevices_native.microphones.portaudio.system_devices import device_fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.microphones.portaudio.system_devices import Library


class CoreAudio:
    """What is used of Core Audio; the properties are the system object's."""

    def __init__(self) -> None:
        self.properties = {b"dev#": [40, 41], b"dIn ": [40], b"dOut": [41]}
        self.status = 0
        self.run_loops: list[int | None] = []

    def _find(self, system: int, address: Any, qualifier_size: int, qualifier: None) -> bytes:
        assert (system, qualifier_size, qualifier) == (1, 0, None)
        where = address._obj
        assert (where.scope.to_bytes(4), where.element) == (b"glob", 0)
        return where.selector.to_bytes(4)

    def AudioObjectGetPropertyDataSize(self, *arguments: Any) -> int:  # noqa: N802  (the system's name)
        numbers = self.properties[self._find(*arguments[:4])]
        arguments[4]._obj.value = 4 * len(numbers)
        return self.status

    def AudioObjectGetPropertyData(self, *arguments: Any) -> int:  # noqa: N802  (the system's name)
        numbers = self.properties[self._find(*arguments[:4])]
        size, data = arguments[4]._obj, arguments[5]
        assert size.value >= 4 * len(numbers)
        ctypes.memmove(data, (ctypes.c_uint32 * len(numbers))(*numbers), 4 * len(numbers))
        size.value = 4 * len(numbers)
        return self.status

    def AudioObjectSetPropertyData(self, *arguments: Any) -> int:  # noqa: N802  (the system's name)
        assert self._find(*arguments[:4]) == b"rnlp"
        assert arguments[4] == ctypes.sizeof(ctypes.c_void_p)
        self.run_loops.append(arguments[5]._obj.value)
        return self.status


class WindowsMultimedia:
    """What is used of winmm."""

    def __init__(self) -> None:
        self.inputs = ["Microphone", "MicrophoneRoute"]
        self.outputs = ["Speakers"]

    def waveInGetNumDevs(self) -> int:  # noqa: N802  (the system's name)
        return len(self.inputs)

    def waveOutGetNumDevs(self) -> int:  # noqa: N802  (the system's name)
        return len(self.outputs)

    def waveInGetDevCapsW(self, number: Any, capabilities: Any, size: int) -> int:  # noqa: N802  (the system's name)
        return self._tell(self.inputs, number.value, capabilities._obj, size)

    def waveOutGetDevCapsW(self, number: Any, capabilities: Any, size: int) -> int:  # noqa: N802  (the system's name)
        return self._tell(self.outputs, number.value, capabilities._obj, size)

    def _tell(self, names: list[str], number: int, capabilities: Any, size: int) -> int:
        assert size >= 84  # that of WAVEOUTCAPSW
        # Manufacturer, product and version come before the name.
        text = names[number][:31].encode("utf-16-le").ljust(64, b"\0")
        ctypes.memmove(ctypes.addressof(capabilities) + 8, text, 64)
        return 0


def look_at(platform: str, library: object) -> Callable[[], object]:
    look = device_fingerprint(platform, lambda _: cast("Library", library))
    assert look is not None
    return look


@pytest.mark.parametrize("name", [b"dev#", b"dIn ", b"dOut"])
def test_macos_tells_of_devices_and_of_defaults(name: bytes) -> None:
    system = CoreAudio()
    look = look_at("darwin", system)
    first = look()
    assert look() == first
    system.properties[name] = [*system.properties[name][1:], 77]
    assert look() != first


def test_macos_is_asked_to_keep_its_lists_without_a_run_loop() -> None:
    system = CoreAudio()
    look_at("darwin", system)()
    assert system.run_loops == [None]


def test_a_failure_of_macos_is_an_error() -> None:
    system = CoreAudio()
    look = look_at("darwin", system)
    system.status = 560947818  # "!obj"
    with pytest.raises(OSError, match="560947818"):
        look()


@pytest.mark.parametrize("names", ["inputs", "outputs"])
def test_windows_tells_of_devices_and_of_the_default_which_is_the_first(names: str) -> None:
    system = WindowsMultimedia()
    look = look_at("win32", system)
    first = look()
    assert look() == first
    getattr(system, names).insert(0, "Headset")
    second = look()
    assert second != first
    getattr(system, names).reverse()
    assert look() != second


def test_where_the_library_is_missing_or_fails_there_is_no_cheap_look() -> None:
    def missing(name: str) -> Library:
        raise OSError(f"{name} not found")

    failing = CoreAudio()
    failing.status = 1
    assert device_fingerprint("darwin", missing) is None
    assert device_fingerprint("win32", missing) is None
    assert device_fingerprint("darwin", lambda _: cast("Library", failing)) is None
    assert device_fingerprint("win32", lambda _: cast("Library", object())) is None
    assert device_fingerprint("freebsd14", missing) is None
