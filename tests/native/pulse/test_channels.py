"""Each channel of a microphone is heard in its own place, whatever order the server has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import AudioMode, Configuration, Device
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from support.sound import Recorder, loudest, until

if TYPE_CHECKING:
    from support.pulse_server import SoundServer

L, R, C, LFE = "front-left", "front-right", "front-center", "lfe"
SL, SR, RL, RR = "side-left", "side-right", "rear-left", "rear-right"
AUX = tuple(f"aux{number}" for number in range(8))

# The server's order, and the order of Web Audio (§4.5), or the server's own where that has none.
ORDERS = {
    "mono": (("mono",), ("mono",)),
    "stereo": ((L, R), (L, R)),
    "stereo, right first": ((R, L), (L, R)),
    "quad": ((L, R, RL, RR), (L, R, RL, RR)),
    "quad, rear first": ((RL, RR, L, R), (L, R, RL, RR)),
    "quad, sides": ((L, R, SL, SR), (L, R, SL, SR)),
    "5.1 of ALSA": ((L, R, RL, RR, C, LFE), (L, R, C, LFE, RL, RR)),
    "5.1 of WAVE": ((L, R, C, LFE, RL, RR), (L, R, C, LFE, RL, RR)),
    "5.1, sides": ((C, L, R, SL, SR, LFE), (L, R, C, LFE, SL, SR)),
    "2.1": ((L, R, LFE), (L, R, LFE)),
    "5.0": ((L, R, C, RL, RR), (L, R, C, RL, RR)),
    "7.1": ((L, R, C, LFE, RL, RR, SL, SR), (L, R, C, LFE, RL, RR, SL, SR)),
    "an array of 1": (AUX[:1], AUX[:1]),
    "an array of 2": (AUX[:2], AUX[:2]),
    "an array of 4": (AUX[:4], AUX[:4]),
    "an array of 6": (AUX[:6], AUX[:6]),
    "an array of 8": (AUX, AUX),
}


async def find(driver: PortAudioMicrophoneDriver, label: str) -> Device:
    async with asyncio.timeout(10):
        while True:
            for device in await driver.list_devices():
                if device.label == label:
                    return device


@pytest.mark.parametrize("name", ORDERS)
async def test_each_channel_is_heard_in_its_place(name: str, pulse_server: SoundServer) -> None:
    order, expected = ORDERS[name]
    driver, recorder = PortAudioMicrophoneDriver(), Recorder()
    hertz = {channel: 300 + 210 * at for at, channel in enumerate(order)}
    array = pulse_server.server.load_array("array", "Array", order)
    try:
        with pulse_server.server.tone_in_each_channel(array, order, list(hertz.values())):
            device = await find(driver, "Array")
            [mode] = device.modes
            assert isinstance(mode, AudioMode)
            assert mode.channel_count == len(expected)
            capture = await driver.open(device, Configuration(mode), recorder)
            await until(lambda: bool(recorder.blocks) and bool(recorder.samples(0.1).any()), 10)
            await recorder.hear(0.8)
            await capture.close()
    finally:
        pulse_server.server.unload(array)
    samples = recorder.samples(0.5)
    heard = [round(loudest(channel)) for channel in samples.T]
    assert heard == pytest.approx([hertz[channel] for channel in expected], abs=2)
    # The tone of its own at full level, and next to nothing else.
    assert np.abs(samples).max(axis=0) == pytest.approx([0.5] * len(expected), abs=0.03)
