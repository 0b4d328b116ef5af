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
from mediadevices.local.permissions.authority import how_to_grant
from mediadevices_native.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.agent_protocol.permissions import (
        PermissionAnswer,
        PermissionName,
        PermissionRequest,
        Prompter,
    )

__all__ = ["ask_in_notebook", "ask_on_terminal", "choose_prompter", "question", "understood"]

_LONGEST_ANSWER = 1024
_LONGEST_PATH = 200  # of a program, which must not look like another one's


def choose_prompter() -> Prompter | None:
    """Return what asks the user here: on the terminal, or in the notebook; None for nobody."""
    if _in_notebook():
        return ask_in_notebook
    return ask_on_terminal if _is_terminal(sys.stdin) and _is_terminal(sys.stderr) else None


def question(request: PermissionRequest) -> str:
    """Return one question for everything that is asked; devices to choose from have numbers.

    Args:
        request: What is asked.
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
    """Return what the user may choose by its number, if there is a choice at all."""
    choices: list[tuple[PermissionName, str]] = [
        (name, label) for name in request.names for label in request.devices.get(name, ()) if label
    ]
    has_choice = len(choices) > len(dict(choices))
    return dict(enumerate(choices, start=1)) if has_choice else {}


def understood(text: str, request: PermissionRequest) -> PermissionAnswer:
    """Return what an answer to `question` means; whatever is not clearly a yes is a no.

    ``y`` and ``yes`` hold for this process, ``always`` and ``never`` are remembered. Numbers
    choose devices, one of a kind at most, and are a yes.

    Args:
        text: The answer.
        request: What was asked.
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
    """Ask on the terminal while the event loop goes on; when cancelled, read nothing more.

    Keys that were typed before the question are discarded: they are no answer to it.

    Args:
        request: What is asked.
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
        # The loop may be closed by now; then nobody waits for the answer.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answer)

    wake, cancel = os.pipe()
    reader = threading.Thread(target=read, name="mediadevices prompt", daemon=True)
    reader.start()
    try:
        return understood(await answered, request)
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
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        with contextlib.suppress(termios.error):  # no terminal after all: nothing is typed there
            termios.tcflush(terminal, termios.TCIFLUSH)


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


def ask_in_notebook(request: PermissionRequest) -> PermissionAnswer:
    """Ask below the notebook's cell; everything else in the kernel waits for the answer.

    The kernel can only ask from the thread that runs the cell, which is the event loop's.

    Args:
        request: What is asked.

    Raises:
        NotAllowedError: The notebook runs where nobody can answer.
    """
    try:
        return understood(input(question(request)), request)
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
