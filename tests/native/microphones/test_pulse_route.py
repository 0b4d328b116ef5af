"""The way to a microphone of a sound server, with a server that the test plays."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices.errors import NotReadableError
from mediadevices_native.microphones.portaudio.library import (
    Choose,
    OpenedStream,
    OpeningHangsError,
    PortAudio,
    StreamRequest,
)
from mediadevices_native.microphones.pulse.route import PulseRoute
from mediadevices_native.microphones.pulse.sound_server import (
    Endpoint,
    NoSoundServerError,
    RecordingStream,
    ServerSnapshot,
    SoundServer,
)
from mediadevices_native.microphones.pulse.source_channels import SourceChannels

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.microphones.portaudio.library import BlockCallback
    from mediadevices_native.microphones.pulse.server_monitor import ServerListener, ServerMonitor
    from mediadevices_native.microphones.route import RouteEvents

DESK = Endpoint(7, "desk", "Desk", 48000, ("mono",), 16)
OTHER = Endpoint(8, "other", "Other", 48000, ("mono",), 16)
CLIENT = 5


class Server:
    """A server that shows one recording, on each of some sources in turn."""

    def __init__(self, *sources: int | None) -> None:
        self._sources = list(sources)
        self.desk = DESK
        self.moved: list[int] = []
        self.ended: list[int] = []

    def snapshot(self) -> ServerSnapshot:
        source = self._sources[0] if len(self._sources) == 1 else self._sources.pop(0)
        recording = RecordingStream(3, CLIENT, source)
        return ServerSnapshot((self.desk, OTHER), (), (recording,), "desk", "")

    def clients_with(self, _name: str, _value: str) -> tuple[int, ...]:
        return (CLIENT,)

    def move(self, _stream: RecordingStream, source: Endpoint) -> bool:
        self.moved.append(source.index)
        return True

    def end(self, stream: RecordingStream) -> None:
        self.ended.append(stream.index)

    def __call__(self) -> SoundServer:
        return cast("SoundServer", self)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Monitor:
    """Looks at the server when it is poked."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._listeners: list[ServerListener] = []

    def add(self, listener: ServerListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return self._listeners.clear

    def request_refresh(self) -> None:
        for listener in self._listeners:
            listener.server_changed(self._server.snapshot(), self._server())

    def is_up_to_date(self) -> bool:
        return True


class Audio:
    """A PortAudio that opens whatever it is asked to."""

    def open(
        self,
        _choose: Choose,
        request: StreamRequest,
        _callback: BlockCallback,
        _finished: Callable[[], None],
    ) -> OpenedStream:
        assert request.environment(os.environ)["PULSE_SOURCE"] == "desk"
        return cast("OpenedStream", self)

    def close(self) -> None:
        pass


class HangingAudio(Audio):
    """A PortAudio whose first openings hang."""

    def __init__(self, times: int) -> None:
        self.left = times

    def open(
        self,
        choose: Choose,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
    ) -> OpenedStream:
        if self.left:
            self.left -= 1
            raise OpeningHangsError("it is not opened in time")
        return super().open(choose, request, callback, finished)


class Events:
    """What the capture is told."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def end(self, error: Exception | None) -> None:
        self.seen.append(f"end {error}")

    def set_muted_by_system(self, muted: bool) -> None:
        self.seen.append(f"muted {muted}")

    def discard_before(self, _moment: float) -> None:
        self.seen.append("discard")


def ignore(*_: object) -> None:
    pass


def route_on(server: Server, audio: object = None) -> PulseRoute:
    return PulseRoute(
        "desk",
        SourceChannels(1, (0,)),
        cast("PortAudio", audio or Audio()),
        cast("ServerMonitor", Monitor(server)),
        server,
    )


def open_on(route: PulseRoute) -> Events:
    events = Events()
    route.open(
        StreamRequest(48000, 1, 480, 0.01),
        ignore,
        ignore,
        cast("RouteEvents", events),
    )
    return events


def test_a_recording_that_is_not_connected_yet_is_waited_for_and_not_moved() -> None:
    server = Server(None, None, None, None, None, None, DESK.index)
    events = open_on(route_on(server))
    assert server.moved == []
    assert events.seen == ["muted False"]


def test_a_recording_on_another_microphone_is_moved_to_its_own() -> None:
    server = Server(None, OTHER.index, DESK.index)
    events = open_on(route_on(server))
    assert server.moved == [DESK.index]
    assert events.seen == ["discard", "muted False"]


def test_an_opening_that_hangs_is_tried_once_more() -> None:
    events = open_on(route_on(Server(DESK.index), HangingAudio(1)))
    assert events.seen == ["muted False"]
    with pytest.raises(OpeningHangsError):
        open_on(route_on(Server(DESK.index), HangingAudio(2)))


def test_a_recording_that_the_server_does_not_connect_is_ended_with_the_reason() -> None:
    server = Server(None)
    with pytest.raises(NotReadableError, match="is its session manager running"):
        open_on(route_on(server, HangingAudio(2)))
    assert server.ended == [3]


def test_a_server_that_does_not_answer_is_asked_for_no_recording() -> None:
    class Silent(Server):
        def __call__(self) -> SoundServer:
            raise NoSoundServerError("the sound server does not answer")

    audio = HangingAudio(1)
    with pytest.raises(NotReadableError, match="does not answer"):
        open_on(route_on(Silent(), audio))
    assert audio.left == 1


def test_a_microphone_that_still_sleeps_when_it_is_opened_is_not_muted() -> None:
    server = Server(DESK.index)
    server.desk = replace(DESK, suspended=True)
    route = route_on(server)
    events = open_on(route)
    for suspended in (False, True):
        server.desk = replace(DESK, suspended=suspended)
        route.server_changed(server.snapshot(), server())
    assert events.seen == ["muted False", "muted False", "muted True"]
