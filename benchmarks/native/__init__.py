"""The figures of the desktop."""

from __future__ import annotations

import asyncio
import logging
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.support import machine
from benchmarks.support.figures import Figure, Growth, unmeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.support.runs import Effort

__all__ = ["measure"]

_MODULES = {
    "N1 N2 N4 N5": "throughput",
    "N3": "latency",
    "N6": "memory",
    "N7": "conversions",
    "N8": "audio",
    "N9": "startup",
    "N10": "selection",
    "N11": "peers",
    "growth": "growth",
}
"""Which module measures which figures."""


def measure(
    names: Sequence[str], effort: Effort
) -> tuple[dict[str, str], list[Figure], list[Growth]]:
    """Measure some figures, or all.

    Returns:
        The machine, the figures, and the plots.
    """
    # A film ends, and then its camera is reported as unplugged.
    logging.getLogger("mediadevices").setLevel(logging.ERROR)
    figures: list[Figure] = []
    growth: list[Growth] = []
    for wanted, module in _MODULES.items():
        if names and not set(names) & set(wanted.split()):
            continue
        print(f"measuring {wanted} …", file=sys.stderr, flush=True)
        try:
            found = asyncio.run(import_module(f"benchmarks.native.{module}").measure(effort))
        except Exception as error:  # noqa: BLE001  (the reason is part of the figure)
            found = [unmeasured(wanted, module, "", f"it failed: {error!r}")]
        figures += [one for one in found if isinstance(one, Figure)]
        growth += [one for one in found if isinstance(one, Growth)]
    return machine.describe("opencv-python", "numpy", "sounddevice"), figures, growth
