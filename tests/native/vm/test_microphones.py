"""Real sound cards of the kernel (`snd-aloop`: what is played is heard), without a server."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import Configuration, Device
from mediadevices.errors import NotReadableError
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from support.sound import Recorder, Recording, loudest, until
from support.sound_cards import RATE, played, playing, tone, unplugged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediadevices import MediaDevices
    from support.faults import FaultNotes

HERTZ = {"Mic1": 440, "Mic2": 1000}


@pytest.fixture
def tones(tmp_path: Path) -> Iterator[None]:
    """Play a tone into each card, for device 0 to hear."""
    with contextlib.ExitStack() as players:
        for card, hertz in HERTZ.items():
            players.enter_context(playing(card, tone(hertz), tmp_path))
        yield


@pytest.fixture
def driver() -> PortAudioMicrophoneDriver:
    return PortAudioMicrophoneDriver()


async def find(driver: PortAudioMicrophoneDriver, key: str) -> Device:
    found = [one for one in await driver.list_devices() if one.key == key]
    assert [one.kind for one in found] == ["audioinput", "audiooutput"]
    return found[0]


async def test_each_card_is_a_microphone_with_its_modes(driver: PortAudioMicrophoneDriver) -> None:
    devices = await driver.list_devices()
    microphones = {one.key: one for one in devices if one.kind == "audioinput"}
    assert set(microphones) == {"alsa:Mic1:0", "alsa:Mic1:1", "alsa:Mic2:0", "alsa:Mic2:1"}
    first = microphones["alsa:Mic1:0"]
    assert first.label == "Loopback PCM [Mic1:0]"
    assert first.group_key == microphones["alsa:Mic1:1"].group_key
    assert first.group_key != microphones["alsa:Mic2:0"].group_key
    assert [mode.channel_count for mode in first.modes] == [2, 1, 32]
    assert [one.key for one in devices if one.default] == ["alsa:Mic1:0", "alsa:Mic1:0"]


@pytest.mark.usefixtures("tones")
async def test_the_chosen_card_is_heard(driver: PortAudioMicrophoneDriver) -> None:
    for card, hertz in HERTZ.items():
        device = await find(driver, f"alsa:{card}:0")
        recorder = Recorder()
        capture = await driver.open(device, Configuration(device.modes[0]), recorder)
        await recorder.hear(1.5)
        await capture.close()
        # The machine is too slow to lose no samples, which blurs a tone.
        assert loudest(recorder.samples(0.5)[:, 0], RATE) == pytest.approx(hertz, rel=0.1)
        assert np.all(np.diff(recorder.timestamps) > 0)


@pytest.mark.usefixtures("tones")
async def test_an_unplugged_card_ends_the_capture_and_a_new_one_is_reported_and_captured(
    driver: PortAudioMicrophoneDriver,
) -> None:
    changed = threading.Event()
    stop = await driver.watch(changed.set)
    device = await find(driver, "alsa:Mic2:0")
    recorder = Recorder()
    capture = await driver.open(device, Configuration(device.modes[0]), recorder)
    await recorder.hear(0.5)

    with unplugged("Mic2") as unplugging:
        await until(lambda: recorder.ended, 15)
        assert ("end", None) in recorder.events
        assert await asyncio.to_thread(changed.wait, 15)
        # It could not go while the device was open.
        assert await asyncio.to_thread(unplugging.wait, 15) == 0
        await capture.close()
        keys = {one.key for one in await driver.list_devices()}
        assert keys == {"alsa:Mic1:0", "alsa:Mic1:1"}
        changed.clear()
    assert await asyncio.to_thread(changed.wait, 15)
    stop()
    keys = {one.key for one in await driver.list_devices()}
    assert "alsa:Mic2:0" in keys
    recorder = Recorder()
    again = await find(driver, "alsa:Mic2:0")
    capture = await driver.open(again, Configuration(again.modes[0]), recorder)
    await recorder.hear(0.3)
    await capture.close()
    assert not recorder.ended


@pytest.fixture
def holders() -> Iterator[set[int]]:
    """Let other programs hold the first card's device 0, which takes eight at a time."""
    form = ["-f", "S16_LE", "-r", str(RATE), "-c", "2"]
    programs = [
        subprocess.Popen(["arecord", "-q", "-D", f"hw:Mic1,0,{number}", *form, "/dev/null"])
        for number in range(8)
    ]
    yield {program.pid for program in programs}
    for program in programs:
        program.kill()
        program.wait()


