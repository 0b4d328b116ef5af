"""Requires an expected failure to name its exception, so that it hides no mistake in the test.

Write `@pytest.mark.xfail(reason="…", raises=SomeError)`; without `raises`, collection fails. For
expected failures of browsers see `support.expectations`.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("xfail"):
            if not marker.kwargs.get("raises"):
                raise pytest.UsageError(f"{item.nodeid}: xfail() must name what it raises=")
