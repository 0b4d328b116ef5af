"""The world that the conformance tests run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.environment import Environment, FakeEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*abilities): what the environment of the test must be able to do"
    )


@pytest.fixture(autouse=True)
def environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    """What surrounds the program; there is one for every test, used or not."""
    world = FakeEnvironment()
    marker = request.node.get_closest_marker("needs")
    missing = set(marker.args if marker else ()) - world.abilities
    if missing:
        pytest.skip(f"this environment has no {', '.join(sorted(missing))}")
    yield world
    world.close()
