"""What Pyodide itself holds in a page: to see that nothing is left behind.

Only for tests that run in a page: `pyodide_js` is imported when it is needed.
"""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module
from typing import Any

__all__ = ["Inside"]


class Inside:
    """What the runtime holds: the proxies of Python's objects, and its memory."""

    def __init__(self) -> None:
        pyodide_js = import_module("pyodide_js")
        self._module: Any = pyodide_js._module
        self._module.enable_pyproxy_allocation_tracing()

    def close(self) -> None:
        self._module.disable_pyproxy_allocation_tracing()

    async def proxies(self) -> int:
        """Return how many proxies are alive, once what is done has been tidied away."""
        for _ in range(5):
            gc.collect()
            await asyncio.sleep(0.02)
        return int(self._module.pyproxy_alloc_map.size)

    def memory(self) -> int:
        """Return the bytes of the runtime's memory."""
        return int(self._module.HEAP8.length)
