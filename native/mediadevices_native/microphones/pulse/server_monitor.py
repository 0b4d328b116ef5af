"""One thread that follows the sound server, for all captures and watchers of a driver.

PulseAudio moves a recording to another microphone, without a word to it, when its own goes away.
What a capture must be able to ask, for every block, is whether that has happened; `quiet` answers
in about a microsecond, and for certain. The server writes its events to our connection before it
writes a moved recording's first samples to the recording's: so when a block is in our hands and
no event is left to read, the block is from before any move.
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

from mediadevices_native.microphones.pulse.sound_server import (
    NoSoundServerError,
    ServerSnapshot,
    SoundServer,
)
from mediadevices_native.microphones.pulse.waiting import READABLE, new_poll, new_wake_pipe
from mediadevices_native.open_files import TooManyOpenFilesError
from mediadevices_native.warn_without_raising import warn_without_raising

__all__ = ["ServerListener", "ServerMonitor"]

_log = logging.getLogger(__name__)

_FIRST_RETRY = 0.25  # seconds
_LAST_RETRY = 4.0
_EXIT_SECONDS = 1.0


class ServerListener(Protocol):
    """What wants to know about the server; all is called on the monitor's thread."""

    def server_changed(self, snapshot: ServerSnapshot, server: SoundServer, /) -> None:
        """Something may have become different; also called once after the server was found."""

    def server_lost(self) -> None:
        """There is no server, or none any more."""


class ServerMonitor:
    """Follows the server for as long as there are listeners, also through its restarts.

    What goes wrong in a way that nobody thought of is told once, by a warning, and the server is
    looked for anew.

    Args:
        connect: Connects to the server.
    """

    def __init__(self, connect: Callable[[], SoundServer] = SoundServer) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._listeners: tuple[ServerListener, ...] = ()
        self._run: _Run | None = None

    def add(self, listener: ServerListener) -> Callable[[], None]:
        """Tell a listener what happens from now on.

        Returns:
            A function that ends this, and does not wait; twice does nothing. After the last one
            the thread ends soon.
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
        """Return whom a thread may call: nobody, once another has taken its place."""
        return self._listeners if run is self._run else ()

    def poke(self) -> None:
        """Make the thread look at the server again, and tell the listeners."""
        with self._lock:
            if self._run is not None:
                self._run.wake()

    def quiet(self) -> bool:
        """Return whether all that the server has said so far has been heard and dealt with."""
        return (run := self._run) is not None and run.quiet()


class _PollDescriptor(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


class _Run:
    """One life of the thread."""

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
        self._pipe = threading.Lock()  # orders the writing to the pipe and its closing
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
        with self._pipe, suppress(BlockingIOError):  # a full pipe wakes just as well
            if not self._ended:
                os.write(self._wake_write, b"w")

    def stop(self) -> None:
        """Let the thread end soon; this does not wait for it, for it may wait for the server."""
        self._stopping = True
        self.wake()

    def _at_exit(self) -> None:
        """Wait for a thread that is about to end; Python's own end would kill it in libpulse."""
        if self._stopping:
            self._thread.join(_EXIT_SECONDS)

    def quiet(self) -> bool:
        descriptors = self._waiting
        # First the descriptors, then whether they were still waited for: the thread says that it
        # has stopped waiting before it reads from them.
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
                except Exception as error:  # noqa: BLE001  (whatever it is, the thread goes on)
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
        self.woken()  # It does not wait any more.
        if not self._warned:
            self._warned = True
            _log.warning("following the sound server failed", exc_info=error)
            warn_without_raising(
                f"following the sound server failed ({type(error).__name__}: {error}); it is "
                "looked for anew"
            )
        self._failures += 1
        if self._failures > 1:  # Nothing is known of it since.
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
        except Exception:  # noqa: BLE001  (one listener's fault must not silence the others)
            _log.exception("a listener failed")


_PollNow = Callable[["ctypes.Array[_PollDescriptor]", int, int], int]


@cache
def _poll_now() -> _PollNow:
    """Return the system's ``poll``, called without letting go of Python's lock.

    It is for a call that does not wait, on the thread that brings the samples: to get the lock
    back could take that thread longer than the next block takes to come.
    """
    return cast("_PollNow", ctypes.PyDLL(None).poll)
