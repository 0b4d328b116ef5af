"""What a program sees when something happens to the microphone that it records from."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices import DeviceChangeEvent, MediaDevices, NotReadableError
from support.pipewire_server import PipeWireServer
from support.pulse_server import PulseServer
from support.sound import Recording, foreign, level, loudest, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.faults import FaultNotes
    from support.pulse_server import Microphone, SoundServer

HEADSET_HERTZ, DESK_HERTZ = 440, 1000

# PipeWire does not wake what it was told to suspend, and keeps a recording of ours where it is.
PULSEAUDIO = pytest.mark.lanes("pulse")


async def start_of(function: Callable[..., object], *arguments: object) -> float:
    """Let something be done to the server; return when it was begun."""
    start = time.monotonic()
    await asyncio.to_thread(function, *arguments)
    return start


async def record(media_devices: MediaDevices, label: str = "") -> Recording:
    """Record from the microphone of that name, or the default one."""
    audio: object = True
    if label:
        (await media_devices.get_user_media({"audio": True})).get_tracks()[0].stop()
        [device] = [one for one in await media_devices.enumerate_devices() if one.label == label]
        audio = {"deviceId": {"exact": device.device_id}}
    [track] = (await media_devices.get_user_media({"audio": audio})).get_tracks()
    recording = Recording(track)
    await recording.hear(0.4)
    return recording


def changes(media_devices: MediaDevices) -> list[tuple[float, DeviceChangeEvent]]:
    """Note the events from now on, each with its time."""
    seen: list[tuple[float, DeviceChangeEvent]] = []
    media_devices.ondevicechange = lambda event: seen.append((time.monotonic(), event))
    return seen


def microphones(event: DeviceChangeEvent) -> list[str]:
    return [device.label for device in event.devices if device.kind == "audioinput"]


@pytest.mark.fault("microphone", "unplugged while it is captured (the source is unloaded)")
async def test_an_unplugged_microphone_ends_its_track_before_another_one_is_heard(
    pulse_server: SoundServer, media_devices: MediaDevices, fault: FaultNotes
) -> None:
    server = pulse_server.server
    # The desk's tone would be heard: a recording whose source goes is moved to the default one.
    server.set_default(pulse_server.desk)
    third = server.load_source("third", "Third Microphone")
    server.play_tone(third, HEADSET_HERTZ)
    recording = await record(media_devices, "Third Microphone")
    seen = changes(media_devices)

    unplugged = await start_of(server.unload, third)
    ended = await recording.sees("ended")
    await until(lambda: bool(seen))
    await recording.stop()
    server.set_default(pulse_server.headset)

    assert foreign(recording, DESK_HERTZ) < pulse_server.server.clicks
    # PipeWire gives silence for some blocks before it ends.
    assert np.median(level(recording.samples(0.2)[:, 0], HEADSET_HERTZ)) > 0.3
    assert recording.track.ready_state == "ended"
    assert "Third Microphone" not in microphones(seen[-1][1])
    fault.sees("`ended`, before a sample of another microphone; `devicechange`", ended - unplugged)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            PulseServer.suspend,
            marks=[pytest.mark.fault("microphone", "suspended by the server"), PULSEAUDIO],
        ),
        pytest.param(
            PulseServer.mute, marks=pytest.mark.fault("microphone", "muted in the system's mixer")
        ),
    ],
)
async def test_a_microphone_that_is_suspended_or_muted_mutes_its_track_until_it_is_not(
    pulse_server: SoundServer,
    media_devices: MediaDevices,
    fault: FaultNotes,
    change: Callable[[PulseServer, Microphone, bool], None],
) -> None:
    recording = await record(media_devices)
    changed = await start_of(change, pulse_server.server, pulse_server.headset, True)
    muted = await recording.sees("mute")
    assert recording.track.muted
    await recording.hear(0.5)
    assert not np.any(recording.samples(0.3))
    await start_of(change, pulse_server.server, pulse_server.headset, False)
    await recording.sees("mute", "unmute")
    assert not recording.track.muted
    await recording.hear(0.6)
    await recording.stop()
    assert loudest(recording.samples(0.4)[:, 0]) == pytest.approx(HEADSET_HERTZ, abs=3)
    assert np.all(np.diff(recording.timestamps) > 0)
    fault.sees("`mute` and silence; `unmute` when it is over", muted - changed)


@pytest.mark.fault("microphone", "another one becomes the system's default")
async def test_another_default_microphone_changes_the_list_and_not_the_track(
    pulse_server: SoundServer, media_devices: MediaDevices, fault: FaultNotes
) -> None:
    recording = await record(media_devices)
    seen = changes(media_devices)
    changed = await start_of(pulse_server.server.set_default, pulse_server.desk)
    await until(lambda: bool(seen))
    await recording.hear(0.5)
    await start_of(pulse_server.server.set_default, pulse_server.headset)
    await until(lambda: len(seen) == 2)
    await recording.stop()
    first, second = (microphones(event) for _, event in seen)
    assert first == ["Desk Microphone", "Headset Microphone"]
    assert second == ["Headset Microphone", "Desk Microphone"]
    assert recording.track.label == "Headset Microphone"
    assert recording.events == []
    assert foreign(recording, DESK_HERTZ) < pulse_server.server.clicks
    fault.sees("`devicechange`, the new one first; the track stays as it is", seen[0][0] - changed)


@PULSEAUDIO
@pytest.mark.fault("microphone", "moved to another one in the system's mixer")
async def test_a_recording_that_the_mixer_moves_comes_back_and_the_gap_is_counted(
    pulse_server: SoundServer, media_devices: MediaDevices, fault: FaultNotes
) -> None:
    recording = await record(media_devices)

    moved = await start_of(pulse_server.server.move_recordings, os.getpid(), pulse_server.desk)
    await until(lambda: np.max(recording.gaps) > 50_000)
    back = time.monotonic()
    await recording.hear(0.5)
    await recording.stop()
    assert recording.events == []
    assert foreign(recording, DESK_HERTZ) < pulse_server.server.clicks
    stats = recording.track.stats
    lost = stats.total_frames_duration - stats.delivered_frames_duration
    assert lost > np.max(recording.gaps) / 1000 - 1
    fault.sees("a gap in `timestamp`, counted in `track.stats`; nothing of the other", back - moved)


@pytest.mark.fault("microphone", "the sound server is killed and started again")
async def test_a_killed_server_ends_the_track_and_the_new_one_has_the_microphone_again(
    new_server: type[PulseServer],
    media_devices: MediaDevices,
    monkeypatch: pytest.MonkeyPatch,
    fault: FaultNotes,
) -> None:
    with new_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.load_source("only", "Only Microphone")
        recording = await record(media_devices)
        before = recording.track.get_settings().device_id
        seen = changes(media_devices)

        killed = time.monotonic()
        await asyncio.to_thread(server.kill)
        ended = await recording.sees("ended")
        await until(lambda: bool(seen) and microphones(seen[-1][1]) == [])
        gone = seen[-1][0]
        await recording.stop()
        fault.sees("`ended`; `NotReadableError` in the log", ended - killed)
        fault.sees("`devicechange`, without microphones", gone - killed)

        await asyncio.to_thread(server.start)
        only = await asyncio.to_thread(server.load_source, "only", "Only Microphone")
        await until(lambda: microphones(seen[-1][1]) == ["Only Microphone"], 15)
        server.play_tone(only, HEADSET_HERTZ)
        recording = await record(media_devices)
        await recording.hear(0.4)
        await recording.stop()
        assert recording.track.get_settings().device_id == before
        assert loudest(recording.samples(0.4)[:, 0]) == pytest.approx(HEADSET_HERTZ, abs=3)
        fault.sees("`devicechange` with them, and their ids, when a server is there again")


@pytest.mark.fault("microphone", "the sound server hangs")
async def test_a_server_that_hangs_ends_the_track_without_blocking(
    new_server: type[PulseServer],
    media_devices: MediaDevices,
    monkeypatch: pytest.MonkeyPatch,
    fault: FaultNotes,
) -> None:
    with new_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.load_source("only", "Only Microphone")
        recording = await record(media_devices)
        with server.frozen():
            frozen = time.monotonic()
            muted = await recording.sees("mute")
            ended = await recording.sees("mute", "ended", seconds=30)
            await recording.stop()
            fault.sees("`mute` and silence", muted - frozen)
            fault.sees("`ended`; `NotReadableError` in the log", ended - frozen)
            asked = time.monotonic()
            found = await media_devices.enumerate_devices()
            assert not any(one.kind == "audioinput" for one in found)
            assert time.monotonic() - asked < 20
        seen = changes(media_devices)
        await until(lambda: bool(seen) and microphones(seen[-1][1]) == ["Only Microphone"], 15)
        again = await record(media_devices)
        await again.stop()
        fault.sees("`devicechange` with the microphones when it goes on")


@pytest.mark.lanes("pipewire")
@pytest.mark.fault("microphone", "PipeWire's session manager does not run")
async def test_without_its_session_manager_pipewire_is_not_waited_for(
    media_devices: MediaDevices, monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    with PipeWireServer(session_manager=False) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.load_source("only", "Only Microphone")
        asked = time.monotonic()
        with pytest.raises(NotReadableError, match="is its session manager running"):
            await media_devices.get_user_media({"audio": True})
        took = time.monotonic() - asked
        assert took < 20
        fault.sees("`NotReadableError`: the server does not connect the recording", took)
