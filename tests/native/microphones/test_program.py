"""A program and a microphone that the test makes fail, where no real one can be made to."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices import MediaDevices, MediaStreamTrackProcessor, NotReadableError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from mediadevices_native.microphones.host_system import HostMicrophones
from mediadevices_native.microphones.portaudio import library as portaudio_module
from mediadevices_native.microphones.portaudio.library import PortAudio, SoundDevice
from support.fake_sounddevice import FakeSoundDevice, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.faults import FaultNotes

BLOCK = bytes(441 * 4)


@pytest.fixture
def module() -> FakeSoundDevice:
    """A PortAudio with one microphone, which prefers 44.1 kHz."""
    return FakeSoundDevice([row("Built-in Microphone", inputs=1)], ("Core Audio",))


@pytest.fixture
def media_devices(module: FakeSoundDevice) -> Iterator[MediaDevices]:
    with devices_of(PortAudio(lambda: cast("SoundDevice", module))) as media_devices:
        yield media_devices


@contextmanager
def devices_of(audio: PortAudio) -> Iterator[MediaDevices]:
    """Let `navigator` stand on a PortAudio."""
    driver = PortAudioMicrophoneDriver(HostMicrophones(audio))
    permissions = PermissionAuthority("tests", None, {"microphone": "grant"})
    agent = LocalAgent([driver], permissions, secret=b"tests")
    with use_agent(agent):
        yield navigator.media_devices
    agent.close()


@pytest.mark.fault("microphone", "overflow: samples were lost before the program took them")
async def test_an_overflow_is_counted_and_is_a_gap_in_the_time_stamps(
    media_devices: MediaDevices, module: FakeSoundDevice, fault: FaultNotes
) -> None:
    async with await media_devices.get_user_media({"audio": True}) as stream:
        (track,) = stream.get_tracks()
        (source,) = module.streams
        reader = MediaStreamTrackProcessor(track).readable.get_reader()
        source.give(BLOCK)
        await asyncio.sleep(0.3)
        source.give(BLOCK, overflow=True)
        source.give(BLOCK)
        blocks = [(await reader.read()).value for _ in range(3)]

        gaps = [b.timestamp - a.timestamp - a.duration for a, b in pairwise(blocks)]
        assert gaps[0] > 200_000
        assert abs(gaps[1]) < 1000
        stats = track.stats
        assert stats.delivered_frames == 3 * 441
        assert stats.total_frames == 3 * 441 + round(gaps[0] * 0.0441)
        assert track.ready_state == "live"
    fault.sees("a gap in `timestamp`; `track.stats.total_frames` counts what is missing")


@pytest.mark.fault("microphone", "refuses the sample rate")
async def test_a_refused_sample_rate_is_resampled_from_one_that_can_be_had(
    media_devices: MediaDevices, module: FakeSoundDevice, fault: FaultNotes
) -> None:
    module.only_rate = 48000
    asked = {"sampleRate": {"exact": 44100}}
    async with await media_devices.get_user_media({"audio": asked}) as stream:
        (track,) = stream.get_tracks()
        (source,) = module.streams
        assert source.options["samplerate"] == 48000
        assert track.get_settings().sample_rate == 44100
        blocks = track.frames()
        first = asyncio.ensure_future(anext(blocks))
        await asyncio.sleep(0)
        for _ in range(20):
            source.give(bytes(480 * 4))
        assert (await first).sample_rate == 44100
    fault.sees("the samples at the rate that it asked for, resampled from one that can be had")


@pytest.mark.fault("microphone", "refuses every sample rate")
async def test_a_microphone_without_any_sample_rate_is_not_readable(
    media_devices: MediaDevices, module: FakeSoundDevice, fault: FaultNotes
) -> None:
    module.only_rate = 1
    with pytest.raises(NotReadableError, match=r"Built-in Microphone: .*Invalid sample rate"):
        await media_devices.get_user_media({"audio": True})
    fault.sees("`NotReadableError` from `get_user_media`, with PortAudio's reason")


@pytest.mark.fault("microphone", "gives nothing, without an error")
async def test_a_microphone_that_gives_nothing_is_muted_until_it_gives_something(
    media_devices: MediaDevices, module: FakeSoundDevice, fault: FaultNotes
) -> None:
    async with await media_devices.get_user_media({"audio": True}) as stream:
        (track,) = stream.get_tracks()
        (source,) = module.streams
        source.give(BLOCK)
        stopped = time.monotonic()
        await track.wait_for("mute", timeout=10)
        fault.sees("`mute` and silence", time.monotonic() - stopped)
        unmuted = asyncio.ensure_future(track.wait_for("unmute", timeout=10))
        await asyncio.sleep(0)
        source.give(BLOCK)
        await unmuted
        fault.sees("`unmute` when something comes")


@pytest.mark.fault("microphone", "PortAudio hangs as it starts, as behind a lock of JACK's")
async def test_a_portaudio_that_hangs_as_it_starts_is_reported(
    module: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    monkeypatch.setattr(portaudio_module, "_LOOK_SECONDS", 0.05)
    goes_on = threading.Event()

    def load() -> SoundDevice:
        goes_on.wait(20)
        return cast("SoundDevice", module)

    with devices_of(PortAudio(load)) as media_devices:
        assert await media_devices.enumerate_devices() == []
        with pytest.raises(NotReadableError, match="PortAudio hangs while it looks for devices"):
            await media_devices.get_user_media({"audio": True})
        fault.sees("`NotReadableError` after 12 s, which says so; `doctor` says it too")
        goes_on.set()
