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
from typing import TypeAlias

from mediadevices import OverconstrainedError
from mediadevices.algorithms.properties import PROPERTIES, Kind
from mediadevices.webidl import conversion

__all__ = ["Request", "translate"]

_KINDS: tuple[Kind, ...] = ("audio", "video")
_RENAMED = {"sourceId": "deviceId"}
_BOUNDS = ("min", "max")
_NUMBERS = frozenset({"ulong", "double"})
#: June 2012 had strings where there are booleans since.
_SWITCHES: Mapping[object, bool] = {"true": True, "false": False}

#: What a constraint asks of its property, in today's members: ``{"min": 640}``.
_Part: TypeAlias = dict[str, object]


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
    _written: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def old_name(self, constraint: str) -> str:
        """Return the name by which the program asked for what could not be satisfied.

        Args:
            constraint: The property, or ``""`` where a browser does not tell.
        """
        if not constraint and len(self._written) == 1:
            (constraint,) = self._written
        names = self._written.get(constraint, [])
        return names[0] if len(names) == 1 else constraint

    def note(self, constraint: str, name: str) -> None:
        """Take note of the name by which the program requires something of a property."""
        names = self._written.setdefault(constraint, [])
        if name not in names:
            names.append(name)


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
            or contradicts another; its `constraint` is the name that the program wrote.
        TypeError: Something is no mapping or no list where one has to be; the message names it.
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
    request.ignored += members
    return request


def _add_track(
    request: Request, kind: Kind, members: dict[str, object], supported: Collection[str]
) -> None:
    mandatory = conversion.mapping(members.pop("mandatory", {}), f"{kind}.mandatory")
    required = _required(request, kind, mandatory, supported)
    optional = _optional(kind, members.pop("optional", ()), supported)
    request.ignored += [f"{kind}.{name}" for name in members]
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
    request: Request, kind: Kind, mandatory: Mapping[str, object], supported: Collection[str]
) -> dict[str, _Part]:
    required: dict[str, _Part] = {}
    for name, value in mandatory.items():
        found = _resolved(name, kind, supported)
        if found is None:
            message = f"{kind}.mandatory.{name}: no such constraint of {kind} is supported here"
            raise OverconstrainedError(name, message)
        constraint, bound = found
        request.note(constraint, name)
        _merge(required.setdefault(constraint, {}), _part(value, bound), kind, name)
    return required


def _optional(kind: Kind, optional: object, supported: Collection[str]) -> list[dict[str, _Part]]:
    if not conversion.is_sequence(optional):
        raise conversion.wrong_type(f"{kind}.optional", "a list of mappings", optional)
    sets: list[dict[str, _Part]] = []
    for index, item in enumerate(optional):
        # Each should be about one constraint; if not, each of its constraints is a set of its own.
        for name, value in conversion.mapping(item, f"{kind}.optional[{index}]").items():
            if (found := _resolved(name, kind, supported)) is not None:
                constraint, bound = found
                sets.append({constraint: _part(value, bound)})
    return sets


def _resolved(name: str, kind: Kind, supported: Collection[str]) -> tuple[str, str | None] | None:
    """Return the property that a name is about, and the bound if it names one; None if unknown."""
    constraint, bound = _RENAMED.get(name, name), None
    if constraint not in PROPERTIES and name[:3] in _BOUNDS and name[3:4].isupper():
        constraint, bound = name[3].lower() + name[4:], name[:3]
    row = PROPERTIES.get(constraint)
    if row is None or constraint not in supported or kind not in row.kinds:
        return None
    return None if bound and row.type not in _NUMBERS else (constraint, bound)


def _part(value: object, bound: str | None) -> _Part:
    if bound is not None:
        return {bound: value}
    if conversion.is_mapping(value):
        return {str(member): item for member, item in value.items()}
    return {"exact": value}


def _merge(part: _Part, another: _Part, kind: Kind, name: str) -> None:
    """Let a part ask for what another asks for too: ``minWidth`` beside ``width``."""
    for member, value in another.items():
        old = part.setdefault(member, value)
        if old == value:
            continue
        if member in _BOUNDS and conversion.is_number(old) and conversion.is_number(value):
            part[member] = max(old, value) if member == "min" else min(old, value)
        else:
            message = f"{kind}.mandatory.{name}: {value!r} contradicts {old!r}"
            raise OverconstrainedError(name, message)
