"""Errors that reveal nothing about devices that are not exposed to the program (§9.2.4)."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["remove_own_frames"]


def remove_own_frames(error: BaseException) -> None:
    """Remove the frames of this library from the traceback of an error and of its causes.

    The local variables of those frames contain devices with their labels, and crash reporters and
    debug pages copy such variables. The program's own frames stay.

    Args:
        error: The error; its traceback is modified.
    """
    for one in _chain(error):
        kept: TracebackType | None = None
        for entry in reversed(list(_entries(one.__traceback__))):
            module = str(entry.tb_frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] not in {"mediadevices", "mediadevices_native"}:
                kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        one.__traceback__ = kept


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.append(one)
            yield one
            waiting += [linked for linked in (one.__cause__, one.__context__) if linked is not None]


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
