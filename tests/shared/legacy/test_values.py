"""The states and errors of the old interface."""

from __future__ import annotations

import pickle

import pytest

from mediadevices import AbortError, DOMException, NotAllowedError, OverconstrainedError, legacy
from mediadevices.legacy.error import old_error

EACH_STATE = pytest.mark.parametrize(
    ("number", "word"), [(0, "live"), (1, "muted"), (2, "ended")], ids=["live", "muted", "ended"]
)


@EACH_STATE
def test_a_state_is_a_number_and_a_word(number: int, word: str) -> None:
    state = legacy.TrackState(number)
    assert state == number
    assert state == word
    assert state == legacy.TrackState(number)
    assert (int(state), str(state), ["a", "b", "c"][state]) == (number, word, "abc"[number])


@EACH_STATE
def test_a_state_equals_nothing_else(number: int, word: str) -> None:
    state = legacy.TrackState(number)
    others = [0, 1, 2, 3, "live", "muted", "ended", "new", None, 0.5]
    assert [other for other in others if state == other] == [number, word]
    assert [other for other in others if state != other] == [
        other for other in others if other not in (number, word)
    ]


def test_a_state_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        {0: "live"}[legacy.TrackState(0)]


def test_the_numbers_are_constants_of_the_track() -> None:
    track = legacy.MediaStreamTrack
    assert (track.LIVE, track.MUTED, track.ENDED) == (0, 1, 2)


@pytest.mark.parametrize(
    ("modern", "name", "code"),
    [
        (NotAllowedError("no"), "PERMISSION_DENIED", 1),
        (OverconstrainedError("width", "no"), "CONSTRAINT_NOT_SATISFIED", 2),
        (AbortError("no"), "HARDWARE_UNAVAILABLE", 3),
        (DOMException("no", "FutureError"), "FutureError", 0),
        (ValueError("no"), "ValueError", 0),
    ],
)
def test_the_old_error_of_a_current_exception(modern: Exception, name: str, code: int) -> None:
    error = old_error(modern, None)
    assert (error.name, error.code, error.message) == (name, code, "no")
    assert error.__cause__ is modern
    assert error.constraint_name is None
    assert error.PERMISSION_DENIED == 1


def test_an_old_error_can_be_pickled() -> None:
    error = legacy.NavigatorUserMediaError("CONSTRAINT_NOT_SATISFIED", "no", "minWidth")
    again = pickle.loads(pickle.dumps(error))
    assert (again.name, again.message, again.constraintName) == (error.name, "no", "minWidth")


@pytest.mark.parametrize(
    "cls", [legacy.MediaStreamTrack, legacy.LocalMediaStream], ids=lambda cls: cls.__name__
)
def test_classes_without_a_constructor(cls: type) -> None:
    with pytest.raises(TypeError, match=r"has no constructor.*get_user_media"):
        cls()
