"""A connection to PulseAudio, or to PipeWire's server for it, with a time limit on every call.

pulsectl makes the calls. Its results are copied into plain records at once.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from mediadevices_native.file_descriptors import require_free_descriptors
from mediadevices_native.microphones.pulse.waiting import READABLE, new_poll

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mediadevices_native.microphones.pulse.connection import (
        EndpointInfo,
        PollDescriptor,
        Pulse,
    )

__all__ = [
    "Endpoint",
    "NoSoundServerError",
    "RecordingStream",
    "ServerSnapshot",
    "SilentServerError",
    "SoundServer",
    "WaitHooks",
]

T = TypeVar("T")

_CALL_SECONDS = 2.0
_NONE = 0xFFFFFFFF  # PA_INVALID_INDEX
_SUSPENDED = "suspended"

# Bits of a sample in each pa_sample_format_t, in its order: u8, alaw, ulaw, s16 (two byte
# orders, as from here on), float32, s32, s24, s24 in 32.
_SAMPLE_BITS = (8, 8, 8, 16, 16, 32, 32, 32, 32, 24, 24, 24, 24)


class NoSoundServerError(Exception):
    """No sound server answers."""


class SilentServerError(NoSoundServerError):
    """A sound server runs, but does not answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A source (microphone, monitor) or a sink (speaker) of the server.

    Attributes:
        index: The server's number for it, never reused while the server runs.
        name: The name, which stays the same after a restart.
        description: The name to show to users.
        sample_rate: Hertz.
        channel_map: The names of its channels, such as ``"front-left"``.
        sample_size: Bits of a sample.
        is_monitor: Whether it is a source that records what a sink plays.
        muted: Whether it is muted in the server.
        suspended: Whether it delivers nothing at present.
        card: The server's number for the card, or None.
        properties: More properties, such as ``"device.bus_path"``.
    """

    index: int
    name: str
    description: str
    sample_rate: int
    channel_map: tuple[str, ...]
    sample_size: int
    is_monitor: bool = False
    muted: bool = False
    suspended: bool = False
    card: int | None = None
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class RecordingStream:
    """A program's recording (a "source output").

    Attributes:
        index: The server's number for it.
        client: The number of the connection that it belongs to.
        source: The number of the source that it records; None until PipeWire has connected it.
    """

    index: int
    client: int
    source: int | None


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """The server's lists at one moment; `is_pipewire` is true for PipeWire's PulseAudio server."""

    sources: tuple[Endpoint, ...]
    sinks: tuple[Endpoint, ...]
    streams: tuple[RecordingStream, ...]
    default_source: str
    default_sink: str
    is_pipewire: bool = False

    def source(self, name: str) -> Endpoint | None:
        """Return the source of that name, or None."""
        return next((source for source in self.sources if source.name == name), None)

    def streams_of(self, clients: Iterable[int]) -> tuple[RecordingStream, ...]:
        """Return the recordings of some connections."""
        wanted = set(clients)
        return tuple(stream for stream in self.streams if stream.client in wanted)


class WaitHooks(Protocol):
    """Told about the waiting for events; see `SoundServer.wait_for_events`."""

    def waiting(self, descriptors: Sequence[int]) -> None:
        """All events have been read; a new one makes one of the descriptors readable."""

    def woken(self) -> None:
        """There is something to read, which has not been read yet."""


class SoundServer:
    """A connection to the sound server, for use by one thread at a time.

    Use it as a context manager, or `close` it.

    Raises:
        NoSoundServerError: No server answers, or libpulse is not installed. All methods raise it.
        TooManyOpenFilesError: The process has no free file descriptors.
    """

    def __init__(self) -> None:
        require_free_descriptors()
        self._pulse = _new_connection()
        self._deadline, self._silent = 0.0, False
        self._hooks: WaitHooks | None = None
        self._wake_descriptor = -1
        self._has_event = False
        self._pulse.set_poll_func(self._poll, lambda *_: None)
        try:
            # If no server runs, report that instead of starting one.
            self._call(lambda: self._pulse.connect(autospawn=False))
        except NoSoundServerError:
            self._pulse.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect; a second call does nothing."""
        self._pulse.close()

    def snapshot(self) -> ServerSnapshot:
        """Return the server's present lists."""
        return self._call(self._snapshot)

    def clients_with(self, name: str, value: str) -> tuple[int, ...]:
        """Return the numbers of the connections whose property has this value."""
        return self._call(
            lambda: tuple(
                client.index
                for client in self._pulse.client_list()
                if client.proplist.get(name) == value
            )
        )

    def move(self, stream: RecordingStream, source: Endpoint) -> bool:
        """Move a recording to another source.

        Returns:
            Whether the server did it; it refuses if one of the two is gone or must not move.
        """

        def move() -> bool:
            try:
                self._pulse.source_output_move(stream.index, source.index)
            except self._pulse.refused_error:
                return False
            return True

        return self._call(move)

    def end(self, stream: RecordingStream) -> None:
        """End a recording, if it still exists."""

        def end() -> None:
            with suppress(self._pulse.refused_error):
                self._pulse.source_output_kill(stream.index)

        self._call(end)

    def subscribe(self) -> None:
        """Ask for events about sources, sinks, recordings and defaults."""

        def subscribe() -> None:
            self._pulse.event_mask_set("source", "sink", "source_output", "server")
            self._pulse.event_callback_set(self._on_event)

        self._call(subscribe)

    def wait_for_events(self, hooks: WaitHooks, wake_descriptor: int) -> bool:
        """Wait for an event of the server, without a time limit.

        Args:
            hooks: Called when the wait begins and ends.
            wake_descriptor: Ends the wait when it becomes readable.

        Returns:
            Whether there was an event; False if the descriptor ended the wait.
        """
        self._hooks, self._wake_descriptor = hooks, wake_descriptor
        try:
            if not self._has_event:  # events also arrive during other calls
                self._call(self._pulse.event_listen)
        finally:
            self._hooks, self._wake_descriptor = None, -1
        has_event, self._has_event = self._has_event, False
        return has_event

    def _on_event(self, _event: object) -> None:
        self._has_event = True
        self._pulse.event_listen_stop()

    def _poll(self, descriptors: Sequence[PollDescriptor], timeout: float) -> int:
        """Poll for libpulse, within the time limit of the call; libpulse waits nowhere else."""
        poll = new_poll()
        for entry in descriptors:
            poll.register(entry.fd, entry.events)
        if (hooks := self._hooks) is None:
            limit = self._deadline - time.monotonic()
            if limit <= 0:
                self._silent = True
                raise TimeoutError  # makes libpulse give up and pulsectl raise
            timeout = limit if timeout < 0 else min(timeout, limit)
        else:
            poll.register(self._wake_descriptor, READABLE)
            hooks.waiting([entry.fd for entry in descriptors])
        ready = dict(poll.poll(None if timeout < 0 else timeout * 1000))
        if hooks is not None:
            hooks.woken()
            if ready.pop(self._wake_descriptor, 0):
                self._pulse.event_listen_stop()
        for entry in descriptors:
            entry.revents = ready.get(entry.fd, 0)
        return len(ready)

    def _call(self, function: Callable[[], T]) -> T:
        self._deadline, self._silent = time.monotonic() + _CALL_SECONDS, False
        try:
            return function()
        except self._pulse.errors as error:
            if self._silent:
                raise SilentServerError("the sound server does not answer") from error
            raise NoSoundServerError("no PulseAudio or PipeWire server answers") from error

    def _snapshot(self) -> ServerSnapshot:
        server = self._pulse.server_info()
        return ServerSnapshot(
            sources=tuple(
                _endpoint(source, is_monitor=source.monitor_of_sink != _NONE)
                for source in self._pulse.source_list()
            ),
            sinks=tuple(_endpoint(sink) for sink in self._pulse.sink_list()),
            streams=tuple(
                RecordingStream(
                    stream.index, stream.client, None if stream.source == _NONE else stream.source
                )
                for stream in self._pulse.source_output_list()
            ),
            default_source=server.default_source_name or "",
            default_sink=server.default_sink_name or "",
            is_pipewire="PipeWire" in (server.server_name or ""),
        )


