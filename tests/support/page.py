"""What a test in a web page may ask of the host that drives the browser.

    from support.page import ask

    async def test_a_button() -> None:
        await ask("click", selector="#record")

The commands are those of `support.browsers.commands`.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

__all__ = ["AskError", "ask", "post"]


class AskError(RuntimeError):
    """The host does not know the command, or it failed there."""


async def ask(command: str, **arguments: object) -> Any:
    """Let the host do something, and return its answer.

    Args:
        command: The command's name.
        arguments: What JSON can say.

    Raises:
        AskError: With what the host has to say about it.
    """
    answer = await post("/ask", json.dumps({"command": command, "arguments": arguments}))
    result: dict[str, Any] = json.loads(answer)
    if "error" in result:
        raise AskError(result["error"])
    return result["value"]


async def post(path: str, body: str) -> str:
    """Send text to the host and return the text that it answers."""
    # Imported by name: there is no such module where the tests are collected and checked.
    js, ffi = import_module("js"), import_module("pyodide.ffi")
    options = ffi.to_js({"method": "POST", "body": body}, dict_converter=js.Object.fromEntries)
    response = await js.fetch(path, options)
    text: str = await response.text()
    if not response.ok:
        raise AskError(f"{path}: {response.status} {text}")
    return text
