"""Sends commands from a test in a web page to the host, which controls the browser.

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
    """The command is unknown, or failed on the host."""


async def ask(command: str, **arguments: object) -> Any:
    """Execute a command on the host, and return its answer.

    Args:
        command: The command's name.
        arguments: JSON values.

    Raises:
        AskError: The command failed; the message is the host's.
    """
    answer = await post("/ask", json.dumps({"command": command, "arguments": arguments}))
    result: dict[str, Any] = json.loads(answer)
    if "error" in result:
        raise AskError(result["error"])
    return result["value"]


async def post(path: str, body: str) -> str:
    """Send text to the host and return the answer."""
    # Imported by name, because this module exists only in a page.
    js, ffi = import_module("js"), import_module("pyodide.ffi")
    options = ffi.to_js({"method": "POST", "body": body}, dict_converter=js.Object.fromEntries)
    response = await js.fetch(path, options)
    text: str = await response.text()
    if not response.ok:
        raise AskError(f"{path}: {response.status} {text}")
    return text
