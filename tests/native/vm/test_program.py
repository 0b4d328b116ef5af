"""A program and real devices: the kernel's `vivid` cameras and `snd-aloop` sound cards."""

from __future__ import annotations

import asyncio
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices import (
    AudioData,
    MediaDevices,
    OverconstrainedError,
)
from mediadevices.testing.patterns import BAR_COLOURS
from support import vivid
from support.filming import next_frame, video_track
from support.sound import loudest, until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("cameras", "media_devices")

PLAYING = Path("/proc/asound/Mic1/pcm1p/sub0/status")


async def test_devices_have_no_name_before_capture_and_their_own_afterwards(
    media_devices: MediaDevices,
) -> None:
    before = await media_devices.enumerate_devices()
    assert [(device.kind, device.label) for device in before] == [
        ("audioinput", ""),
        ("videoinput", ""),
    ]
    async with await media_devices.get_user_media({"video": True}):
        after = await media_devices.enumerate_devices()
    assert [device.label for device in after if device.kind == "videoinput"] == ["vivid", "vivid"]
    ids = {device.device_id for device in after if device.kind == "videoinput"}
    assert len(ids) == 2
    assert "" not in ids


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"width": {"exact": 320}, "height": {"exact": 180}}, (320, 180)),
        ({"width": 640, "height": 480}, (640, 480)),
        ({"width": {"ideal": 1280}}, (1280, 720)),
        ({"width": {"exact": 200}, "height": {"exact": 150}}, (200, 150)),
    ],
)
async def test_settings_are_what_the_frames_have(asked: object, size: tuple[int, int]) -> None:
    track = await video_track(asked)
    frame = await next_frame(track)
    settings = track.get_settings()
    track.stop()
    assert (settings.width, settings.height) == size
    assert (frame.display_width, frame.display_height) == size
    row = frame.to_ndarray("rgb24")[size[1] // 2].astype(int)
    for index, colour in enumerate(BAR_COLOURS):
        assert row[(2 * index + 1) * size[0] // 16] == pytest.approx(colour, abs=12)


async def test_a_control_is_set_and_read_back() -> None:
    track = await video_track({"width": 320})
    capabilities, before = track.get_capabilities(), track.get_settings()
    await track.apply_constraints({"advanced": [{"brightness": 200}]})
    assert capabilities.brightness == {"min": 0, "max": 255, "step": 1}
    assert before.brightness == 128
    assert track.get_settings().brightness == 200
    assert vivid.control("brightness") == 200
    with pytest.raises(OverconstrainedError) as caught:
        await track.apply_constraints({"brightness": {"min": 300}})
    assert caught.value.constraint == "brightness"
    assert vivid.control("brightness") == 200
    track.stop()


async def test_two_tracks_share_the_camera_in_different_sizes() -> None:
    track = await video_track({"width": 320, "height": 180})
    small = track.clone()
    await small.apply_constraints({"width": 160, "height": 90, "frameRate": 5})
    large_frame, small_frame = await asyncio.gather(next_frame(track), next_frame(small))
    track.stop()
    small.stop()
    assert (large_frame.display_width, small_frame.display_width) == (320, 160)


@pytest.fixture
def tone(tmp_path: Path) -> Iterator[None]:
    """Play 1000 Hz into the first sound card, for its other end to hear."""
    rate = 44100
    path = tmp_path / "tone.wav"
    samples = (np.sin(2 * np.pi * 1000 * np.arange(60 * rate) / rate) * 16384).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(np.repeat(samples, 2).tobytes())
    with subprocess.Popen(["aplay", "-q", "-D", "hw:Mic1,1", str(path)]) as player:
        yield
        player.kill()


@pytest.mark.usefixtures("tone")
async def test_a_microphone_is_heard(media_devices: MediaDevices) -> None:
    # The first to open a loopback sets the format of both ends: that must be the tone.
    await until(lambda: "RUNNING" in PLAYING.read_text(), 30)
    stream = await media_devices.get_user_media({"audio": True})
    [track] = stream.get_audio_tracks()
    blocks: list[AudioData] = []
    async for block in track.frames():
        blocks.append(block)
        if len(blocks) == 50:
            break
    track.stop()
    heard = np.concatenate([block.to_ndarray("f32")[:, 0] for block in blocks])
    # The machine is too slow to lose no samples, which blurs a tone.
    assert loudest(heard, blocks[0].sample_rate) == pytest.approx(1000, rel=0.1)
