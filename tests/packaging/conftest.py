"""A release, built once for all its tests."""

from __future__ import annotations

import pytest

from support.distributions import Distributions, build


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The source archive and the two wheels."""
    return build(tmp_path_factory.mktemp("release"))
