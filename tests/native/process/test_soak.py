"""A short soak; `make soak` runs long ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import lanes

ROOT = Path(__file__).parents[3]
SECONDS = 15


OPTIONS = {"pulse": (), "pipewire": ("--pipewire",), "vm": ("--inside",)}


@pytest.mark.lanes(*OPTIONS)
@pytest.mark.timeout(400)
def test_a_program_survives_random_faults(request: pytest.FixtureRequest) -> None:
    options = OPTIONS[lanes.lane_of(request.node)]
    folders = os.pathsep.join(str(ROOT / name) for name in ("shared", "native", "tests", ""))
    done = subprocess.run(
        [sys.executable, "-m", "tools.soak", f"--seconds={SECONDS}", "--seed=7", *options],
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
        env={**os.environ, "PYTHONPATH": folders},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing hung" in done.stdout
