"""The process's one PortAudio: its frozen list, its errors, and what it needs installed."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import replace
from typing import cast

import pytest

from mediadevices.errors import NotReadableError
from mediadevices_native.microphones.portaudio import library as portaudio_module
from mediadevices_native.microphones.portaudio.library import (
    OpeningHangsError,
    PortAudio,
    PortAudioMissingError,
    SampleRateRefusedError,
    SoundDevice,
    StreamRequest,
)
from support.failing_import import fail_import
from support.fake_sounddevice import FakeSoundDevice, row

REQUEST = StreamRequest(48000, 1, 480, 0.01)


def portaudio(module: FakeSoundDevice) -> PortAudio:
    return PortAudio(lambda: cast("SoundDevice", module))


def ignore(*_: object) -> None:
    pass


def named(name: str):
    return lambda rows: next((one for one in rows if one.name == name), None)


def test_the_list_says_what_a_device_can_do() -> None:
    module = FakeSoundDevice([row("a"), row("b", 1, 0, 6)], ("ALSA", "JACK"), default_input=0)
    first, second = portaudio(module).devices()
    assert (first.name, first.host_api, first.preferred_host_api) == ("a", "ALSA", True)
    assert (first.max_input_channels, first.default_input) == (2, True)
    assert (second.host_api, second.preferred_host_api, second.default_input) == (
        "JACK",
        False,
        False,
    )
    assert second.max_output_channels == 6


def test_a_new_device_is_found_by_restarting_portaudio() -> None:
    module = FakeSoundDevice([row("a")])
    audio = portaudio(module)
    module.present.append(row("b"))
    stream = audio.open(named("b"), REQUEST, ignore, ignore)
    assert module.starts == 2
    assert module.streams[0].options["device"] == 1
    stream.close()


def test_portaudio_is_not_restarted_while_a_stream_is_open() -> None:
    module = FakeSoundDevice([row("a")])
    audio = portaudio(module)
    stream = audio.open(named("a"), REQUEST, ignore, ignore)
    module.present.append(row("b"))
    assert not audio.refresh()
    with pytest.raises(NotReadableError, match="does not see"):
        audio.open(named("b"), REQUEST, ignore, ignore)
    stream.close()
    assert audio.refresh()
    assert [one.name for one in audio.devices()] == ["a", "b"]


def test_portaudio_is_not_restarted_while_the_program_itself_has_a_stream() -> None:
    module = FakeSoundDevice([row("a")])
    others = module._StreamBase(module, {"samplerate": 48000})
    audio = portaudio(module)
    audio.devices()
    assert not audio.refresh()
    others.close()
    assert audio.refresh()


def test_the_environment_is_changed_only_while_a_stream_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIVEN", "before")
    monkeypatch.delenv("ADDED", raising=False)
    request = StreamRequest(
        48000, 1, 480, 0.01, lambda now: {"GIVEN": now["GIVEN"] + "+", "ADDED": "x"}
    )
    module = FakeSoundDevice([row("a")])
    portaudio(module).open(named("a"), request, ignore, ignore).close()
    assert module.streams[0].environment["GIVEN"] == "before+"
    assert module.streams[0].environment["ADDED"] == "x"
    assert os.environ["GIVEN"] == "before"
    assert "ADDED" not in os.environ


def test_the_environment_is_restored_when_opening_fails() -> None:
    module = FakeSoundDevice([row("a")], fail_to_open="Device unavailable")
    request = StreamRequest(48000, 1, 480, 0.01, lambda _: {"ADDED": "x"})
    with pytest.raises(NotReadableError, match="PortAudio: Device unavailable"):
        portaudio(module).open(named("a"), request, ignore, ignore)
    assert "ADDED" not in os.environ


def test_a_refused_sample_rate_has_its_own_error() -> None:
    module = FakeSoundDevice([row("a")], only_rate=44100)
    with pytest.raises(SampleRateRefusedError, match=r"PortAudio: .*Invalid sample rate"):
        portaudio(module).open(named("a"), REQUEST, ignore, ignore)


def test_a_stream_that_does_not_start_is_closed() -> None:
    module = FakeSoundDevice([row("a")], fail_to_start=True)
    audio = portaudio(module)
    with pytest.raises(NotReadableError, match="Device unavailable"):
        audio.open(named("a"), REQUEST, ignore, ignore)
    assert module.streams[0].closed
    assert audio.refresh()


def test_blocks_have_a_size_and_are_floats() -> None:
    module = FakeSoundDevice([row("a")])
    portaudio(module).open(named("a"), REQUEST, ignore, ignore).close()
    options = module.streams[0].options
    assert (options["blocksize"], options["dtype"], options["latency"]) == (480, "float32", 0.01)


def test_closing_twice_closes_once() -> None:
    module = FakeSoundDevice([row("a")])
    stream = portaudio(module).open(named("a"), REQUEST, ignore, ignore)
    stream.close()
    module.streams[0].closed = False
    stream.close()
    assert not module.streams[0].closed


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [
        ("linux", "apt install libportaudio2"),
        ("darwin", "brew install portaudio"),
        ("win32", "pip install --force-reinstall sounddevice"),
    ],
)
def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    fail_import(monkeypatch, "sounddevice", OSError("PortAudio library not found"))
    with pytest.raises(PortAudioMissingError, match=remedy):
        PortAudio().devices()


def test_a_portaudio_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    class PortAudioError(Exception):
        """sounddevice's, raised by its own import."""

    fail_import(monkeypatch, "sounddevice", PortAudioError("Error initializing PortAudio"))
    with pytest.raises(PortAudioMissingError, match=r"Error initializing PortAudio.*: pip install"):
        PortAudio().devices()