@pytest.mark.fault("microphone", "another program has its sound card open")
async def test_a_card_that_another_program_holds_is_listed_and_the_error_names_the_program(
    driver: PortAudioMicrophoneDriver, holders: set[int], fault: FaultNotes
) -> None:
    states = list(Path("/proc/asound/Mic1/pcm0c").glob("sub*/status"))
    await until(lambda: all("owner_pid" in state.read_text() for state in states), 30)
    device = await find(driver, "alsa:Mic1:0")
    recorder = Recorder()
    with pytest.raises(NotReadableError, match=r"\(arecord\) has it open") as caught:
        await driver.open(device, Configuration(device.modes[0]), recorder)
    assert any(f"process {holder} " in str(caught.value) for holder in holders)
    assert recorder.events == []
    fault.sees("another microphone, or `NotReadableError`, which names the other program")


async def test_a_silent_card_does_not_keep_close_waiting(
    driver: PortAudioMicrophoneDriver,
) -> None:
    device = await find(driver, "alsa:Mic1:0")
    for _ in range(3):
        capture = await driver.open(device, Configuration(device.modes[0]), Recorder())
        await asyncio.sleep(0.3)
        start = asyncio.get_running_loop().time()
        await capture.close()
        assert asyncio.get_running_loop().time() - start < 2  # the machine is slow
    await until(
        lambda: not any(one.name.startswith("mediadevices") for one in threading.enumerate())
    )


# What a program sees.


@pytest.mark.fault("microphone", "overflow: samples were lost before the program took them")
@pytest.mark.usefixtures("tones")
async def test_samples_that_a_busy_program_lost_are_counted_and_are_a_gap(
    media_devices: MediaDevices, fault: FaultNotes
) -> None:
    [track] = (await media_devices.get_user_media({"audio": True})).get_tracks()
    recording = Recording(track)
    await recording.hear(0.5)
    ctypes.PyDLL(None).usleep(3_000_000)  # C code that holds Python's lock, and so every thread
    await until(lambda: np.max(recording.gaps) > 1_000_000, 30)
    await recording.stop()
    assert "ended" not in recording.events
    stats = track.stats
    lost = stats.total_frames_duration - stats.delivered_frames_duration
    assert lost > np.max(recording.gaps) / 1000 - 1
    fault.sees("a gap in `timestamp`; `track.stats.total_frames` counts what is missing")


@pytest.mark.fault("microphone", "refuses the sample rate")
async def test_a_card_at_another_rate_than_it_prefers_is_heard_at_the_rate_that_was_asked_for(
    media_devices: MediaDevices, tmp_path: Path, fault: FaultNotes
) -> None:
    await media_devices.enumerate_devices()  # PortAudio sees that the card prefers 44.1 kHz ...
    with playing("Mic1", tone(1000, rate=48000), tmp_path, rate=48000):  # ... which is over now
        await until(lambda: played("Mic1") > 0, 30)
        for asked, expected in ((True, 48000), ({"sampleRate": {"exact": 44100}}, 44100)):
            [track] = (await media_devices.get_user_media({"audio": asked})).get_tracks()
            assert track.get_settings().sample_rate == expected
            recording = Recording(track)
            await recording.hear(1.5)
            await recording.stop()
            assert {block.sample_rate for block in recording.blocks} == {expected}
            heard = loudest(recording.samples(0.5)[:, 0], expected)
            assert heard == pytest.approx(1000, rel=0.1)
    fault.sees("the samples at the rate that it asked for, resampled from one that can be had")
