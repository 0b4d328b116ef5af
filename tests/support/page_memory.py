"""Pyodide's own proxies and memory in a page, to find leaks.

Only for tests in a page: functions import `pyodide_js`.
"""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module
from typing import Any

__all__ = ["Inside"]


class Inside:
    """Reads the number of Python proxies, and the memory of the runtime."""

    def __init__(self) -> None:
        pyodide_js = import_module("pyodide_js")
        self._module: Any = pyodide_js._module
        self._module.enable_pyproxy_allocation_tracing()

    def close(self) -> None:
        self._module.disable_pyproxy_allocation_tracing()

    async def proxies(self) -> int:
        """Return the number of live proxies, after garbage collection."""
        for _ in range(5):
            gc.collect()
            await asyncio.sleep(0.02)
        return int(self._module.pyproxy_alloc_map.size)

    def memory(self) -> int:
        """Return the size of the runtime's memory in bytes."""
        return int(self._module.HEAP8.length)
