"""What ``--constraints`` says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, cast

from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["parse_constraints"]

_OPTION = "--constraints"
_SHOWN = 20


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
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        near = text[error.pos : error.pos + _SHOWN]
        where = f"before {near!r}" if near else "at the end"
        raise CommandError(
            f"{_OPTION}: no JSON: {error.msg[:1].lower()}{error.msg[1:]}, line {error.lineno}, "
            f"column {error.colno}, {where}"
        ) from error
    except RecursionError as error:
        raise CommandError(f"{_OPTION}: no constraints are nested that deep") from error
    constraints = _object(value, _OPTION)
    if "video" not in constraints and "audio" not in constraints:
        return dict(constraints)
    of_kind = constraints.get(kind, True)
    return {} if of_kind is True else dict(_object(of_kind, f"{_OPTION}: {kind}"))


def _object(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        example = '{"width": 1280}'
        raise CommandError(f"{path}: expected an object such as {example}, got {json.dumps(value)}")
    return cast("dict[str, object]", value)  # JSON has no other keys
