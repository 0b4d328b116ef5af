"""Notices new sound devices on macOS and Windows, without PortAudio.

PortAudio must restart to update its list, which takes long and opens devices. The systems' own
functions list the devices in microseconds.

Written from the systems' documentation and tested against stand-ins; it has not been run on these
systems.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["device_fingerprint"]

_CORE_AUDIO = "/System/Library/Frameworks/CoreAudio.framework/CoreAudio"
_SYSTEM_OBJECT = 1  # kAudioObjectSystemObject
_GLOBAL_SCOPE = int.from_bytes(b"glob")
_RUN_LOOP = b"rnlp"  # kAudioHardwarePropertyRunLoop
# kAudioHardwarePropertyDevices, …DefaultInputDevice and …DefaultOutputDevice
_CORE_AUDIO_LISTS = (b"dev#", b"dIn ", b"dOut")


class Library(Protocol):
    """A library of the system, as ctypes loads it."""

    def __getattr__(self, name: str, /) -> Callable[..., Any]: ...


def _load(name: str) -> Library:
    # The calling convention of Windows, which differs from C's in 32-bit programs.
    load: Callable[[str], Library] = getattr(ctypes, "WinDLL", ctypes.CDLL)
    return load(name)


def device_fingerprint(
    platform: str, load: Callable[[str], Library] = _load
) -> Callable[[], object] | None:
    """Return a function whose result changes when devices or defaults change, or None.

    The function may raise `OSError`.

    Args:
        platform: As ``sys.platform`` has it.
        load: Loads a library.
    """
    try:
        match platform:
            case "darwin":
                look = _core_audio(load(_CORE_AUDIO))
            case "win32":
                look = _windows_multimedia(load("winmm"))
            case _:
                return None
        look()
    except (OSError, AttributeError):  # the library or the function is missing
        return None
    return look


class _Address(ctypes.Structure):
    """AudioObjectPropertyAddress."""

    _fields_ = (
        ("selector", ctypes.c_uint32),
        ("scope", ctypes.c_uint32),
        ("element", ctypes.c_uint32),
    )


def _core_audio(library: Library) -> Callable[[], object]:
    def address(selector: bytes) -> object:
        return ctypes.byref(_Address(int.from_bytes(selector), _GLOBAL_SCOPE, 0))

    def check(status: int) -> None:
        if status:
            raise OSError(f"Core Audio fails with status {status}")

    def read(selector: bytes) -> bytes:
        size = ctypes.c_uint32()
        where = (_SYSTEM_OBJECT, address(selector), 0, None)
        check(library.AudioObjectGetPropertyDataSize(*where, ctypes.byref(size)))
        data = ctypes.create_string_buffer(size.value)
        check(library.AudioObjectGetPropertyData(*where, ctypes.byref(size), data))
        return data.raw[: size.value]

    # Core Audio updates the lists in the program's run loop, which most programs do not have. With
    # a null run loop, it uses a thread of its own.
    no_loop = ctypes.c_void_p()
    check(
        library.AudioObjectSetPropertyData(
            *(_SYSTEM_OBJECT, address(_RUN_LOOP), 0, None),
            *(ctypes.sizeof(no_loop), ctypes.byref(no_loop)),
        )
    )
    return lambda: [read(selector) for selector in _CORE_AUDIO_LISTS]


class _Capabilities(ctypes.Structure):
    """The common beginning of WAVEINCAPSW and WAVEOUTCAPSW, and space for the rest."""

    _fields_ = (
        ("manufacturer", ctypes.c_uint16),
        ("product", ctypes.c_uint16),
        ("version", ctypes.c_uint32),
        ("name", ctypes.c_uint16 * 32),
        ("rest", ctypes.c_uint8 * 64),
    )


def _windows_multimedia(library: Library) -> Callable[[], object]:
    def names(count: Callable[[], int], ask: Callable[..., int]) -> list[bytes]:
        found: list[bytes] = []
        for number in range(count()):
            capabilities = _Capabilities()
            size = ctypes.sizeof(capabilities)
            # The name stays empty for a device that is unplugged now, which is also a change.
            ask(ctypes.c_size_t(number), ctypes.byref(capabilities), size)
            found.append(bytes(capabilities.name))
        return found

    # The default device is the first.
    return lambda: (
        names(library.waveInGetNumDevs, library.waveInGetDevCapsW),
        names(library.waveOutGetNumDevs, library.waveOutGetDevCapsW),
    )
