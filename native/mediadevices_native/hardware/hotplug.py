"""Notices when devices come and go."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mediadevices_native.warn_without_raising import warn_without_raising

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyudev

__all__ = ["watch_by_polling", "watch_directory", "watch_udev"]

_log = logging.getLogger(__name__)

_POLLING_SECONDS = 2.0
_USER_NAMESPACE = Path("/proc/self/uid_map")
_INITIAL_NAMESPACE = ["0", "0", "4294967295"]


class _FailureWarning:
    """Warns about the first failure of a watcher, which continues."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._has_warned = False

    def add(self, error: Exception) -> None:
        if self._has_warned:
            return
        self._has_warned = True
        _log.warning("watching %s failed", self._what, exc_info=error)
        warn_without_raising(
            f"watching {self._what} failed ({type(error).__name__}: {error}); it is tried again "
            "every few seconds, and changes may be noticed late"
        )


def watch_udev(subsystem: str, changed: Callable[[], None]) -> Callable[[], None] | None:
    """Watch a subsystem of the Linux kernel.

    The kernel's events arrive at once, and need no udev daemon. If the daemon runs, its own events
    follow when it has set the permissions of the device file, so that the device can be opened.

    Args:
        subsystem: Such as ``"video4linux"`` or ``"sound"``.
        changed: Called at each event, on a thread of the watcher.

    Returns:
        A function that stops the watching without waiting. `None` if there are no events: without
        libudev, without netlink, or in a container with its own user namespace, to which the
        kernel sends no events.
    """
    try:
        if _USER_NAMESPACE.read_text().split() != _INITIAL_NAMESPACE:
            return None
    except OSError:
        pass  # a kernel without user namespaces
    try:
        return _UdevWatch(subsystem, changed).stop
    except Exception as error:  # noqa: BLE001  (a missing or broken library, or no netlink)
        _log.info("the kernel's events about %s are not available: %s", subsystem, error)
        return None


class _UdevWatch:
    """A thread that waits for events.

    pyudev's own observer thread is not used, because it ends when the kernel has dropped events.
    """

    def __init__(self, subsystem: str, changed: Callable[[], None]) -> None:
        self._subsystem = subsystem
        self._changed = changed
        self._failures = _FailureWarning(f"the kernel's events about {subsystem}")
        # Listen before the thread starts, so that no event is lost.
        self._monitors = self._listen()
        self._stopped, self._stopper = socket.socketpair()
        threading.Thread(
            target=self._run, name=f"mediadevices-udev-{subsystem}", daemon=True
        ).start()

    def stop(self) -> None:
        """Make the thread end soon; a second call does nothing."""
        with self._stopper, suppress(OSError):  # stopped before
            self._stopper.send(b"s")

    def _listen(self) -> list[pyudev.Monitor]:
        import pyudev

        context = pyudev.Context()
        monitors: list[pyudev.Monitor] = []
        for source in ("kernel", "udev"):
            monitor = pyudev.Monitor.from_netlink(context, source=source)
            monitor.filter_by(self._subsystem)
            monitor.start()
            monitors.append(monitor)
        return monitors

    def _run(self) -> None:
        with self._stopped:
            while True:
                try:
                    while self._wait(None, self._monitors):
                        self._changed()
                    return
                except Exception as error:  # noqa: BLE001  (after any error the watching continues)
                    self._failures.add(error)
                if not self._recover():
                    return

    def _wait(self, seconds: float | None, monitors: list[pyudev.Monitor]) -> bool:
        """Wait for events or the time-out; return False when the watching must stop."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stopped, selectors.EVENT_READ)
            for monitor in monitors:
                selector.register(monitor, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in selector.select(seconds)]
        if self._stopped in ready:
            return False
        for monitor in monitors:
            while monitor in ready and monitor.poll(timeout=0) is not None:
                pass  # only that something changed matters
        return True

    def _recover(self) -> bool:
        """Listen again as soon as possible; then report a change, because events may be lost."""
        while self._wait(_POLLING_SECONDS, []):
            try:
                self._monitors = self._listen()
                self._changed()
            except Exception as error:  # noqa: BLE001  (the same)
                self._failures.add(error)
            else:
                return True
        return False


def watch_directory(
    directory: Path, changed: Callable[[], None], interval: float | None = None
) -> Callable[[], None]:
    """Watch the names in a directory by polling; see `watch_by_polling`."""

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
    """Call `changed` when the result of `look` changes.

    This calls `look` once before it returns. If `look` or `changed` fails, a warning says so once,
    and the watching continues.

    Args:
        look: Called on a new thread, again and again.
        changed: Called on the same thread.
        interval: Seconds between two calls; 2 by default.

    Returns:
        A function that stops the watching without waiting for a call in progress.
    """
    stopping = threading.Event()
    seconds = _POLLING_SECONDS if interval is None else interval
    failures = _FailureWarning("for devices that come and go")
    before: object = object()  # unequal to any result, if the first look fails
    try:
        before = look()
    except Exception as error:  # noqa: BLE001  (after any error the watching continues)
        failures.add(error)

    def run() -> None:
        nonlocal before
        while not stopping.wait(seconds):
            try:
                now = look()
                if now != before and not stopping.is_set():
                    changed()
                    before = now
            except Exception as error:  # noqa: BLE001  (the same)
                failures.add(error)

    threading.Thread(target=run, name="mediadevices-polling", daemon=True).start()
    return stopping.set
