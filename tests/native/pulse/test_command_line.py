"""The command line on a real microphone."""

from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from support.command_line import run_process
from support.own_home import use_own_home
from support.sound import loudest

if TYPE_CHECKING:
    from pathlib import Path

    from support import pulse_server as pulse


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_own_home(monkeypatch, tmp_path)


def test_the_microphones_are_listed_by_name(pulse_server: pulse.SoundServer) -> None:
    listed = json.loads(run_process("devices", "--json").out)
    labels = [one["label"] for one in listed if one["kind"] == "audioinput"]
    assert labels == ["Headset Microphone", "Desk Microphone"]


@pytest.mark.parametrize(("device", "hertz"), [("headset", 440), ("Desk Microphone", 1000)])
def test_the_microphone_that_is_named_is_recorded(
    pulse_server: pulse.SoundServer, tmp_path: Path, device: str, hertz: float
) -> None:
    path = tmp_path / "out.wav"
    done = run_process("record", path, "--seconds", 1, "--device", device, "--allow", "microphone")
    assert (done.code, done.err) == (0, "")
    with wave.open(str(path)) as file:
        assert file.getnframes() == file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        left = samples[:: file.getnchannels()]
        assert loudest(left / 32768, file.getframerate()) == pytest.approx(hertz, abs=2)


def test_without_a_permission_nothing_is_recorded(
    pulse_server: pulse.SoundServer, tmp_path: Path
) -> None:
    done = run_process("record", tmp_path / "out.wav", "--seconds", 1)
    assert done.code == 1
    assert done.err.startswith("NotAllowedError: the user cannot be asked")
    assert list(tmp_path.glob("*.wav")) == []


def test_the_doctor_finds_the_server_and_the_microphones(pulse_server: pulse.SoundServer) -> None:
    findings = {
        one["subject"]: one["ok"] for one in json.loads(run_process("doctor", "--json").out)
    }
    assert findings["sound server"]
    assert findings["microphone Headset Microphone"]