def _new_connection() -> Pulse:
    """Return a connection that is not connected yet.

    Raises:
        NoSoundServerError: pulsectl or libpulse is not installed.
    """
    try:
        from mediadevices_native.microphones.pulse.connection import Pulse
    except ImportError as error:
        raise NoSoundServerError(f"pulsectl cannot be imported ({error})") from error
    except OSError as error:  # pulsectl found no library
        raise NoSoundServerError(f"libpulse is missing ({error})") from error
    except Exception as error:  # a broken pulsectl, or another version of it
        raise NoSoundServerError(f"this pulsectl cannot be used ({error!r})") from error
    return Pulse("mediadevices", connect=False)


def _endpoint(info: EndpointInfo, *, is_monitor: bool = False) -> Endpoint:
    bits = _SAMPLE_BITS[info.sample_format] if info.sample_format < len(_SAMPLE_BITS) else 16
    return Endpoint(
        index=info.index,
        name=info.name,
        description=info.description or info.name,
        sample_rate=info.sample_rate,
        channel_map=tuple(info.channel_list),
        sample_size=bits,
        is_monitor=is_monitor,
        muted=bool(info.mute),
        suspended=info.state == _SUSPENDED,
        card=None if info.card == _NONE else info.card,
        properties=MappingProxyType(dict(info.proplist)),
    )
