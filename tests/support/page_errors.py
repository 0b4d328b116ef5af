"""Fails a test in a web page that causes an uncaught JavaScript error.

Such errors are exceptions in callbacks, unhandled promise rejections, and calls of Python functions
whose proxy was destroyed. A test of such errors is marked `@pytest.mark.untidy_page("why")`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["errors_left_by"]

#: Event loop turns until the browser reports a rejected promise.
_TURNS = 3


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "untidy_page(reason): errors of JavaScript may reach the page in this test"
    )


async def errors_left_by(item: pytest.Item) -> AssertionError | None:
    """Return a failure with the errors of the page, or None."""
    for _ in range(_TURNS):
        await asyncio.sleep(0.001)
    return _failure(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail the teardown if errors occurred after the test."""
    yield
    if (failure := _failure(item)) is not None:
        raise failure


def _failure(item: pytest.Item) -> AssertionError | None:
    lines = _take()
    if not lines or item.get_closest_marker("untidy_page") is not None:
        return None
    return AssertionError("\n".join(["uncaught errors in the page:", *lines]))


def _take() -> list[str]:
    """Return the errors since the last call; empty outside a page of `page.mjs`."""
    errors: Any = getattr(sys.modules.get("js"), "uncaughtErrors", None)
    return [] if errors is None else [str(error) for error in errors.splice(0)]
