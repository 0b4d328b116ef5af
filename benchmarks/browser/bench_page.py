"""Measures in a page, as tests; `benchmarks.browser.measure` collects the figures."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from benchmarks.browser.parts import PARTS
from benchmarks.support.runs import FULL, SHORT

if TYPE_CHECKING:
    from collections.abc import Callable

EFFORTS = {"full": FULL, "short": SHORT}


@pytest.mark.timeout(76)  # the host gives up a little later
@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("part", PARTS)
async def test_measure(
    part: str, effort: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("browser", import_module("js").navigator.userAgent)
    found = await import_module(f"benchmarks.browser.{part}").measure(EFFORTS[effort])
    for one in found:
        record_property(type(one).__name__, json.dumps(asdict(one)))
