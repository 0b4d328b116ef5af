"""What the library costs beside the raw thing is not far more than it was recorded to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.benchmark
@pytest.mark.timeout(400)
@pytest.mark.parametrize("names", ["N2", "N3", "N7", "N9", "N10"])
def test_no_ratio_is_half_again_as_bad_as_recorded_twice_in_a_row(names):
    paths = [str(ROOT / name) for name in ("shared", "native", "tests")]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "native", names, "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
        timeout=380,
    )
    print(run.stdout)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
