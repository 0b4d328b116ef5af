"""Plain JavaScript shows that each expected failure comes from the engine."""

from __future__ import annotations

import json
from importlib import import_module

import pytest

from support.expectations import expectations_of

BROWSERS = ("chromium", "firefox", "webkit")
EVIDENCE = [
    pytest.param(
        one.javascript, one.answer, marks=pytest.mark.lanes(lane), id=f"{lane}-{number:02}"
    )
    for lane in BROWSERS
    for number, one in enumerate(expectations_of(lane), 1)
]


@pytest.mark.parametrize(("javascript", "answer"), EVIDENCE)
async def test_the_engine_gives_the_recorded_answer(javascript: str, answer: str) -> None:
    run = import_module("pyodide.code").run_js
    # The JavaScript is an expression, or else the body of an async function.
    body = javascript if "return" in javascript else f"return ({javascript})"
    given = run(
        f"(async () => {{ try {{ return JSON.stringify(await (async () => {{ {body} }})()) }}"
        " catch (error) { return JSON.stringify(error.name) } })"
    )
    assert json.loads(await given()) == json.loads(answer)
