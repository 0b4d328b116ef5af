"""The private sound server itself: its microphones are there, and hear what they should."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from support.pulse_server import Microphone, PulseServer, SoundServer


def listen(microphone: Microphone, seconds: float = 0.5) -> np.ndarray:
    """Return samples by channels, as the microphone hears them."""
    size = int(seconds * microphone.rate) * microphone.channels * 4
    command = ["parec", f"--device={microphone.name}", "--format=float32le", "--latency-msec=20"]
    command += [f"--rate={microphone.rate}", f"--channels={microphone.channels}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout is not None
        data = recorder.stdout.read(size)
        recorder.kill()
    return np.frombuffer(data, np.float32).reshape(-1, microphone.channels)


def loudest(samples: np.ndarray, rate: int) -> float:
    """Return the frequency of the strongest component, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def test_each_microphone_hears_its_own_tone(pulse_server: SoundServer) -> None:
    for microphone, frequency in ((pulse_server.headset, 440), (pulse_server.desk, 1000)):
        heard = listen(microphone)
        for channel in heard.T:
            assert loudest(channel, microphone.rate) == pytest.approx(frequency, abs=2)
            assert np.max(np.abs(channel)) == pytest.approx(0.5, abs=0.02)


def test_a_microphone_can_be_plugged_in_and_unplugged(pulse_server: SoundServer) -> None:
    server = pulse_server.server

    def sources() -> str:
        return subprocess.run(
            ["pactl", "list", "sources"], capture_output=True, text=True, check=True, timeout=10
        ).stdout

    third = server.load_source("third", "Third Microphone", rate=44100)
    assert "Description: Third Microphone\n" in sources()
    server.unload(third)
    assert "Third Microphone" not in sources()


def test_a_killed_server_can_be_started_again(new_server: type[PulseServer]) -> None:
    with new_server() as server:
        server.load_source("first", "First Microphone")
        server.kill()
        with pytest.raises(subprocess.CalledProcessError):
            server.load_source("second", "Second Microphone")
        server.start()
        server.load_source("second", "Second Microphone")
