"""A microphone of a sound server, reached through ALSA's plug-in ``pulse``.

PortAudio has one device for all microphones of the server. Environment variables, which libpulse
reads when it connects, choose the microphone and mark the connection with a property. By this
property the route finds the stream in the server's lists. So it can check the stream, move it back
when another program or the server has moved it, and end it when the microphone is unplugged.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.file_descriptors import TooManyOpenFilesError
from mediadevices_native.microphones.portaudio.library import OpeningHangsError
from mediadevices_native.microphones.pulse.sound_server import (
    Endpoint,
    NoSoundServerError,
    RecordingStream,
    ServerSnapshot,
    SoundServer,
)
from mediadevices_native.microphones.pulse.source_channels import SourceChannels, keep_channels
from mediadevices_native.microphones.route import DeviceLost, RouteEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mediadevices_native.microphones.portaudio.library import (
        BlockCallback,
        OpenedStream,
        PortAudio,
        PortAudioDevice,
        StreamRequest,
    )
    from mediadevices_native.microphones.pulse.server_monitor import ServerMonitor

__all__ = ["PulseRoute", "find_pulse_device"]

_log = logging.getLogger(__name__)

_GONE = "the microphone is gone"
_NOT_CONNECTED = "the sound server does not connect the recording; is its session manager running?"
_TAG = "mediadevices.capture"
_OPENING_SECONDS = 2.0
_SETTLE_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.05
_IN_FLIGHT_SECONDS = 0.1  # more than the buffers between the server and PortAudio hold
_MOST_MOVES = 3  # undone within `_MOVES_SECONDS`; at the next move the capture ends
_MOVES_SECONDS = 5.0


def find_pulse_device(devices: Sequence[PortAudioDevice]) -> PortAudioDevice | None:
    """Return PortAudio's device for ALSA's plug-in ``pulse``, or None."""
    return next(
        (
            device
            for device in devices
            if device.host_api == "ALSA" and device.name == "pulse" and device.max_input_channels
        ),
        None,
    )


class PulseRoute:
    """The way to one source of the sound server.

    Args:
        name: The source's name.
        channels: Which channels to open and to keep.
        portaudio: The process's PortAudio.
        monitor: Follows the server.
        connect: Connects to the server.
    """

    def __init__(
        self,
        name: str,
        channels: SourceChannels,
        portaudio: PortAudio,
        monitor: ServerMonitor,
        connect: Callable[[], SoundServer] = SoundServer,
    ) -> None:
        self._name = name
        self._channels = channels
        self._portaudio = portaudio
        self._monitor = monitor
        self._connect = connect
        self._lock = threading.Lock()
        self._stop_listening: Callable[[], None] | None = None
        self._locator: _StreamLocator | None = None

    def open(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,
    ) -> OpenedStream:
        """Open a stream on the source; see `MicrophoneRoute.open`."""
        if (lost := self._lost()) is not None:
            raise lost.error or NotReadableError(_GONE)
        try:
            locator, stream = self._opened(request, callback, finished, events)
        except OpeningHangsError as error:
            # PipeWire sometimes ends a new recording at once; then PortAudio waits for ever.
            _log.info("%s: %s; trying once more", self._name, error)
            locator, stream = self._opened(request, callback, finished, events)
        deadline = time.monotonic() + _SETTLE_SECONDS
        while True:
            self._monitor.request_refresh()
            if locator.settled.wait(_LOOK_AGAIN_SECONDS):
                break
            if time.monotonic() > deadline:
                reason = self._reason(locator)
                locator.fail(str(reason or "the sound server does not show the recording"))
        if locator.failure is not None:
            stream.close()
            raise locator.failure
        return stream

    def _opened(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,
    ) -> tuple[_StreamLocator, OpenedStream]:
        locator = _StreamLocator(
            self._name, self._channels.by_number, events, self._monitor.request_refresh
        )
        with self._lock:
            self._locator = locator
            if self._stop_listening is None:
                self._stop_listening = self._monitor.add(self)
        request = replace(
            request,
            environment=locator.environment,
            timeout=_OPENING_SECONDS,
            server=True,
            can_close=self._can_close,
        )
        if request.channel_count == len(self._channels.kept):  # otherwise the server mixes
            request = replace(request, channel_count=self._channels.asked)
            callback = keep_channels(callback, self._channels)
        try:
            return locator, self._portaudio.open(find_pulse_device, request, callback, finished)
        except NotReadableError as error:
            # For a missing source, PortAudio reports only "unanticipated host error".
            if (reason := self._reason(locator)) is not None:
                raise reason from error
            raise

    def _reason(self, locator: _StreamLocator) -> NotReadableError | None:
        """Ask the server why a recording failed, and end one that it does not connect."""
        try:
            with self._connect() as server:
                snapshot = server.snapshot()
                if snapshot.source(self._name) is None:
                    return NotReadableError(_GONE)
                waiting = [one for one in locator.streams(snapshot, server) if one.source is None]
                for stream in waiting:
                    server.end(stream)  # otherwise PortAudio would wait for half a minute
                return NotReadableError(_NOT_CONNECTED) if waiting else None
        except NoSoundServerError as error:
            return _server_lost(error)

    def _can_close(self) -> bool:
        try:
            with self._connect():
                return True
        except (NoSoundServerError, TooManyOpenFilesError):
            return False

    def owns_current_block(self) -> bool:
        """Return whether the server has not moved the stream; see the protocol."""
        locator = self._locator
        return locator is not None and locator.settled.is_set() and self._monitor.is_up_to_date()

    def lost(self, silent_seconds: float) -> DeviceLost | None:  # noqa: ARG002  (the protocol's)
        """Ask the server whether the source is there; see `MicrophoneRoute.lost`."""
        try:
            return self._lost()
        except TooManyOpenFilesError:
            return None  # the server cannot be asked now

    def _lost(self) -> DeviceLost | None:
        try:
            with self._connect() as server:
                there = server.snapshot().source(self._name) is not None
        except NoSoundServerError as error:
            return DeviceLost(_server_lost(error))
        return None if there else DeviceLost(None)

    def close(self) -> None:
        """Stop listening to the server."""
        with self._lock:
            self._locator = None
            stop, self._stop_listening = self._stop_listening, None
        if stop is not None:
            stop()

    def server_changed(self, snapshot: ServerSnapshot, server: SoundServer) -> None:
        """Follow the source and the stream."""
        if (locator := self._locator) is not None:
            locator.look(snapshot, server)

    def server_lost(self) -> None:
        """End the capture, because the server has ended."""
        if (locator := self._locator) is not None:
            locator.server_lost()


def _server_lost(cause: Exception | None = None) -> NotReadableError:
    error = NotReadableError("the sound server has ended or does not answer")
    error.__cause__ = cause
    return error


class _StreamLocator:
    """Finds an opened stream in the server's lists, and keeps it on its source.

    The monitor's thread calls all methods but `environment`.

    Attributes:
        settled: Set when the stream records its source, or has failed.
        failure: Why the stream does not record its source; None if it does.
    """

    def __init__(
        self, name: str, by_number: bool, events: RouteEvents, look_again: Callable[[], None]
    ) -> None:
        self.settled = threading.Event()
        self.failure: NotReadableError | None = None
        self._name = name
        self._by_number = by_number
        self._events = events
        self._look_again = look_again
        self._tag = uuid.uuid4().hex
        self._clients: tuple[int, ...] = ()
        self._source: int | None = None
        self._awake = False
        self._moves: list[float] = []

    def environment(self, present: Mapping[str, str]) -> Mapping[str, str]:
        """Return the variables that lead a new connection to the source, and mark it."""
        # With the second property, PipeWire ends a stream instead of moving it.
        properties = f"{present.get('PULSE_PROP', '')} {_TAG}={self._tag} node.dont-reconnect=true"
        if self._by_number:
            properties += " stream.dont-remix=true"  # another property of PipeWire
        return {"PULSE_SOURCE": self._name, "PULSE_PROP": properties.strip()}

    def fail(self, reason: str) -> None:
        """Give the stream up, unless it already records its source."""
        if not self.settled.is_set():
            self.failure = NotReadableError(reason)
            self.settled.set()

    def server_lost(self) -> None:
        """End the stream, because the server has ended."""
        self._lose(_server_lost())

    def look(self, snapshot: ServerSnapshot, server: SoundServer) -> None:
        """Check the source and the stream."""
        if self.failure is not None:
            return
        source = snapshot.source(self._name)
        if source is None or self._source not in (None, source.index):
            self._lose(None)
            return
        streams = self.streams(snapshot, server)
        strays = [one for one in streams if one.source not in (None, source.index)]
        if strays:
            self._bring_back(strays, source, server)
        elif streams and all(stream.source is not None for stream in streams):
            self._source = source.index
            self._clients = tuple({stream.client for stream in streams})
            self.settled.set()
        if self.settled.is_set():
            # PipeWire resumes the source for a recording, and reports that a little later.
            self._awake = self._awake or not source.suspended
            asleep = self._awake and source.suspended
            self._events.set_muted_by_system(source.muted or asleep)

    def streams(self, snapshot: ServerSnapshot, server: SoundServer) -> tuple[RecordingStream, ...]:
        """Return our recordings in the server's list."""
        # Every connection that this process makes while it opens the stream has the mark, even the
        # monitor's. Only the stream's connection records.
        settled = self.settled.is_set()
        clients = self._clients if settled else server.clients_with(_TAG, self._tag)
        return snapshot.streams_of(clients)

    def _lose(self, error: NotReadableError | None) -> None:
        if self.settled.is_set():
            self._events.end(error)
        else:
            self.fail(str(error) if error else _GONE)

    def _bring_back(
        self, strays: Sequence[RecordingStream], source: Endpoint, server: SoundServer
    ) -> None:
        """Undo a move; the server's event brings a snapshot that shows whether it worked."""
        now = time.monotonic()
        self._moves = [move for move in self._moves if move > now - _MOVES_SECONDS] + [now]
        if len(self._moves) > _MOST_MOVES:
            self._lose(NotReadableError("the recording is kept on another microphone"))
            return
        if not all(server.move(stray, source) for stray in strays):
            self._look_again()  # perhaps the stream was replaced, or the source is gone
        self._events.discard_before(time.monotonic() + _IN_FLIGHT_SECONDS)
