"""Fails a test in a web page that leaves an error of JavaScript which nothing caught.

Such errors are exceptions in callbacks, rejected promises that nothing handles, and calls of Python
functions whose proxy was destroyed. A test about them says so: `@pytest.mark.untidy_page("why")`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["errors_left_by"]

#: A browser tells of a rejected promise in a later turn of its own.
_TURNS = 3


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "untidy_page(reason): errors of JavaScript may reach the page in this test"
    )


async def errors_left_by(item: pytest.Item) -> AssertionError | None:
    """Return the failure of a test whose page has had errors, or None."""
    for _ in range(_TURNS):
        await asyncio.sleep(0.001)
    return _failure(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail the teardown if errors came after the test."""
    yield
    if (failure := _failure(item)) is not None:
        raise failure


def _failure(item: pytest.Item) -> AssertionError | None:
    lines = _take()
    if not lines or item.get_closest_marker("untidy_page") is not None:
        return None
    return AssertionError("\n".join(["reached the page, and nothing caught it:", *lines]))


def _take() -> list[str]:
    """Return the errors since the last call; none where this is no page of `page.mjs`."""
    errors: Any = getattr(sys.modules.get("js"), "uncaughtErrors", None)
    return [] if errors is None else [str(error) for error in errors.splice(0)]
