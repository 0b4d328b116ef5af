"""The constraints of the old drafts, in today's terms: a pure function.

An old set has *mandatory* constraints, which all must hold, and a list of *optional* ones, of which
each holds if it can together with all before it. The former are today's required constraints, the
latter are today's advanced sets of one constraint each.

Three rules have changed, and each is translated to keep the old meaning. A mandatory constraint
that nobody knows, or that is about the other kind of track, cannot be satisfied; today it would be
ignored. And a mandatory constraint on a property that `get_user_media` does not let a program
require today (`PROPERTIES` says which) decides twice: as the first of the advanced sets it says
which device is chosen, and it is required of the track before the program gets it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from mediadevices import OverconstrainedError
from mediadevices.algorithms.constraints import convert_value
from mediadevices.algorithms.properties import PROPERTIES, Kind, Property
from mediadevices.webidl import conversion
from mediadevices.webidl.names import to_camel_case
from mediadevices.webidl.short_repr import member_path, short_repr, shorten

__all__ = ["Request", "translate"]

_KINDS: tuple[Kind, ...] = ("audio", "video")
_RENAMED = {"sourceId": "deviceId"}
_IDS = frozenset({"deviceId", "groupId"})
_BOUNDS = ("min", "max")
_NUMBERS = frozenset({"ulong", "double"})
#: June 2012 had strings where there are booleans since.
_SWITCHES: Mapping[object, bool] = {"true": True, "false": False}

#: What a constraint asks of its property, in today's members: ``{"min": 640}``.
_Part: TypeAlias = dict[str, object]


class _Named(NamedTuple):
    """A property, and the bound that the constraint's name says: ``"min"`` of ``minWidth``."""

    row: Property
    bound: str | None


@dataclass(slots=True)
class Request:
    """What to ask of today's interface, and how to speak of it to the program.

    Attributes:
        at_once: What `MediaDevices.get_user_media` takes; empty if neither kind is asked for.
        afterwards: For each kind, the constraints to apply to the track before the program gets
            it; absent where `at_once` says all.
        ignored: The paths of members that are in no draft.
    """

    at_once: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    afterwards: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    ignored: list[str] = field(default_factory=list[str])
    _written: dict[str, str] = field(default_factory=dict[str, str])

    def old_name(self, constraint: str) -> str:
        """Return the name by which the program asked for what could not be satisfied, as written.

        Of several for one property, such as ``minWidth`` and ``maxWidth``, it is the first.

        Args:
            constraint: The property, or ``""`` where a browser does not tell.
        """
        if not constraint and len(self._written) == 1:
            (constraint,) = self._written
        return self._written.get(constraint, constraint)

    def note(self, constraint: str, name: str) -> None:
        """Take note of the name by which the program first requires something of a property."""
        self._written.setdefault(constraint, name)


def translate(constraints: object, supported: Collection[str]) -> Request:
    """Translate the argument of the old `get_user_media`.

    Args:
        constraints: ``{"video": …, "audio": …}``, each True, False or a mapping with ``mandatory``
            and ``optional``; or None for nothing. Names may be in snake case.
        supported: The properties that the agent supports.

    Returns:
        What to ask for today.

    Raises:
        OverconstrainedError: A mandatory constraint is unknown, is about the other kind of track,
            asks for an empty id, or contradicts another; its `constraint` is the name that the
            program wrote.
        TypeError: Something is not of the type that it has to be; the message names it.
    """
    request = Request()
    members = {} if constraints is None else conversion.mapping(constraints, "constraints")
    for kind in _KINDS:
        value = members.pop(kind, False)
        if isinstance(value, str):
            value = _SWITCHES.get(value, value)
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
            message = f"{path}: no such constraint of {kind} is supported here"
            raise OverconstrainedError(written, message)
        part = _part(found, value, path)
        if _names_nothing(found.row, part):
            raise OverconstrainedError(written, f"{path}: there is nothing whose id is empty")
        request.note(found.row.name, written)
        _merge(required.setdefault(found.row.name, {}), part, path, written)
    return required


def _optional(kind: Kind, optional: object, supported: Collection[str]) -> list[dict[str, _Part]]:
    if not conversion.is_sequence(optional):
        raise conversion.wrong_type(f"{kind}.optional", "a list of mappings", optional)
    sets: list[dict[str, _Part]] = []
    for index, item in enumerate(optional):
        # Each should be about one constraint; if not, each of its constraints is a set of its own.
        here = f"{kind}.optional[{index}]"
        for written, name, value in _members(item, here):
            if (found := _resolved(name, kind, supported)) is None:
                continue
            part = _part(found, value, member_path(here, written))
            if not _names_nothing(found.row, part):
                sets.append({found.row.name: part})
    return sets


def _members(value: object, path: str) -> list[tuple[str, str, object]]:
    """Return the constraints of a mapping: the name as written, in camelCase, and the value."""
    members = conversion.mapping(value, path)
    given = map(str.__str__, cast("Mapping[str, object]", value))
    written = {to_camel_case(name): name for name in given}
    return [(written[name], name, item) for name, item in members.items()]


def _resolved(name: str, kind: Kind, supported: Collection[str]) -> _Named | None:
    """Return what a name is about; None if nobody knows it."""
    constraint, bound = _RENAMED.get(name, name), None
    if constraint not in PROPERTIES and name[:3] in _BOUNDS and name[3:4].isupper():
        constraint, bound = name[3].lower() + name[4:], name[:3]
    row = PROPERTIES.get(constraint)
    if row is None or constraint not in supported or kind not in row.kinds:
        return None
    return None if bound and row.type not in _NUMBERS else _Named(row, bound)


def _part(named: _Named, value: object, path: str) -> _Part:
    row, bound = named
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


def _names_nothing(row: Property, part: _Part) -> bool:
    """Tell whether an id is empty: today that is to ask for nothing, then for nothing there is."""
    return row.name in _IDS and part == {"exact": ""}


def _merge(part: _Part, another: _Part, path: str, name: str) -> None:
    """Let a part ask for what another asks for too: ``minWidth`` beside ``width``."""
    for member, value in another.items():
        old = part.setdefault(member, value)
        if old == value:
            continue
        if member in _BOUNDS and conversion.is_number(old) and conversion.is_number(value):
            part[member] = max(old, value) if member == "min" else min(old, value)
        else:
            message = f"{path}: {short_repr(value)} contradicts {short_repr(old)}"
            raise OverconstrainedError(name, message)
