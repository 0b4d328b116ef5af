"""Makes `gc.collect()` in a test fast: the collector skips the objects of pytest itself.

Collecting the tests creates hundreds of thousands of objects. Tests that call `gc.collect()` a
hundred times spent most of their time on these.
"""

from __future__ import annotations

import gc
import sys

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Exclude the objects that exist before the first test from garbage collection."""
    # In Pyodide, Hypothesis searches for references to its random number generator.
    if sys.platform != "emscripten":
        gc.collect()
        gc.freeze()
