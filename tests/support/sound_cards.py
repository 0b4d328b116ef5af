"""The virtual machine's sound cards (`snd-aloop`): what is played on one end, the other hears."""

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
    """Play into a card for its device 0 to hear, on both channels, from when this begins.

    Who opens a loopback first decides for both ends.

    Args:
        card: The card's id.
        samples: From -1 to 1.
        folder: Where the file goes that is played.
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
    """Return how many samples a card has played of what is being played into it; 0 for none."""
    status = (_CARDS / card / "pcm1p" / "sub0" / "status").read_text()
    position = re.search(r"^hw_ptr *: *(\d+)$", status, re.MULTILINE)
    return int(position[1]) if position else 0


@contextlib.contextmanager
def unplugged(card: str) -> Generator[subprocess.Popen[bytes]]:
    """Take a card away; by another process, for it blocks until nobody has the card open."""
    number = (_CARDS / card).resolve().name.removeprefix("card")
    name = f"snd_aloop.{number}"
    command = ["sh", "-c", f"echo {name} > {_DRIVER}/unbind"]
    with subprocess.Popen(command) as process:
        yield process
        assert process.wait(20) == 0
    (_DRIVER / "bind").write_text(name)
