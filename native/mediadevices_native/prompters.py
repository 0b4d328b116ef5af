"""Asking the user for permission, where the program brings no prompter of its own.

On a terminal the question goes to standard error and the answer comes from standard input; in a
notebook the kernel's `input` does both. Elsewhere nobody can be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import sys
import threading
from typing import TYPE_CHECKING

from mediadevices.errors import NotAllowedError
from mediadevices.local.permissions import how_to_grant
from mediadevices_native.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.agent import PermissionRequest, Prompter

__all__ = ["ask_in_notebook", "ask_on_terminal", "choose_prompter", "question"]

_LONGEST_ANSWER = 1024


def choose_prompter() -> Prompter | None:
    """Return what asks the user here: on the terminal, or in the notebook; None for nobody."""
    if _in_notebook():
        return ask_in_notebook
    return ask_on_terminal if _is_terminal(sys.stdin) and _is_terminal(sys.stderr) else None


def question(request: PermissionRequest) -> str:
    """Return one question for everything that is asked.

    Args:
        request: What is asked.
    """
    parts: list[str] = []
    for name in request.names:
        labels = [printable(label) for label in request.devices.get(name, ()) if label]
        others = f" or {len(labels) - 1} more" if len(labels) > 1 else ""
        parts.append(f"the {name} ({labels[0]}{others})" if labels else f"the {name}")
    return f"Allow {printable(request.application)!r} to use {' and '.join(parts)}? [y/N] "


def is_yes(answer: str) -> bool:
    """Tell whether an answer is a yes; everything else is a no."""
    return answer.strip().casefold() in {"y", "yes"}


# --- the terminal ---------------------------------------------------------------------------------


async def ask_on_terminal(request: PermissionRequest) -> bool:
    """Ask on the terminal while the event loop goes on; when cancelled, read nothing more.

    Args:
        request: What is asked.
    """
    print(question(request), end="", file=sys.stderr, flush=True)
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()

    def settle(answer: str) -> None:
        if not answered.done():
            answered.set_result(answer)

    def read() -> None:
        answer = _read_line(sys.stdin.fileno(), wake)
        # The loop may be closed by now; then nobody waits for the answer.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answer)

    wake, cancel = os.pipe()
    reader = threading.Thread(target=read, name="mediadevices prompt", daemon=True)
    reader.start()
    try:
        return is_yes(await answered)
    except asyncio.CancelledError:
        print(file=sys.stderr)
        raise
    finally:
        os.close(cancel)  # `wake` becomes readable, which ends the reader
        if sys.platform != "win32":
            reader.join()
        if not reader.is_alive():
            os.close(wake)


def _read_line(terminal: int, wake: int) -> str:
    """Read a line, or nothing once `wake` is readable or the terminal is gone.

    By the descriptor, because a thread inside `sys.stdin` would hold its lock while Python ends.
    """
    try:
        if sys.platform != "win32":  # Windows cannot wait for a console and a pipe
            readable, _, _ = select.select([terminal, wake], [], [])
            if wake in readable:
                return ""
        return os.read(terminal, _LONGEST_ANSWER).decode(errors="replace")
    except (OSError, ValueError):  # the terminal was closed, or cannot be waited for
        return ""


def _is_terminal(stream: object) -> bool:
    try:
        return stream is not None and os.isatty(_fileno(stream))
    except (OSError, ValueError):  # without a descriptor, or closed
        return False


def _fileno(stream: object) -> int:
    fileno: Callable[[], int] | None = getattr(stream, "fileno", None)
    if fileno is None:
        raise ValueError("no file")
    return fileno()


# --- the notebook ---------------------------------------------------------------------------------


def ask_in_notebook(request: PermissionRequest) -> bool:
    """Ask below the notebook's cell; everything else in the kernel waits for the answer.

    The kernel can only ask from the thread that runs the cell, which is the event loop's.

    Args:
        request: What is asked.

    Raises:
        NotAllowedError: The notebook runs where nobody can answer.
    """
    try:
        return is_yes(input(question(request)))
    except EOFError:
        return False
    except Exception as error:
        if type(error).__name__ != "StdinNotImplementedError":  # of IPython, not imported for this
            raise
        message = f"nobody can be asked in this notebook; {how_to_grant(request.names)}"
        raise NotAllowedError(message) from error


def _in_notebook() -> bool:
    """Tell whether this is an IPython kernel, without importing IPython."""
    get_ipython: Callable[[], object] | None = getattr(
        sys.modules.get("IPython"), "get_ipython", None
    )
    return get_ipython is not None and getattr(get_ipython(), "kernel", None) is not None
