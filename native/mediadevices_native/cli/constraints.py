"""Parse the value of ``--constraints``."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Literal, NoReturn, cast

from mediadevices_native.cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["parse_constraints"]

_OPTION = "--constraints"
_TOO_DEEP = "the JSON is nested too deeply"
_MAX_EXCERPT = 20  # characters of the input in an error
_MAX_VALUE_TEXT = 60
_MAX_DEPTH = 20  # constraints have four levels
_MAX_DIGITS = 300


def parse_constraints(text: str | None, kind: Literal["audio", "video"]) -> dict[str, object]:
    """Return the constraints of one track.

    Args:
        text: JSON: the track's constraints, or an object with the keys ``video`` and ``audio``,
            as in a call of ``getUserMedia``. None for no constraints.
        kind: The kind of the track.

    Raises:
        UsageError: The text is not valid JSON, or not an object.
    """
    if text is None:
        return {}
    try:
        value: object = json.loads(
            text, parse_constant=_reject_constant, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        excerpt = text[error.pos : error.pos + _MAX_EXCERPT]
        where = f"before {excerpt!r}" if excerpt else "at the end"
        raise UsageError(
            f"{_OPTION}: invalid JSON: {error.msg[:1].lower()}{error.msg[1:]}, "
            f"line {error.lineno}, column {error.colno}, {where}"
        ) from error
    except ValueError as error:
        raise UsageError(f"{_OPTION}: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{_OPTION}: {_TOO_DEEP}") from error
    if _is_deeper_than(_MAX_DEPTH, value):
        raise UsageError(f"{_OPTION}: {_TOO_DEEP}")
    constraints = _object(value, _OPTION)
    if "video" not in constraints and "audio" not in constraints:
        return dict(constraints)
    of_kind = constraints.get(kind, True)
    return {} if of_kind is True else dict(_object(of_kind, f"{_OPTION}: {kind}"))


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"invalid JSON: {name} is not a JSON number")


def _integer(digits: str) -> int:
    # Larger integers do not fit into a float.
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:_MAX_EXCERPT]} is too large")
    return number


def _is_deeper_than(levels: int, value: object) -> bool:
    """Return whether objects and lists are nested more than this many levels deep."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [inner for outer in layer for inner in _members(outer)]
    return bool(layer)


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _object(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        example = '{"width": 1280}'
        got = json.dumps(value)
        if len(got) > _MAX_VALUE_TEXT:
            got = f"{got[:_MAX_VALUE_TEXT]}..."
        raise UsageError(f"{path}: expected an object such as {example}, got {got}")
    return cast("dict[str, object]", value)  # JSON keys are strings
