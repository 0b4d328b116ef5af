"""The state of an old track, as a number and as a word."""

from __future__ import annotations

__all__ = ["TrackState"]

_WORDS = ("live", "muted", "ended")


class TrackState:
    """The value of `ready_state`: a number in June 2012, and a word in the later drafts.

    ``track.ready_state == 2``, ``track.ready_state == track.ENDED`` and
    ``track.ready_state == "ended"`` mean the same. The state is not hashable, because it equals
    both a number and a word: use ``int(state)`` or ``str(state)`` as a key.

    Args:
        number: 0 for live, 1 for muted, 2 for ended.
    """

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TrackState):
            return self._number == other._number
        if isinstance(other, str):
            return _WORDS[self._number] == other
        if isinstance(other, int):
            return self._number == other
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  (as the class says)

    def __index__(self) -> int:
        return self._number

    def __str__(self) -> str:
        return _WORDS[self._number]

    def __repr__(self) -> str:
        return f"<TrackState {self._number} {self}>"
