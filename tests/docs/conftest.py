"""Fixtures for the programs of the docs.

A code block that begins with a comment such as ``# see.py`` is a program. `test_programs.py` runs
each program in a process of its own. `test_examples.py` runs all the other blocks.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.browsers.display import open_display
from support.docs_programs import Programs
from support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    with interruptible():
        yield


@pytest.fixture
def program(tmp_path: Path) -> Programs:
    """Write programs of the docs to a temporary folder, and run them on synthetic devices."""
    environment = dict(os.environ)
    environment.pop("DISPLAY", None)
    environment["MEDIADEVICES_SYNTHETIC"] = "1"
    bin_folder = Path(sys.executable).parent  # for `mediadevices`, `pytest` and `uvicorn`
    environment["PATH"] = f"{bin_folder}{os.pathsep}{environment['PATH']}"
    return Programs(tmp_path, environment)


@pytest.fixture
def display() -> Generator[dict[str, str]]:
    """Give the environment variables of a private X server."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb (apt-get install xvfb)")
    with open_display() as name:
        yield {"DISPLAY": name}


@pytest.fixture
def press_q() -> Callable[[Path], list[str]]:
    """Return the command that runs a program in whose OpenCV window `q` is pressed."""
    wrapper = (
        "import cv2, runpy, sys\n"
        "wait, shown = cv2.waitKey, []\n"
        "def wait_key(delay):\n"
        "    wait(delay)\n"
        "    shown.append(None)\n"
        "    return ord('q') if len(shown) == 3 else -1\n"
        "cv2.waitKey = wait_key\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )
    return lambda path: [sys.executable, "-c", wrapper, str(path)]
