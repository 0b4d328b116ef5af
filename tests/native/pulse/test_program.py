"""A program and the microphones of a sound server: the chosen one is heard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices import AudioData, MediaDevices, MediaStreamTrack
from support.sound import loudest

if TYPE_CHECKING:
    from support.pulse_server import SoundServer


async def hear(track: MediaStreamTrack, seconds: float = 0.5) -> list[AudioData]:
    """Listen for some time, from when the tone is there."""
    blocks: list[AudioData] = []
    async for block in track.frames():
        blocks.append(block)
        if sum(one.duration for one in blocks) >= (seconds + 0.2) * 1e6:
            break
    skipped = round(0.2 * 1e6 / blocks[0].duration)
    return blocks[skipped:]


def hertz(blocks: list[AudioData]) -> float:
    samples = np.concatenate([block.to_ndarray("f32")[:, 0] for block in blocks])
    return loudest(samples, blocks[0].sample_rate)


async def audio_track(media_devices: MediaDevices, constraints: object) -> MediaStreamTrack:
    stream = await media_devices.get_user_media({"audio": constraints})
    [track] = stream.get_audio_tracks()
    return track


async def test_the_default_microphone_is_heard_when_none_is_named(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    track = await audio_track(media_devices, True)
    assert track.label == "Headset Microphone"
    assert hertz(await hear(track)) == pytest.approx(440, abs=2)
    track.stop()


async def test_a_microphone_can_be_opened_time_and_again(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    for number in range(60):
        track = await audio_track(media_devices, True)
        if number % 2:
            await anext(aiter(track.frames()))
        assert track.label == "Headset Microphone"
        track.stop()
        await asyncio.sleep(number % 7 * 0.05)


async def test_a_microphone_is_heard_that_was_chosen_by_label(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    (await audio_track(media_devices, True)).stop()
    [desk] = [
        device
        for device in await media_devices.enumerate_devices()
        if device.label == "Desk Microphone"
    ]
    track = await audio_track(media_devices, {"deviceId": {"exact": desk.device_id}})
    assert track.get_settings().device_id == desk.device_id
    assert hertz(await hear(track)) == pytest.approx(1000, abs=2)
    track.stop()


async def test_the_same_id_names_the_same_microphone_in_another_agent(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    first = await audio_track(media_devices, True)
    remembered = first.get_settings().device_id
    first.stop()
    track = await audio_track(media_devices, {"deviceId": remembered})
    assert (track.label, track.get_settings().device_id) == ("Headset Microphone", remembered)
    track.stop()


async def test_rate_and_channels_are_those_that_were_asked_for(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    asked = {"sampleRate": {"exact": 16000}, "channelCount": {"exact": 1}}
    track = await audio_track(media_devices, asked)
    blocks = await hear(track)
    settings = track.get_settings()
    track.stop()
    assert (settings.sample_rate, settings.channel_count) == (16000, 1)
    assert {(block.sample_rate, block.number_of_channels) for block in blocks} == {(16000, 1)}
    assert hertz(blocks) == pytest.approx(440, abs=2)


async def test_a_disabled_track_is_silent_and_an_enabled_one_sounds_again(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    track = await audio_track(media_devices, True)
    track.enabled = False
    quiet = await hear(track, 0.2)
    track.enabled = True
    loud = await hear(track, 0.2)
    track.stop()
    assert all(not np.any(block.to_ndarray()) for block in quiet)
    assert hertz(loud) == pytest.approx(440, abs=5)


async def test_an_unplugged_microphone_ends_its_track_and_leaves_the_list(
    pulse_server: SoundServer, media_devices: MediaDevices
) -> None:
    server = pulse_server.server
    third = server.load_source("third", "Third Microphone", channels=1)
    (await audio_track(media_devices, True)).stop()
    devices = {device.label: device for device in await media_devices.enumerate_devices()}
    track = await audio_track(
        media_devices, {"deviceId": {"exact": devices["Third Microphone"].device_id}}
    )
    changed = asyncio.create_task(media_devices.wait_for("devicechange", timeout=5))
    ended = asyncio.create_task(track.wait_for("ended", timeout=5))
    await asyncio.sleep(0.1)
    server.unload(third)
    await ended
    labels = [device.label for device in (await changed).devices]
    assert "Third Microphone" not in labels
    assert "Headset Microphone" in labels
