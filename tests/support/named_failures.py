"""An expected failure names its exception: a mistake in the test must not look like it.

`@pytest.mark.xfail(reason="…", raises=SomeError)`; without `raises`, the test is an error. The
failures of browsers are expected in another way: see `support.expectations`.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("xfail"):
            if not marker.kwargs.get("raises"):
                raise pytest.UsageError(f"{item.nodeid}: xfail() must name what it raises=")
