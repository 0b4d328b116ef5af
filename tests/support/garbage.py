"""A test that calls `gc.collect()` looks through its own objects, and not through all of pytest's.

What was collected for a run are hundreds of thousands of objects. To look through them each time
took most of the time of the tests that ask for it a hundred times.
"""

from __future__ import annotations

import gc
import sys

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the collector pass over whatever is there before the first test."""
    # In Pyodide, Hypothesis looks for what holds its random numbers, and must find it.
    if sys.platform != "emscripten":
        gc.collect()
        gc.freeze()
