"""Builds the files that a release publishes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Distributions", "build"]

_ROOT = Path(__file__).parent.parent.parent
_SECONDS = 200


@dataclass(frozen=True, slots=True)
class Distributions:
    """The files of one release.

    Attributes:
        sdist: The source archive.
        wheel: The wheel, built from the checkout.
        wheel_of_sdist: The wheel, built from the source archive.
    """

    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


def build(folder: Path) -> Distributions:
    """Build a release in an empty folder, each step in a separate build environment."""
    direct, through = folder / "direct", folder / "through-sdist"
    _build(direct, "--wheel")
    _build(through)
    (sdist,) = through.glob("*.tar.gz")
    (wheel,) = direct.glob("*.whl")
    (wheel_of_sdist,) = through.glob("*.whl")
    return Distributions(sdist, wheel, wheel_of_sdist)


def _build(target: Path, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "build", *options, "--outdir", str(target), str(_ROOT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the build failed:\n{done.stdout}{done.stderr}")
