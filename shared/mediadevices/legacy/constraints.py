"""Translates the constraints of the old drafts into current ones: a pure function.

An old set has *mandatory* constraints, which must all hold, and a list of *optional* ones. An
optional constraint holds if it is compatible with all constraints before it. Mandatory constraints
become required constraints, and each optional constraint becomes an advanced set.

Three rules have changed since, and the translation keeps the old meaning. An unknown mandatory
constraint, or one for the other kind of track, cannot be satisfied; the current standard ignores
it. Some properties cannot be required in the current `get_user_media` (see `PROPERTIES`). A
mandatory constraint on such a property is applied twice: as the first advanced set, which
influences the choice of the device, and with `apply_constraints` before the program gets the track.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from mediadevices import OverconstrainedError
from mediadevices.algorithms.constraints import convert_value
from mediadevices.algorithms.properties import PROPERTIES, Property
from mediadevices.kinds import Kind
from mediadevices.webidl import conversion
from mediadevices.webidl.names import to_camel_case
from mediadevices.webidl.short_repr import member_path, short_repr, shorten

__all__ = ["Request", "translate"]

_KINDS: tuple[Kind, ...] = ("audio", "video")
_RENAMED = {"sourceId": "deviceId"}
_IDS = frozenset({"deviceId", "groupId"})
_BOUNDS = ("min", "max")
_NUMBERS = frozenset({"ulong", "double"})
#: The draft of June 2012 has these strings; later drafts have booleans.
_BOOLEANS: Mapping[object, bool] = {"true": True, "false": False}

#: The current constraint of one property, such as ``{"min": 640}``.
_Part: TypeAlias = dict[str, object]


class _Resolved(NamedTuple):
    """A property, and the bound in the name of the constraint: ``"min"`` for ``minWidth``."""

    row: Property
    bound: str | None


@dataclass(slots=True)
class Request:
    """The translated constraints, and the names that the program used.

    Attributes:
        at_once: The argument of `MediaDevices.get_user_media`; empty if neither kind is requested.
        afterwards: For each kind, the constraints to apply to the track before the program gets
            it. A kind is absent if `at_once` contains all of its constraints.
        ignored: The paths of members that no draft defines.
    """

    at_once: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    afterwards: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    ignored: list[str] = field(default_factory=list[str])
    _written: dict[str, str] = field(default_factory=dict[str, str])

    def old_name(self, constraint: str) -> str:
        """Return the name that the program used for a constraint that could not be satisfied.

        If it used several names for one property, such as ``minWidth`` and ``maxWidth``, return the
        first.

        Args:
            constraint: The property; ``""`` if the browser does not report it.
        """
        if not constraint and len(self._written) == 1:
            (constraint,) = self._written
        return self._written.get(constraint, constraint)

    def note(self, constraint: str, name: str) -> None:
        """Store the first name that the program uses for a property."""
        self._written.setdefault(constraint, name)


def translate(constraints: object, supported: Collection[str]) -> Request:
    """Translate the argument of the old `get_user_media`.

    Args:
        constraints: ``{"video": …, "audio": …}``, each True, False or a mapping with ``mandatory``
            and ``optional``; None requests nothing. Names may be in snake_case.
        supported: The properties that the agent supports.

    Returns:
        The translated constraints.

    Raises:
        OverconstrainedError: A mandatory constraint is unknown, belongs to the other kind of track,
            has an empty id, or contradicts another one. The `constraint` of the error is the name
            that the program used.
        TypeError: A value has the wrong type; the message names its path.
    """
    request = Request()
    members = {} if constraints is None else conversion.mapping(constraints, "constraints")
    for kind in _KINDS:
        value = members.pop(kind, False)
        if isinstance(value, str):
            value = _BOOLEANS.get(value, value)
        if value is True:
            request.at_once[kind] = {}
        elif value is not False:
            wanted = conversion.mapping(value, kind, "True, False or a mapping")
            _add_track(request, kind, wanted, supported)
    request.ignored += map(shorten, members)
    return request


def _add_track(
    request: Request, kind: Kind, members: dict[str, object], supported: Collection[str]
) -> None:
    required = _required(request, kind, members.pop("mandatory", {}), supported)
    optional = _optional(kind, members.pop("optional", ()), supported)
    request.ignored += [member_path(kind, name) for name in members]
    may = {
        name: part for name, part in required.items() if PROPERTIES[name].required_in_get_user_media
    }
    late = [{name: part} for name, part in required.items() if name not in may]
    request.at_once[kind] = _with_advanced(may, [*late, *optional])
    if late:
        request.afterwards[kind] = _with_advanced(required, optional)


def _with_advanced(
    required: Mapping[str, _Part], advanced: list[dict[str, _Part]]
) -> dict[str, object]:
    return {**required, "advanced": advanced} if advanced else {**required}


def _required(
    request: Request, kind: Kind, mandatory: object, supported: Collection[str]
) -> dict[str, _Part]:
    required: dict[str, _Part] = {}
    for written, name, value in _members(mandatory, f"{kind}.mandatory"):
        path = member_path(f"{kind}.mandatory", written)
        found = _resolved(name, kind, supported)
        if found is None:
            message = f"{path}: this {kind} constraint is not supported here"
            raise OverconstrainedError(written, message)
        part = _part(found, value, path)
        if _has_empty_id(found.row, part):
            raise OverconstrainedError(written, f"{path}: no device has an empty id")
        request.note(found.row.name, written)
        _merge(required.setdefault(found.row.name, {}), part, path, written)
    return required


def _optional(kind: Kind, optional: object, supported: Collection[str]) -> list[dict[str, _Part]]:
    if not conversion.is_sequence(optional):
        raise conversion.wrong_type(f"{kind}.optional", "a list of mappings", optional)
    sets: list[dict[str, _Part]] = []
    for index, item in enumerate(optional):
        # A mapping should have one constraint; with several, each becomes an advanced set.
        here = f"{kind}.optional[{index}]"
        for written, name, value in _members(item, here):
            if (found := _resolved(name, kind, supported)) is None:
                continue
            part = _part(found, value, member_path(here, written))
            if not _has_empty_id(found.row, part):
                sets.append({found.row.name: part})
    return sets


def _members(value: object, path: str) -> list[tuple[str, str, object]]:
    """Return for each constraint its name as written, its name in camelCase, and its value."""
    members = conversion.mapping(value, path)
    given = map(str.__str__, cast("Mapping[str, object]", value))
    written = {to_camel_case(name): name for name in given}
    return [(written[name], name, item) for name, item in members.items()]


def _resolved(name: str, kind: Kind, supported: Collection[str]) -> _Resolved | None:
    """Return the property and bound of a name; None if the name is unknown."""
    constraint, bound = _RENAMED.get(name, name), None
    if constraint not in PROPERTIES and name[:3] in _BOUNDS and name[3:4].isupper():
        constraint, bound = name[3].lower() + name[4:], name[:3]
    row = PROPERTIES.get(constraint)
    if row is None or constraint not in supported or kind not in row.kinds:
        return None
    return None if bound and row.type not in _NUMBERS else _Resolved(row, bound)


def _part(resolved: _Resolved, value: object, path: str) -> _Part:
    row, bound = resolved
    if bound is not None:
        return {bound: convert_value(row, value, path)}
    if row.type not in _NUMBERS or not conversion.is_mapping(value):
        return {"exact": convert_value(row, value, path)}
    part: _Part = {}
    for member, item in conversion.mapping(value, path).items():
        if member not in _BOUNDS:
            raise conversion.wrong_type(path, "a number, or a mapping of min and max", value)
        part[member] = convert_value(row, item, f"{path}.{member}")
    return part


def _has_empty_id(row: Property, part: _Part) -> bool:
    """Return whether an id is empty, which no device has and the current standard ignores."""
    return row.name in _IDS and part == {"exact": ""}


def _merge(part: _Part, another: _Part, path: str, name: str) -> None:
    """Add another constraint of the same property to a part, such as ``minWidth`` to ``width``."""
    for member, value in another.items():
        old = part.setdefault(member, value)
        if old == value:
            continue
        if member in _BOUNDS and conversion.is_number(old) and conversion.is_number(value):
            part[member] = max(old, value) if member == "min" else min(old, value)
        else:
            message = f"{path}: {short_repr(value)} contradicts {short_repr(old)}"
            raise OverconstrainedError(name, message)
