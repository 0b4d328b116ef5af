"""``mediadevices record``."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices.driver import AudioMode
from mediadevices_native.cli import record as record_module
from support.command_line import Outcome, call, command, run_process
from support.sound import loudest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mediadevices.testing import FakeDevices
    from support.faults import FaultNotes


def heard(path: Path) -> tuple[np.ndarray, int]:
    """Return the samples of a recording, from -1 to 1 and by channel, and its sample rate."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return samples.reshape(-1, file.getnchannels()), file.getframerate()


def soon(fakes: FakeDevices, do: Callable[[], object], seconds: float = 0.3) -> threading.Timer:
    """Run a coroutine in the event loop of the next command."""

    def later() -> None:
        loop = fakes.agent.devices._loop
        assert loop is not None
        loop.call_soon_threadsafe(do)

    timer = threading.Timer(seconds, later)
    timer.start()
    return timer


def test_a_recording_has_the_microphones_samples_and_the_exact_length(
    folder: Path, fakes: FakeDevices
) -> None:
    done = call("record", "out.wav", "--seconds", 0.5)
    assert (done.code, done.err) == (0, "")
    samples, rate = heard(folder / "out.wav")
    assert (len(samples), rate) == (24000, 48000)
    assert loudest(samples[:, 0], rate) == pytest.approx(440, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.001)
    assert done.out == "out.wav: 0.50 s of Fake Microphone 1, maximum level -6 dB\n"
    assert not fakes.microphones[0].is_open


def test_device_selects_the_microphone(folder: Path, fakes: FakeDevices) -> None:
    assert call("record", "out.wav", "--seconds", 0.5, "--device", "Microphone 2").code == 0
    samples, rate = heard(folder / "out.wav")
    assert loudest(samples[:, 0], rate) == pytest.approx(880, abs=2)


def test_the_length_need_not_be_a_multiple_of_a_block(folder: Path, fakes: FakeDevices) -> None:
    assert call("record", "out.wav", "--seconds", 0.1234).code == 0
    assert len(heard(folder / "out.wav")[0]) == round(0.1234 * 48000)


def test_constraints_choose_rate_and_channels(folder: Path, fakes: FakeDevices) -> None:
    fakes.microphones[0].modes = (AudioMode(48000, 1), AudioMode(44100, 2))
    constraints = '{"sampleRate": {"exact": 44100}, "channelCount": {"exact": 2}}'
    assert call("record", "out.wav", "--seconds", 0.2, "--constraints", constraints).code == 0
    samples, rate = heard(folder / "out.wav")
    assert (samples.shape, rate) == ((8820, 2), 44100)


def test_a_separate_process_records_a_synthetic_tone(folder: Path) -> None:
    done = run_process("record", "out.wav", "--seconds", 0.5, "--synthetic", "--device", "1000 Hz")
    assert done.code == 0
    samples, rate = heard(folder / "out.wav")
    assert loudest(samples[:, 0], rate) == pytest.approx(1000, abs=2)


# --- faults -------------------------------------------------------------------------------------


def test_an_unplugged_microphone_leaves_its_sound_and_an_error(
    folder: Path, fakes: FakeDevices
) -> None:
    timer = soon(fakes, lambda: fakes.unplug(fakes.microphones[0]))
    done = call("record", "out.wav", "--seconds", 30)
    timer.join()
    assert done.code == 1
    assert done.err.endswith("error: 'Fake Microphone 1' was disconnected\n")
    samples, rate = heard(folder / "out.wav")
    assert 0.05 < len(samples) / rate < 5
    assert not fakes.microphones[0].is_open


def test_silence_is_a_warning_because_denied_access_causes_it(fakes: FakeDevices) -> None:
    fakes.microphones[0].level = 0
    done = call("record", "out.wav", "--seconds", 0.2)
    assert done.code == 0
    assert "the recording is silent" in done.err
    assert "silence" in done.out


def test_ctrl_c_keeps_the_sound_and_closes_the_microphone(folder: Path, fakes: FakeDevices) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    done = call("record", "out.wav", "--seconds", 30)
    timer.join()
    assert done.code == 130
    assert "Fake Microphone 1" in done.out
    samples, rate = heard(folder / "out.wav")
    assert 0.05 < len(samples) / rate < 5
    assert (fakes.microphones[0].opened, fakes.microphones[0].is_open) == (1, False)


@pytest.mark.fault("process", "Ctrl-C in `mediadevices record`")
def test_ctrl_c_ends_a_separate_process_without_a_traceback(
    folder: Path, fault: FaultNotes
) -> None:
    process = subprocess.Popen(
        command("record", "out.wav", "--seconds", 30, "--synthetic"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not any(file.stat().st_size > 20000 for file in folder.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        out, err = process.communicate(timeout=10)
        seconds = time.monotonic() - interrupted
    finally:
        process.kill()
    ended = Outcome(process.returncode, out, err)
    assert ended.code == 130
    assert (
        ended.err == "warning: these devices are synthetic: colour bars and tones, nothing real\n"
    )
    assert [file.name for file in folder.iterdir()] == ["out.wav"]
    samples, rate = heard(folder / "out.wav")
    assert len(samples) / rate > 0.1
    fault.sees("exit code 130; the file holds what was heard", seconds)


def test_a_length_above_the_formats_maximum_is_an_error_before_writing(
    folder: Path, fakes: FakeDevices
) -> None:
    done = call("record", "out.wav", "--seconds", 1e6)
    assert done.code == 1
    assert "a WAV file of this microphone holds 44739 seconds at most" in done.err
    assert list(folder.iterdir()) == []
    assert not fakes.microphones[0].is_open


def test_memory_does_not_grow_with_the_length(
    folder: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tracemalloc

    monkeypatch.setattr(
        record_module, "_MAX_BUFFERED_BLOCKS", 5
    )  # a busy machine could buffer more

    def growth(seconds: float) -> int:
        tracemalloc.start()
        assert call("record", "out.wav", "--seconds", seconds).code == 0
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    growth(0.2)  # one-time allocations
    assert growth(3) < growth(0.2) + 150_000  # 3 s are 288 kB
