"""While PortAudio looks at ALSA's devices, none of them may start to record."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices_native.microphones.portaudio.library import PortAudio
from mediadevices_native.microphones.portaudio.quiet_probing import quiet_probing
from support.fake_sounddevice import FakeSoundDevice, row

if TYPE_CHECKING:
    from mediadevices_native.microphones.portaudio.library import SoundDevice


@pytest.fixture
def standard(tmp_path: Path) -> Path:
    path = tmp_path / "alsa.conf"
    path.touch()
    return path


def test_our_configuration_comes_after_alsas_own(standard: Path) -> None:
    ours = Path("/package/probing.conf")
    assert quiet_probing({}, standard, ours) == {"ALSA_CONFIG_PATH": f"{standard}:{ours}"}


def test_our_configuration_comes_after_the_users(standard: Path) -> None:
    before = {"ALSA_CONFIG_PATH": "/home/me/alsa.conf"}
    assert quiet_probing(before, standard, Path("/ours")) == {
        "ALSA_CONFIG_PATH": "/home/me/alsa.conf:/ours"
    }


def test_without_alsa_nothing_changes(tmp_path: Path, standard: Path) -> None:
    assert quiet_probing({}, tmp_path / "no.conf") == {}
    assert quiet_probing({}, standard, Path("/my package/probing.conf")) == {}


def test_it_holds_while_portaudio_starts_and_not_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/home/me/alsa.conf")
    seen: list[str] = []

    class Module(FakeSoundDevice):
        def _initialize(self) -> None:
            seen.append(os.environ["ALSA_CONFIG_PATH"])
            super()._initialize()

    audio = PortAudio(lambda: cast("SoundDevice", Module([row("a")])))
    audio.devices()
    audio.refresh()
    assert len(seen) == 2
    assert all(path.endswith("/probing.conf") for path in seen)
    assert os.environ["ALSA_CONFIG_PATH"] == "/home/me/alsa.conf"


@pytest.mark.skipif(shutil.which("arecord") is None, reason="alsa-utils are not installed")
def test_alsa_can_read_it() -> None:
    def names(variables: dict[str, str]) -> str:
        done = subprocess.run(
            ["arecord", "-L"],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout

    variables = dict(quiet_probing({}))
    assert variables
    assert names(variables) == names({})
