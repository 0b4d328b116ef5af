"""One clock for pictures and sound: a flash and a click that come together have one time."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices import AudioData, MediaDevices, MediaStreamTrack, VideoFrame
from mediadevices_native.cameras.v4l2.controls import find_controls, write_controls
from mediadevices_native.cameras.v4l2.ioctl import open_node
from support import vivid
from support.sound import until
from support.sound_cards import RATE, played, playing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CARD = "Mic1"
EVERY = 1.5  # seconds from one flash and click to the next
LONG = 0.3  # seconds that each lasts
SILENT, DARK = 0.1, 0


@dataclass(frozen=True)
class Signal:
    """When something could first be heard and seen, in seconds of the monotonic clock."""

    click: float
    flash: float


class Signals(threading.Thread):
    """Lets the camera flash whenever the sound card has come to a click in what it plays."""

    def __init__(self, count: int) -> None:
        super().__init__(daemon=True)
        self._count = count
        self.given: list[Signal] = []

    @staticmethod
    def samples(count: int) -> np.ndarray:
        """Return what is to be played."""
        every, long = round(EVERY * RATE), round(LONG * RATE)
        samples = np.zeros((count + 2) * every)
        for number in range(1, count + 1):
            samples[number * every : number * every + long] = np.sin(np.arange(long) / 3) / 2
        return samples

    def run(self) -> None:
        with open_node(vivid.FIRST) as call:
            controls = [one for one in find_controls(call) if one.name == "brightness"]

            def brightness(value: float) -> None:
                write_controls(call, controls, {"brightness": value})

            brightness(DARK)
            for number in range(1, self._count + 1):
                click = round(number * EVERY * RATE)
                while (position := played(CARD)) < click:
                    time.sleep(0.002)
                # It was a little before we looked.
                clicked = time.monotonic() - (position - click) / RATE
                brightness(255)
                self.given.append(Signal(clicked, time.monotonic()))
                time.sleep(LONG)
                brightness(DARK)


async def clicks(track: MediaStreamTrack, found: list[float]) -> None:
    """Find when each click is first heard."""
    heard = 0.0
    async for block in track.frames():
        assert isinstance(block, AudioData)
        loud = np.flatnonzero(np.abs(block.to_ndarray("f32")[:, 0]) > SILENT)
        if len(loud):
            start = block.timestamp / 1e6
            if start > heard + EVERY / 3:
                found.append(start + loud[0] / block.sample_rate)
            heard = start


async def flashes(track: MediaStreamTrack, found: list[float]) -> None:
    """Find the time of the first picture of each flash."""
    before = None
    async for frame in track.frames(format="GRAY8"):
        assert isinstance(frame, VideoFrame)
        bright = float(np.mean(frame.to_ndarray()[::8, ::8]))
        if before is not None and bright > before + 40:
            found.append(frame.timestamp / 1e6)
        before = bright


def lags(given: Sequence[float], found: Sequence[float]) -> np.ndarray:
    """Return how many milliseconds later than given each signal was found; NaN where none was."""
    times = np.array(found)
    nearest = np.array([times[np.argmin(np.abs(times - one))] - one for one in given])
    nearest[np.abs(nearest) > EVERY / 3] = np.nan
    return nearest * 1000


@pytest.mark.usefixtures("cameras")
@pytest.mark.timeout(240)
async def test_a_flash_and_a_click_of_one_moment_have_one_time_for_a_minute(
    media_devices: MediaDevices,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    count = round(60 / EVERY)
    heard: list[float] = []
    seen: list[float] = []
    signals = Signals(count)
    with playing(CARD, Signals.samples(count), tmp_path):
        await until(lambda: played(CARD) > 0, 30)
        signals.start()
        asked = {"audio": True, "video": {"width": 320, "height": 180}}
        async with await media_devices.get_user_media(asked) as stream:
            [audio], [video] = stream.get_audio_tracks(), stream.get_video_tracks()
            reading = (
                asyncio.create_task(clicks(audio, heard)),
                asyncio.create_task(flashes(video, seen)),
            )
            await asyncio.to_thread(signals.join)
            await asyncio.sleep(EVERY / 2)  # in which the last ones arrive
        await asyncio.gather(*reading)

    times = np.array([one.click for one in signals.given])
    sound = lags([one.click for one in signals.given], heard)
    picture = lags([one.flash for one in signals.given], seen)
    offsets = sound - picture
    both = ~np.isnan(offsets)
    drift = float(np.polyfit(times[both], offsets[both], 1)[0] * 60)
    offset = float(np.median(offsets[both]))
    figures = {
        "signals that were heard and seen": int(np.sum(both)),
        "sound after its click, median, ms": float(np.nanmedian(sound)),
        "picture after its flash, median, ms": float(np.nanmedian(picture)),
        "sound after picture, median, ms": offset,
        "sound after picture, least, ms": float(np.min(offsets[both])),
        "sound after picture, most, ms": float(np.max(offsets[both])),
        "drift, ms per minute": drift,
    }
    for name, value in figures.items():
        record_property(name, value)
        print(f"{name}: {value:.1f}")  # -rP shows it

    # A camera of 30 pictures a second, in a machine that is some ten times slower than this one.
    assert np.sum(both) > count * 0.7
    assert abs(offset) < 250
    assert abs(drift) < 50
