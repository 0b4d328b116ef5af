"""The virtual machine's loopback sound cards (`snd-aloop`)."""

from __future__ import annotations

import contextlib
import re
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["RATE", "played", "playing", "tone", "unplugged"]

RATE = 44100
_DRIVER = Path("/sys/bus/platform/drivers/snd_aloop")
_CARDS = Path("/proc/asound")


def tone(hertz: float, seconds: float = 30, rate: int = RATE) -> np.ndarray:
    """Return a sine, from -1 to 1."""
    samples: np.ndarray = np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate) / 2
    return samples


@contextlib.contextmanager
def playing(card: str, samples: np.ndarray, folder: Path, rate: int = RATE) -> Generator[None]:
    """Play to the recording device 0 of a card, on both channels, inside a block.

    The end of a loopback that is opened first sets the format of both.

    Args:
        card: The card's id.
        samples: From -1 to 1.
        folder: A folder for the sound file.
        rate: Hertz.
    """
    path = folder / f"{card}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(np.repeat((samples * 32767).astype("<i2"), 2).tobytes())
    command = ["aplay", "-q", "-D", f"hw:{card},1", "--buffer-time=500000", str(path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as player:
        yield
        player.kill()


def played(card: str) -> int:
    """Return the number of samples that a card has played; 0 when idle."""
    status = (_CARDS / card / "pcm1p" / "sub0" / "status").read_text()
    position = re.search(r"^hw_ptr *: *(\d+)$", status, re.MULTILINE)
    return int(position[1]) if position else 0


@contextlib.contextmanager
def unplugged(card: str) -> Generator[subprocess.Popen[bytes]]:
    """Unplug a card inside a block, from another process, because that blocks while it is open."""
    number = (_CARDS / card).resolve().name.removeprefix("card")
    name = f"snd_aloop.{number}"
    command = ["sh", "-c", f"echo {name} > {_DRIVER}/unbind"]
    with subprocess.Popen(command) as process:
        yield process
        assert process.wait(20) == 0
    (_DRIVER / "bind").write_text(name)
