"""Makes a process appear to run on macOS or Windows, before it imports the library.

It hides what that system lacks: modules, and members of standard library modules. It adds fakes of
what only that system has: a camera, a microphone, the console of Windows. The standard library and
third-party packages are imported before that and remain Linux's.

It cannot show how OpenCV, PortAudio, paths and files behave there.
"""

from __future__ import annotations

import os
import platform as platform_module
import select
import selectors
import signal
import sys
import time
from importlib import import_module
from importlib.abc import MetaPathFinder
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, NoReturn, TypeVar

from support.fake_opencv import FakeCamera, FakeOpenCV
from support.fake_sounddevice import FakeSoundDevice, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CAMERA", "MICROPHONE", "PLATFORMS", "become"]

PLATFORMS = ("darwin", "win32")

CAMERA, MICROPHONE = "Stand-in Camera", "Stand-in Microphone"

_ON_LINUX_ONLY = ("pulsectl", "pyudev", "videodev2")
_NOT_ON = {
    "darwin": ("_winapi", "msvcrt", "winreg", "winsound", *_ON_LINUX_ONLY),
    "win32": (
        *("curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog"),
        *("termios", "tty", "AVFoundation", *_ON_LINUX_ONLY),
    ),
}
_OS_ON_LINUX_ONLY = (
    *("O_PATH", "O_TMPFILE", "copy_file_range", "eventfd", "getrandom", "memfd_create", "pipe2"),
    *("pidfd_open", "posix_fadvise", "splice"),
)
_MEMBERS_NOT_ON = {
    "darwin": {os: _OS_ON_LINUX_ONLY, select: ("epoll",)},
    "win32": {
        os: (
            *_OS_ON_LINUX_ONLY,
            *("O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC"),
            *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid"),
            *("getgroups", "getloadavg", "getpgid", "getsid", "getuid", "killpg", "lchown"),
            *("mkfifo", "mknod", "openpty", "posix_spawn", "pread", "pwrite", "register_at_fork"),
            *("set_blocking", "setegid", "seteuid", "setgid", "setpgid", "setsid", "setuid"),
            *("statvfs", "sysconf", "tcgetpgrp", "ttyname", "uname", "wait3", "wait4"),
        ),
        select: ("epoll", "poll", "PIPE_BUF", "POLLIN"),
        signal: (
            *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT"),
            *("SIGSTOP", "SIGUSR1", "SIGUSR2", "pthread_sigmask", "siginterrupt", "sigwait"),
        ),
    },
}
# These check the system at import, or import more when they are called.
_NOT_LOOKED_AT = (
    *("asyncio", "http.server", "importlib.metadata", "logging.config", "multiprocessing.context"),
    *(
        "platform",
        "platformdirs",
        "shutil",
        "ssl",
        "subprocess",
        "tempfile",
        "uuid",
        "zipfile",
        "zoneinfo",
    ),
    *("cv2", "numpy", "rich.console", "rich.live", "rich.progress", "rich.table", "soxr"),
    *("typer.main", "typer.rich_utils", "typer.testing"),
)


class _Missing(MetaPathFinder):
    """An importer that hides modules.

    Args:
        names: The modules.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def become(platform: str) -> FakeSoundDevice:
    """Make this process appear to run on another system, with one camera and one microphone.

    Args:
        platform: The value of `sys.platform` there.

    Returns:
        The fake sounddevice module.
    """
    assert not [name for name in sys.modules if name.startswith("mediadevices_native")]
    for name in _NOT_LOOKED_AT:
        import_module(name)
    platform_module.uname()  # Its cache keeps the real system.
    cv2 = import_module("cv2")
    cv2.VideoCapture = FakeOpenCV({0: FakeCamera()}).VideoCapture  # type: ignore[attr-defined]  # OpenCV's own
    host_api = "Core Audio" if platform == "darwin" else "Windows WASAPI"
    sound = FakeSoundDevice([row(MICROPHONE, inputs=1)], (host_api,))
    _provide("sounddevice", sound)
    _provide("cv2_enumerate_cameras", SimpleNamespace(enumerate_cameras=_enumerate_cameras))
    if platform == "darwin":
        _provide("AVFoundation", SimpleNamespace(AVCaptureDevice=_Allowed, AVMediaTypeVideo="vide"))
    # What asyncio waits with on Linux is not there.
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[misc,assignment]  # as on Windows
    sys.platform = platform
    for name in [name for name in sys.modules if name.partition(".")[0] in _NOT_ON[platform]]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Missing(_NOT_ON[platform]))
    for module, members in _MEMBERS_NOT_ON[platform].items():
        for member in members:
            if hasattr(module, member):
                delattr(module, member)
    if platform == "win32":
        os.supports_dir_fd.clear()
        time.monotonic_ns = _coarse(time.monotonic_ns, 15_625_000)
        time.monotonic = _coarse(time.monotonic, 0.015625)
        _provide("msvcrt", _console())
    return sound


def _provide(name: str, stand_in: object) -> None:
    module = sys.modules[name] = ModuleType(name)
    for member in dir(stand_in):
        if not member.startswith("__"):
            setattr(module, member, getattr(stand_in, member))


def _enumerate_cameras(backend: int) -> list[SimpleNamespace]:
    assert backend in {1200, 1400}  # AVFoundation, Media Foundation
    return [SimpleNamespace(index=0, name=CAMERA, path="unique", vid=0x046D, pid=0x0892)]


class _Allowed:
    """``AVCaptureDevice`` with permission granted."""

    @staticmethod
    def authorizationStatusForMediaType_(media_type: str) -> int:  # noqa: N802  (Apple's)
        assert media_type == "vide"
        return 3


_Time = TypeVar("_Time", int, float)


def _coarse(clock: Callable[[], _Time], tick: _Time) -> Callable[[], _Time]:
    """Return a clock with the resolution of `time.monotonic` on Windows before Python 3.13."""
    return lambda: clock() // tick * tick


def _console() -> SimpleNamespace:
    """Return ``msvcrt``, with nothing typed and locks that are always free."""

    def getwch() -> NoReturn:
        raise AssertionError("nothing was typed")

    def locking(descriptor: int, mode: int, count: int) -> None:
        os.fstat(descriptor)
        assert (mode, count) in {(2, 1), (0, 1)}

    return SimpleNamespace(
        LK_NBLCK=2, LK_UNLCK=0, getwch=getwch, kbhit=lambda: False, locking=locking
    )
