"""Follows the sound server on one thread, for all captures and watchers of a driver.

When a microphone is unplugged, PulseAudio silently moves its recordings to another microphone. So a
capture checks for every block whether that has happened. `is_up_to_date` answers in about a
microsecond, and reliably: the server writes its events to the monitor's connection before it writes
the first samples of a moved recording. So if there is no unread event when a block has arrived, the
block was recorded before any move.
"""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Protocol, cast

from mediadevices_native.file_descriptors import TooManyOpenFilesError
from mediadevices_native.microphones.pulse.sound_server import (
    NoSoundServerError,
    ServerSnapshot,
    SoundServer,
)
from mediadevices_native.microphones.pulse.waiting import READABLE, new_poll, new_wake_pipe
from mediadevices_native.warn_without_raising import warn_without_raising

__all__ = ["ServerListener", "ServerMonitor"]

_log = logging.getLogger(__name__)

_FIRST_RETRY = 0.25  # seconds
_LAST_RETRY = 4.0
_EXIT_SECONDS = 1.0


class ServerListener(Protocol):
    """Is told about the server; the monitor's thread calls its methods."""

    def server_changed(self, snapshot: ServerSnapshot, server: SoundServer, /) -> None:
        """Something may have changed; also called once after a connection is made."""

    def server_lost(self) -> None:
        """The server has ended, or none answers."""


class ServerMonitor:
    """Follows the server while there are listeners, even when it restarts.

    After an unexpected error it warns once, and connects again.

    Args:
        connect: Connects to the server.
    """

    def __init__(self, connect: Callable[[], SoundServer] = SoundServer) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._listeners: tuple[ServerListener, ...] = ()
        self._run: _Run | None = None

    def add(self, listener: ServerListener) -> Callable[[], None]:
        """Call a listener from now on.

        Returns:
            A function that removes the listener without waiting; a second call does nothing. The
            thread ends soon after the last listener is removed.
        """
        with self._lock:
            self._listeners += (listener,)
            if self._run is None:
                self._run = _Run(self._connect, self._listeners_of)
                self._run.start()
            self._run.wake()

        def remove() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)
                run = self._run
                if self._listeners or run is None:
                    return
                self._run = None
            run.stop()

        return remove

    def _listeners_of(self, run: _Run) -> Sequence[ServerListener]:
        """Return the listeners, or none for a thread that was replaced by another."""
        return self._listeners if run is self._run else ()

    def request_refresh(self) -> None:
        """Make the thread read the server's lists again, and call the listeners."""
        with self._lock:
            if self._run is not None:
                self._run.wake()

    def is_up_to_date(self) -> bool:
        """Return whether the listeners have handled every event of the server so far."""
        return (run := self._run) is not None and run.is_up_to_date()


class _PollDescriptor(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


class _Run:
    """One run of the thread."""

    def __init__(
        self,
        connect: Callable[[], SoundServer],
        listeners: Callable[[_Run], Sequence[ServerListener]],
    ) -> None:
        self._connect = connect
        self._listeners = listeners
        self._stopping = False
        self._warned = False
        self._failures = 0  # in a row
        self._retry = _FIRST_RETRY  # seconds
        self._pipe = threading.Lock()  # orders the writes and the closing of the pipe
        self._ended = False
        self._waiting: ctypes.Array[_PollDescriptor] | None = None
        self._wake_read, self._wake_write = new_wake_pipe()
        self._thread = threading.Thread(
            target=self._follow, name="mediadevices-sound-server", daemon=True
        )

    def start(self) -> None:
        atexit.register(self._at_exit)
        self._thread.start()

    def wake(self) -> None:
        with self._pipe, suppress(BlockingIOError):  # a full pipe wakes the thread too
            if not self._ended:
                os.write(self._wake_write, b"w")

    def stop(self) -> None:
        """Make the thread end soon, without waiting: the thread may be waiting for the server."""
        self._stopping = True
        self.wake()

    def _at_exit(self) -> None:
        """Wait for a thread that is about to end; Python must not stop it within libpulse."""
        if self._stopping:
            self._thread.join(_EXIT_SECONDS)

    def is_up_to_date(self) -> bool:
        descriptors = self._waiting
        # Poll the descriptors first, then check `_waiting` again: the thread clears it before it
        # reads from the descriptors.
        return (
            descriptors is not None
            and _poll_now()(descriptors, len(descriptors), 0) == 0
            and self._waiting is descriptors
        )

    def waiting(self, descriptors: Sequence[int]) -> None:
        self._waiting = (_PollDescriptor * len(descriptors))(
            *(_PollDescriptor(descriptor, READABLE, 0) for descriptor in descriptors)
        )

    def woken(self) -> None:
        self._waiting = None

    def _follow(self) -> None:
        try:
            while not self._stopping:
                try:
                    with self._connect() as server:
                        self._follow_server(server)
                except (NoSoundServerError, TooManyOpenFilesError):
                    self._tell_lost()
                except Exception as error:  # noqa: BLE001  (after any error the thread continues)
                    self._failed(error)
                else:
                    continue
                self._sleep(self._retry)
                self._retry = min(self._retry * 2, _LAST_RETRY)
        finally:
            atexit.unregister(self._at_exit)
            with self._pipe:
                self._ended = True
                os.close(self._wake_read)
                os.close(self._wake_write)

    def _follow_server(self, server: SoundServer) -> None:
        server.subscribe()
        while not self._stopping:
            snapshot = server.snapshot()
            self._retry, self._failures = _FIRST_RETRY, 0
            for listener in self._listeners(self):
                self._tell(partial(listener.server_changed, snapshot, server))
            server.wait_for_events(self, self._wake_read)
            self._drain()

    def _failed(self, error: Exception) -> None:
        self.woken()  # the thread no longer waits
        if not self._warned:
            self._warned = True
            _log.warning("following the sound server failed", exc_info=error)
            warn_without_raising(
                f"following the sound server failed ({type(error).__name__}: {error}); "
                "connecting to it again"
            )
        self._failures += 1
        if self._failures > 1:  # the state of the server is unknown
            self._tell_lost()

    def _tell_lost(self) -> None:
        for listener in self._listeners(self):
            with suppress(NoSoundServerError):
                self._tell(listener.server_lost)

    def _sleep(self, seconds: float) -> None:
        poll = new_poll()
        poll.register(self._wake_read, READABLE)
        poll.poll(seconds * 1000)
        self._drain()

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _tell(self, call: Callable[[], None]) -> None:
        try:
            call()
        except NoSoundServerError:
            raise
        except Exception:  # noqa: BLE001  (the other listeners must still be called)
            _log.exception("a listener failed")


_PollNow = Callable[["ctypes.Array[_PollDescriptor]", int, int], int]


@cache
def _poll_now() -> _PollNow:
    """Return the system's ``poll``, called without releasing the GIL.

    PortAudio's thread makes this call, which does not wait. If it released the GIL, it might get it
    back only after the next block has arrived.
    """
    return cast("_PollNow", ctypes.PyDLL(None).poll)
