"""Prompters, which ask the user for permission if the program sets no prompter of its own.

On a terminal, the question goes to standard error and the answer comes from standard input. In a
notebook, the kernel's `input` does both. Anywhere else, the user cannot be asked.
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
from mediadevices.local.permissions.authority import how_to_grant
from mediadevices_native.printable_text import quoted

if sys.platform == "win32":
    import msvcrt
else:
    import termios

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.agent_protocol.permissions import (
        PermissionAnswer,
        PermissionName,
        PermissionRequest,
        Prompter,
    )

__all__ = ["ask_in_notebook", "ask_on_terminal", "choose_prompter", "parse_answer", "question"]

_LONGEST_ANSWER = 1024
_LONGEST_PATH = 200  # long enough to distinguish programs


def choose_prompter() -> Prompter | None:
    """Return the prompter for this terminal or notebook; None if the user cannot be asked."""
    if _in_notebook():
        return ask_in_notebook
    return ask_on_terminal if _is_terminal(sys.stdin) and _is_terminal(sys.stderr) else None


def question(request: PermissionRequest) -> str:
    """Return one question for the whole request; devices to choose from have numbers.

    Args:
        request: The request.
    """
    numbers = {choice: number for number, choice in _choices(request).items()}
    parts: list[str] = []
    for name in request.names:
        labels = [
            f"{numbers[name, label]}: {quoted(label)}" if numbers else quoted(label)
            for label in request.devices.get(name, ())
            if label
        ]
        parts.append(f"the {name} ({' or '.join(labels)})" if labels else f"the {name}")
    hints = ["y", "N", *(["always", "never"] if request.can_remember else [])]
    if numbers:
        hints.append("numbers" if len(request.names) > 1 else "a number")
    wanted = " and ".join(parts)
    application = quoted(request.application, _LONGEST_PATH)
    return f"Allow {application} to use {wanted}? [{'/'.join(hints)}] "


def _choices(request: PermissionRequest) -> dict[int, tuple[PermissionName, str]]:
    """Return the devices that the user can choose, by number; none if there is no choice."""
    choices: list[tuple[PermissionName, str]] = [
        (name, label) for name in request.names for label in request.devices.get(name, ()) if label
    ]
    has_choice = len(choices) > len(dict(choices))
    return dict(enumerate(choices, start=1)) if has_choice else {}


def parse_answer(text: str, request: PermissionRequest) -> PermissionAnswer:
    """Parse the answer to `question`; anything that is not clearly a yes is a no.

    ``y`` and ``yes`` are valid for this process; ``always`` and ``never`` are stored. Numbers
    choose devices, at most one of each kind, and mean yes.

    Args:
        text: The answer.
        request: The request.
    """
    words = set(text.casefold().replace(",", " ").split())
    if request.can_remember and words == {"never"}:
        return {"remember": True}
    choices = _choices(request)
    chosen = [choice for number, choice in choices.items() if str(number) in words]
    labels = dict(chosen)
    others = words - {str(number) for number in choices}
    allowed = {"y", "yes", "always"} if request.can_remember else {"y", "yes"}
    if not words or not others <= allowed or len(labels) < len(chosen):
        return False
    if not labels and "always" not in words:
        return True
    answer: dict[str, bool | str] = {name: labels.get(name, True) for name in request.names}
    return {**answer, "remember": "always" in words}


# --- the terminal ---------------------------------------------------------------------------------


async def ask_on_terminal(request: PermissionRequest) -> PermissionAnswer:
    """Ask on the terminal without blocking the event loop; stop reading when cancelled.

    Keys typed before the question are discarded, because they are no answer to it.

    Args:
        request: The request.
    """
    _discard_typed_ahead(sys.stdin.fileno())
    print(question(request), end="", file=sys.stderr, flush=True)
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()

    def settle(answer: str) -> None:
        if not answered.done():
            answered.set_result(answer)

    def read() -> None:
        answer = _read_line(sys.stdin.fileno(), wake)
        # If the loop is closed, the answer is no longer needed.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answer)

    wake, cancel = os.pipe()
    reader = threading.Thread(target=read, name="mediadevices prompt", daemon=True)
    reader.start()
    try:
        return parse_answer(await answered, request)
    except asyncio.CancelledError:
        print(file=sys.stderr)
        raise
    finally:
        os.close(cancel)  # `wake` becomes readable, which ends the reader
        if sys.platform != "win32":
            reader.join()
        if not reader.is_alive():
            os.close(wake)


def _discard_typed_ahead(terminal: int) -> None:
    if sys.platform == "win32":
        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        with contextlib.suppress(termios.error):  # not a terminal, so nothing was typed
            termios.tcflush(terminal, termios.TCIFLUSH)


def _read_line(terminal: int, wake: int) -> str:
    """Read a line; return ``""`` when `wake` is readable or the terminal is gone.

    This reads the descriptor, because a thread that reads `sys.stdin` would hold the lock of
    `sys.stdin` at exit.
    """
    try:
        if sys.platform != "win32":  # Windows cannot wait for a console and a pipe
            readable, _, _ = select.select([terminal, wake], [], [])
            if wake in readable:
                return ""
        return os.read(terminal, _LONGEST_ANSWER).decode(errors="replace")
    except (OSError, ValueError):  # the terminal is closed, or `select` does not support it
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


def ask_in_notebook(request: PermissionRequest) -> PermissionAnswer:
    """Ask below the notebook's cell; this blocks the kernel until the user answers.

    The kernel can ask only on the thread of the cell, which is also the event loop's.

    Args:
        request: The request.

    Raises:
        NotAllowedError: The notebook runs without a user who could answer.
    """
    try:
        return parse_answer(input(question(request)), request)
    except EOFError:
        return False
    except Exception as error:
        if type(error).__name__ != "StdinNotImplementedError":  # IPython's
            raise
        message = f"nobody can be asked in this notebook; {how_to_grant(request.names)}"
        raise NotAllowedError(message) from error


def _in_notebook() -> bool:
    """Tell whether this is an IPython kernel, without importing IPython."""
    get_ipython: Callable[[], object] | None = getattr(
        sys.modules.get("IPython"), "get_ipython", None
    )
    return get_ipython is not None and getattr(get_ipython(), "kernel", None) is not None
