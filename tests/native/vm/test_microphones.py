"""Real sound cards of the kernel (`snd-aloop`: what is played is heard), without a server."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import threading
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import Configuration, Device
from mediadevices.errors import NotReadableError
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from support.sound import Recorder, loudest, until

if TYPE_CHECKING:
    from collections.abc import Iterator

CARDS = Path("/sys/bus/platform/drivers/snd_aloop")
RATE = 44100
HERTZ = {"Mic1": 440, "Mic2": 1000}


@pytest.fixture
def tones(tmp_path: Path) -> Iterator[None]:
    """Play a tone into each card, for device 0 to hear."""
    players: list[subprocess.Popen[bytes]] = []
    for card, hertz in HERTZ.items():
        path = tmp_path / f"{card}.wav"
        phase = 2 * np.pi * hertz * np.arange(30 * RATE) / RATE
        samples = np.repeat((np.sin(phase) * 16384).astype("<i2"), 2)
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        command = ["aplay", "-q", "-D", f"hw:{card},1", str(path)]
        players.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
    yield
    for player in players:
        player.kill()
        player.wait()


@pytest.fixture
def driver() -> PortAudioMicrophoneDriver:
    return PortAudioMicrophoneDriver()


async def find(driver: PortAudioMicrophoneDriver, key: str) -> Device:
    found = [one for one in await driver.list_devices() if one.key == key]
    assert [one.kind for one in found] == ["audioinput", "audiooutput"]
    return found[0]


@contextlib.contextmanager
def unplugged(card: str) -> Iterator[subprocess.Popen[bytes]]:
    """Take a card away; by another process, for it blocks until nobody has the card open."""
    number = (Path("/proc/asound") / card).resolve().name.removeprefix("card")
    name = f"snd_aloop.{number}"
    command = ["sh", "-c", f"echo {name} > {CARDS}/unbind"]
    with subprocess.Popen(command) as process:
        yield process
        assert process.wait(20) == 0
    (CARDS / "bind").write_text(name)


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
async def test_an_unplugged_card_ends_the_capture_and_one_plugged_in_is_told_and_heard(
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


async def test_a_card_that_another_program_holds_is_listed_and_the_error_names_the_program(
    driver: PortAudioMicrophoneDriver, holders: set[int]
) -> None:
    states = list(Path("/proc/asound/Mic1/pcm0c").glob("sub*/status"))
    await until(lambda: all("owner_pid" in state.read_text() for state in states), 30)
    device = await find(driver, "alsa:Mic1:0")
    recorder = Recorder()
    with pytest.raises(NotReadableError, match=r"\(arecord\) has it open") as caught:
        await driver.open(device, Configuration(device.modes[0]), recorder)
    assert any(f"process {holder} " in str(caught.value) for holder in holders)
    assert recorder.events == []


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
    assert not any(one.name.startswith("mediadevices") for one in threading.enumerate())
