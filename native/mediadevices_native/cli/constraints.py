"""What ``--constraints`` says."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Literal, NoReturn, cast

from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["parse_constraints"]

_OPTION = "--constraints"
_TOO_DEEP = "no constraints are nested that deep"
_SHOWN = 20
_SHOWN_VALUE = 60
_DEEPEST = 20  # constraints themselves have four levels
_MOST_DIGITS = 300


def parse_constraints(text: str | None, kind: Literal["audio", "video"]) -> dict[str, object]:
    """Return the constraints of a track.

    Args:
        text: JSON: either the constraints of the track, or, as a web page gives them to
            ``getUserMedia``, an object of them by kind. None for no constraints.
        kind: Whose constraints are wanted.

    Raises:
        CommandError: It is no JSON, with the place of the error; or no object.
    """
    if text is None:
        return {}
    try:
        value: object = json.loads(
            text, parse_constant=_refused_constant, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        near = text[error.pos : error.pos + _SHOWN]
        where = f"before {near!r}" if near else "at the end"
        raise CommandError(
            f"{_OPTION}: no JSON: {error.msg[:1].lower()}{error.msg[1:]}, line {error.lineno}, "
            f"column {error.colno}, {where}"
        ) from error
    except ValueError as error:
        raise CommandError(f"{_OPTION}: {error}") from error
    except RecursionError as error:
        raise CommandError(f"{_OPTION}: {_TOO_DEEP}") from error
    if _is_deeper_than(_DEEPEST, value):
        raise CommandError(f"{_OPTION}: {_TOO_DEEP}")
    constraints = _object(value, _OPTION)
    if "video" not in constraints and "audio" not in constraints:
        return dict(constraints)
    of_kind = constraints.get(kind, True)
    return {} if of_kind is True else dict(_object(of_kind, f"{_OPTION}: {kind}"))


def _refused_constant(name: str) -> NoReturn:
    raise ValueError(f"no JSON: {name} is no number there")


def _integer(digits: str) -> int:
    # Python converts up to 4300 digits; no constraint has a use for more than a float's.
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:_SHOWN]} is too large")
    return number


def _is_deeper_than(levels: int, value: object) -> bool:
    """Return whether objects and lists lie within each other more than so many times."""
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
        found = json.dumps(value)
        if len(found) > _SHOWN_VALUE:
            found = f"{found[:_SHOWN_VALUE]}..."
        raise CommandError(f"{path}: expected an object such as {example}, got {found}")
    return cast("dict[str, object]", value)  # JSON has no other keys
