"""A cheap look at the sound devices of macOS and Windows, past PortAudio.

PortAudio has to be started anew to see a change, which takes long and opens devices. The systems
themselves tell in microseconds whether there is anything to see.

Written from the systems' documentation and tested against stand-ins; it has not been run on them.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["devices_look"]

_CORE_AUDIO = "/System/Library/Frameworks/CoreAudio.framework/CoreAudio"
_SYSTEM_OBJECT = 1  # kAudioObjectSystemObject
_GLOBAL_SCOPE = int.from_bytes(b"glob")
_RUN_LOOP = b"rnlp"  # kAudioHardwarePropertyRunLoop
# kAudioHardwarePropertyDevices, …DefaultInputDevice and …DefaultOutputDevice
_CORE_AUDIO_LISTS = (b"dev#", b"dIn ", b"dOut")


class Library(Protocol):
    """A library of the system's, as ctypes loads it."""

    def __getattr__(self, name: str, /) -> Callable[..., Any]: ...


def _load(name: str) -> Library:
    # Windows' own calling convention, which differs from C's in 32-bit programs.
    load: Callable[[str], Library] = getattr(ctypes, "WinDLL", ctypes.CDLL)
    return load(name)


def devices_look(
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
    except (OSError, AttributeError):  # no such library, or no such function in it
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

    # Without a run loop of the program's, which most have not, the lists would stay as they are.
    # That they are kept up to date by a thread of Core Audio's has to be asked for.
    no_loop = ctypes.c_void_p()
    check(
        library.AudioObjectSetPropertyData(
            *(_SYSTEM_OBJECT, address(_RUN_LOOP), 0, None),
            *(ctypes.sizeof(no_loop), ctypes.byref(no_loop)),
        )
    )
    return lambda: [read(selector) for selector in _CORE_AUDIO_LISTS]


class _Capabilities(ctypes.Structure):
    """The beginning of WAVEINCAPSW and of WAVEOUTCAPSW, and room for the rest."""

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
            # One that goes meanwhile leaves the name empty, which is a change too.
            ask(ctypes.c_size_t(number), ctypes.byref(capabilities), size)
            found.append(bytes(capabilities.name))
        return found

    # The default device is the first.
    return lambda: (
        names(library.waveInGetNumDevs, library.waveInGetDevCapsW),
        names(library.waveOutGetNumDevs, library.waveOutGetDevCapsW),
    )
