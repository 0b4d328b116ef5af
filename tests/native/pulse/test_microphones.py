"""Real microphones of a private sound server: the right one is heard, and never another."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import AudioMode, Configuration, Device
from mediadevices.errors import NotReadableError
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from support.pulse_server import PulseServer
from support.sound import Recorder, foreign, level, loudest, until

if TYPE_CHECKING:
    from mediadevices_native.microphones.capture import MicrophoneCapture
    from support.faults import FaultNotes
    from support.pulse_server import Microphone, SoundServer

HEADSET_HERTZ, DESK_HERTZ = 440, 1000

# PipeWire does not wake what it was told to suspend, and keeps a recording of ours where it is.
PULSEAUDIO = pytest.mark.lanes("pulse")


@pytest.fixture
def driver(pulse_server: SoundServer) -> PortAudioMicrophoneDriver:
    return PortAudioMicrophoneDriver()


async def find(driver: PortAudioMicrophoneDriver, label: str) -> Device:
    found = [one for one in await driver.list_devices() if one.label == label]
    assert len(found) == 1, f"{label}: {found}"
    return found[0]


async def start(
    driver: PortAudioMicrophoneDriver, microphone: Microphone, mode: AudioMode | None = None
) -> tuple[MicrophoneCapture, Recorder]:
    device = await find(driver, microphone.description)
    recorder = Recorder()
    configuration = Configuration(mode or device.modes[0])
    return await driver.open(device, configuration, recorder), recorder


async def test_microphones_are_listed_by_their_own_names_with_their_formats(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    third = pulse_server.server.load_source("third", "Third Microphone", channels=1, rate=44100)
    devices = await driver.list_devices()
    pulse_server.server.unload(third)

    modes = {one.label: one.modes for one in devices if one.kind == "audioinput"}
    assert modes == {
        one.description: (AudioMode(one.rate, one.channels, one.sample_size),)
        for one in (pulse_server.headset, pulse_server.desk, third)
    }
    keys = {one.label: one.key for one in devices}
    assert keys["Headset Microphone"] == "pulse:headset"
    assert [one.label for one in devices if one.kind == "audioinput" and one.default] == [
        "Headset Microphone"
    ]


async def test_speakers_are_listed_and_their_monitors_are_no_microphones(
    driver: PortAudioMicrophoneDriver,
) -> None:
    devices = await driver.list_devices()
    speakers = {one.label for one in devices if one.kind == "audiooutput"}
    assert speakers == {"into Headset Microphone", "into Desk Microphone"}
    assert not any("onitor" in one.label for one in devices)


async def test_the_chosen_microphone_is_heard(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    for microphone, hertz in (
        (pulse_server.headset, HEADSET_HERTZ),
        (pulse_server.desk, DESK_HERTZ),
    ):
        capture, recorder = await start(driver, microphone)
        await recorder.hear(0.7)
        await capture.close()
        samples = recorder.samples(0.5)
        assert samples.shape[1] == microphone.channels
        for channel in samples.T:
            assert loudest(channel) == pytest.approx(hertz, abs=2)
            assert np.max(np.abs(channel)) == pytest.approx(0.5, abs=0.02)


async def test_two_microphones_are_heard_at_once(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    (first, headset), (second, desk) = await asyncio.gather(
        start(driver, pulse_server.headset), start(driver, pulse_server.desk)
    )
    await headset.hear(0.7)
    await desk.hear(0.1)
    await first.close()
    await second.close()
    assert loudest(headset.samples(0.5)[:, 0]) == pytest.approx(HEADSET_HERTZ, abs=2)
    assert loudest(desk.samples(0.5)[:, 0]) == pytest.approx(DESK_HERTZ, abs=2)


async def test_blocks_of_10_ms_come_with_timestamps_that_rise_at_the_samples_rate(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    before = time.monotonic()
    capture, recorder = await start(driver, pulse_server.headset)
    await recorder.hear(2)
    after = time.monotonic()
    await capture.close()

    assert {block.number_of_frames for block in recorder.blocks} == {480}
    assert capture.configuration.mode == AudioMode(48000, 1, pulse_server.headset.sample_size, 0.01)
    timestamps = recorder.timestamps
    assert np.all(np.diff(timestamps) > 0)
    steady = timestamps[50:]
    assert np.mean(np.diff(steady)) == pytest.approx(10_000, rel=0.01)
    assert timestamps[0] > (before - 0.1) * 1e6
    assert timestamps[-1] < after * 1e6


async def test_an_unplugged_microphone_ends_and_no_other_is_heard_instead(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    # The desk's tone would be heard: a recording whose source goes is moved to the default one.
    pulse_server.server.set_default(pulse_server.desk)
    for _ in range(5):
        await unplug_while_capturing(driver, pulse_server)
    pulse_server.server.set_default(pulse_server.headset)


async def unplug_while_capturing(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    third = pulse_server.server.load_source("third", "Third Microphone")
    pulse_server.server.play_tone(third, HEADSET_HERTZ)
    capture, recorder = await start(driver, third)
    await recorder.hear(0.4)

    unload = asyncio.to_thread(pulse_server.server.unload, third)
    await asyncio.gather(unload, until(lambda: recorder.ended))
    await asyncio.sleep(0.2)
    await capture.close()

    assert [event for event in recorder.events if event[0] == "end"] == [("end", None)]
    assert recorder.late == 0
    assert foreign(recorder, DESK_HERTZ) < pulse_server.server.clicks


@PULSEAUDIO
async def test_a_recording_that_is_moved_comes_back_without_a_foreign_sample(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.headset)
    await recorder.hear(0.4)

    await asyncio.to_thread(pulse_server.server.move_recordings, os.getpid(), pulse_server.desk)
    blocks = len(recorder.blocks)
    await until(lambda: len(recorder.blocks) > blocks + 50)
    await capture.close()

    assert not recorder.ended
    assert foreign(recorder, DESK_HERTZ) < pulse_server.server.clicks
    assert loudest(recorder.samples(0.3)[:, 0]) == pytest.approx(HEADSET_HERTZ, abs=4)
    steps = np.diff(recorder.timestamps)
    assert np.max(steps) > 50_000  # what was foreign is missing


async def test_a_change_of_the_default_microphone_does_not_change_what_is_heard(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.headset)  # the default one
    await recorder.hear(0.4)
    await asyncio.to_thread(pulse_server.server.set_default, pulse_server.desk)
    await recorder.hear(0.5)
    await asyncio.to_thread(pulse_server.server.set_default, pulse_server.headset)
    await recorder.hear(0.5)
    await capture.close()
    assert not recorder.ended
    assert foreign(recorder, DESK_HERTZ) < pulse_server.server.clicks


@PULSEAUDIO
async def test_a_suspended_microphone_is_muted_until_it_is_resumed(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.headset)
    await recorder.hear(0.2)
    await asyncio.to_thread(pulse_server.server.suspend, pulse_server.headset)
    await until(lambda: recorder.events == [("muted", True)])
    await asyncio.sleep(1.5)
    await asyncio.to_thread(pulse_server.server.suspend, pulse_server.headset, False)
    await until(lambda: recorder.events == [("muted", True), ("muted", False)])
    await recorder.hear(0.6)
    await capture.close()
    assert loudest(recorder.samples(0.4)[:, 0]) == pytest.approx(HEADSET_HERTZ, abs=3)
    steps = np.diff(recorder.timestamps)
    assert np.max(steps) > 1_000_000


async def test_a_microphone_that_is_muted_in_the_server_is_muted(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.headset)
    await asyncio.to_thread(pulse_server.server.mute, pulse_server.headset)
    took = await until(lambda: recorder.events == [("muted", True)])
    assert took < 0.2
    await asyncio.to_thread(pulse_server.server.mute, pulse_server.headset, False)
    await until(lambda: recorder.events == [("muted", True), ("muted", False)])
    await capture.close()


async def test_another_mode_is_taken_up_while_capturing(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.desk)
    await recorder.hear(0.2)
    mode = AudioMode(44100, 1, 16, 0.02)
    configuration = await capture.configure(Configuration(mode))
    assert configuration.mode == mode
    recorder.blocks.clear()
    await recorder.hear(0.3)
    await capture.close()
    assert {(block.number_of_frames, block.number_of_channels) for block in recorder.blocks} == {
        (882, 1)
    }
    assert loudest(recorder.samples(0.4)[:, 0], 44100) == pytest.approx(DESK_HERTZ, abs=4)


async def test_a_failed_mode_leaves_the_old_one(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    capture, recorder = await start(driver, pulse_server.headset)
    await recorder.hear(0.2)
    with pytest.raises(NotReadableError, match=r"Headset Microphone: PortAudio: .*channels"):
        await capture.configure(Configuration(AudioMode(48000, 99)))
    assert capture.configuration.mode == AudioMode(48000, 1, pulse_server.headset.sample_size)
    await recorder.hear(0.3)
    await capture.close()
    assert not recorder.ended


async def test_a_microphone_plugged_in_later_is_reported_and_captured_beside_another(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    first, headset = await start(driver, pulse_server.headset)
    changed = threading.Event()
    stop = await driver.watch(changed.set)
    await asyncio.sleep(0.3)
    assert not changed.is_set()

    third = await asyncio.to_thread(
        pulse_server.server.load_source, "third", "Third Microphone", rate=44100
    )
    pulse_server.server.play_tone(third, 700)
    assert changed.wait(1)
    second, recorder = await start(driver, third)
    await recorder.hear(0.6)
    await second.close()
    changed.clear()
    await asyncio.to_thread(pulse_server.server.unload, third)
    assert changed.wait(1)
    stop()
    await headset.hear(0.1)
    await first.close()

    assert loudest(recorder.samples(0.4)[:, 0], third.rate) == pytest.approx(700, abs=3)
    assert not headset.ended
    assert (
        np.mean(level(headset.samples(0.4)[:, 0], HEADSET_HERTZ) > 0.3) > 0.8
    )  # a busy machine may make a tone late


async def test_a_closed_capture_leaves_nothing_open(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer
) -> None:
    device = await find(driver, "Headset Microphone")

    async def cycle() -> None:
        recorder = Recorder()
        capture = await driver.open(device, Configuration(device.modes[0]), recorder)
        await until(lambda: bool(recorder.blocks))
        start = time.monotonic()
        await capture.close()
        await capture.close()
        assert time.monotonic() - start < 1
        blocks = len(recorder.blocks)
        await asyncio.sleep(0.03)
        assert len(recorder.blocks) == blocks

    def left_open() -> tuple[int, set[str]]:
        gc.collect()
        names = {thread.name for thread in threading.enumerate()}
        return len(list(Path("/proc/self/fd").iterdir())), {
            name for name in names if name.startswith("mediadevices")
        }

    await cycle()
    await until(lambda: left_open()[1] == set())
    before = left_open()
    for _ in range(20):
        await cycle()
    await until(lambda: left_open() == before)


async def test_a_killed_server_ends_the_capture_and_a_new_one_is_found(
    new_server: type[PulseServer],
    driver: PortAudioMicrophoneDriver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with new_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        only = server.load_source("only", "Only Microphone")
        capture, recorder = await start(driver, only)
        changes: list[float] = []
        stop = await driver.watch(lambda: changes.append(time.monotonic()))
        await recorder.hear(0.2)

        server.kill()
        took = await until(lambda: recorder.ended)
        assert took < 1
        ends = [what for name, what in recorder.events if name == "end"]
        assert len(ends) == 1
        assert isinstance(ends[0], NotReadableError)
        await capture.close()
        await until(lambda: len(changes) == 1)

        server.start()
        again = server.load_source("only", "Only Microphone")
        await until(lambda: len(changes) >= 2)
        stop()
        capture, recorder = await start(driver, again)
        await recorder.hear(0.2)
        await capture.close()


@pytest.mark.fault("microphone", "unplugged while it is opened")
async def test_opening_a_microphone_that_has_gone_says_so(
    driver: PortAudioMicrophoneDriver, pulse_server: SoundServer, fault: FaultNotes
) -> None:
    third = pulse_server.server.load_source("third", "Third Microphone")
    device = await find(driver, "Third Microphone")
    pulse_server.server.unload(third)
    recorder = Recorder()
    with pytest.raises(NotReadableError, match=r"Third Microphone: .*gone"):
        await driver.open(device, Configuration(device.modes[0]), recorder)
    assert recorder.events == []
    assert not recorder.blocks
    fault.sees("another microphone, or `NotReadableError` from `get_user_media`")


async def test_doctor_finds_the_server_and_the_microphones(
    driver: PortAudioMicrophoneDriver,
) -> None:
    findings = await asyncio.to_thread(driver.diagnose)
    assert all(finding.ok for finding in findings)
    assert {"PortAudio", "sound server", "microphone Headset Microphone"} <= {
        finding.subject for finding in findings
    }
