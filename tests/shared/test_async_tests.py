"""Asynchronous tests run in every environment."""

from __future__ import annotations

import asyncio


async def test_a_coroutine_waits_on_the_event_loop() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.sleep(0.05)
    assert loop.time() - before >= 0.04
