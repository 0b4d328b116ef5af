"""Watching for devices that come and go."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["watch_by_polling", "watch_directory", "watch_udev"]

_POLLING_SECONDS = 2.0


class _Monitor(Protocol):
    def filter_by(self, subsystem: str, /) -> None: ...

    def start(self) -> None: ...


class _MonitorClass(Protocol):
    def from_netlink(self, context: object, source: str) -> _Monitor: ...


class _Observer(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


class _ObserverClass(Protocol):
    def __call__(
        self, monitor: _Monitor, /, *, callback: Callable[[object], None], name: str
    ) -> _Observer: ...


class _Pyudev(Protocol):
    """The part of pyudev that is used here; it has no types of its own."""

    Context: Callable[[], object]
    Monitor: _MonitorClass
    MonitorObserver: _ObserverClass


def watch_udev(subsystem: str, changed: Callable[[], None]) -> Callable[[], None] | None:
    """Watch a subsystem of the Linux kernel.

    The kernel's events come at once, and need no udev daemon. Where there is one, its own events
    follow when it has set the node's permissions, which is when a camera can first be asked.

    Args:
        subsystem: Such as ``"video4linux"`` or ``"sound"``.
        changed: Called at each event, from a thread of the watcher.

    Returns:
        A function that stops the watching, or `None` where udev's library is not to be had.
    """
    try:
        pyudev = cast("_Pyudev", importlib.import_module("pyudev"))
        context = pyudev.Context()
    except (ImportError, OSError):
        return None

    def notify(_device: object) -> None:
        changed()

    stops: list[Callable[[], None]] = []
    for source in ("kernel", "udev"):
        monitor = pyudev.Monitor.from_netlink(context, source=source)
        monitor.filter_by(subsystem)
        # Here and not in the thread, so that no event of the time before it runs is lost.
        monitor.start()
        observer = pyudev.MonitorObserver(
            monitor, callback=notify, name=f"mediadevices-{subsystem}-{source}"
        )
        observer.start()
        stops.append(observer.stop)

    def stop() -> None:
        while stops:
            stops.pop()()

    return stop


def watch_directory(
    directory: Path, changed: Callable[[], None], interval: float | None = None
) -> Callable[[], None]:
    """Watch the names in a directory by looking; the rest is as for `watch_by_polling`."""

    def names() -> object:
        try:
            return sorted(path.name for path in directory.iterdir())
        except OSError:
            return None

    return watch_by_polling(names, changed, interval)


def watch_by_polling(
    look: Callable[[], object],
    changed: Callable[[], None],
    interval: float | None = None,
) -> Callable[[], None]:
    """Call `changed` when what `look` returns is no longer equal to what it was.

    Args:
        look: Called from a thread of its own.
        changed: Called from that thread.
        interval: Seconds between two looks; 2 by default.

    Returns:
        A function that stops the watching.
    """
    stopping = threading.Event()
    seconds = _POLLING_SECONDS if interval is None else interval

    def run() -> None:
        before = look()
        while not stopping.wait(seconds):
            now = look()
            if now != before and not stopping.is_set():
                before = now
                changed()

    thread = threading.Thread(target=run, name="mediadevices-polling", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        if thread is not threading.current_thread():
            thread.join(_POLLING_SECONDS)

    return stop