def test_without_sounddevice_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(PortAudioMissingError, match="pip install sounddevice"):
        PortAudio().devices()


def test_an_opening_that_hangs_is_given_up_and_closed_when_it_comes_back() -> None:
    module = FakeSoundDevice([row("a")])
    goes_on = threading.Event()
    module.wait_to_start = goes_on.wait
    audio = portaudio(module)
    heard: list[str] = []
    request = replace(REQUEST, timeout=0.05)
    with pytest.raises(OpeningHangsError, match="in time"):
        audio.open(
            named("a"), request, lambda *_: heard.append("block"), lambda: heard.append("finished")
        )
    [stream] = module.streams
    assert not audio.refresh(), "it would break the stream that is being opened"
    assert [one.name for one in audio.devices()] == ["a"]
    stream.give(bytes(4))
    stream.finish()
    goes_on.set()
    deadline = time.monotonic() + 5
    while not stream.closed:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert heard == []


def test_without_a_server_portaudio_is_kept_away_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/hangs")
    servers: list[str | None] = []

    def load() -> SoundDevice:
        servers.append(os.environ.get("PULSE_SERVER"))
        return cast("SoundDevice", module)

    module = FakeSoundDevice([row("a")])
    module.at_start = lambda: servers.append(os.environ.get("PULSE_SERVER"))
    audio = PortAudio(load)
    audio.devices(server=False)
    audio.refresh(server=False)
    audio.refresh()
    assert servers == ["unix:/nonexistent", "unix:/nonexistent", "unix:/hangs"]
    assert os.environ["PULSE_SERVER"] == "unix:/hangs"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio_module, "_LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
def test_a_start_that_hangs_is_reported_and_awaited_again() -> None:
    goes_on, loads = threading.Event(), list[int]()

    def load() -> SoundDevice:
        loads.append(1)
        assert goes_on.wait(20)
        return cast("SoundDevice", FakeSoundDevice([row("a")]))

    audio = PortAudio(load)
    for _ in range(2):
        with pytest.raises(NotReadableError, match="hangs while it looks for devices"):
            audio.devices()
    assert len(loads) == 1, "it must not be started twice"
    goes_on.set()
    assert soon(audio) == ["a"]


@pytest.mark.usefixtures("impatient")
def test_a_look_that_hangs_is_reported_and_awaited_again() -> None:
    goes_on, module = threading.Event(), FakeSoundDevice([row("a")])
    audio = portaudio(module)
    assert [one.name for one in audio.devices()] == ["a"]
    module.at_start = lambda: goes_on.wait(20)
    for look in (audio.refresh, audio.refresh, audio.devices):
        with pytest.raises(NotReadableError, match="hangs while it looks for devices"):
            look()
    goes_on.set()
    assert soon(audio) == ["a"]


def soon(audio: PortAudio) -> list[str]:
    """Return the names of the devices once PortAudio has gone on."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return [one.name for one in audio.devices()]
        except NotReadableError:
            assert time.monotonic() < deadline
