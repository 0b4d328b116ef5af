"""Parsing of constraints (§6.1, §11).

It has two steps. *Conversion* turns a program's mapping into the standard's dictionary, which
`get_constraints()` returns. *Analysis* turns each member of that dictionary into a `Constraint`,
where a bare value counts as ideal (in the basic set) or exact (in advanced sets).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from mediadevices.algorithms.properties import PROPERTIES, Property
from mediadevices.errors import UnknownConstraintWarning
from mediadevices.kinds import Kind
from mediadevices.webidl import conversion
from mediadevices.webidl.dictionary import Dictionary, FrozenList
from mediadevices.webidl.names import did_you_mean
from mediadevices.webidl.short_repr import member_path

__all__ = [
    "TOLERANCE",
    "Constraint",
    "ConstraintSet",
    "MediaTrackConstraints",
    "Value",
    "advanced_sets",
    "applicable_constraints",
    "basic_set",
    "comparable",
    "convert_track_constraints",
    "convert_value",
    "first_disallowed_required",
    "same_number",
    "same_value",
]

Value: TypeAlias = bool | int | float | str

#: Numbers count as equal if they differ by no more than this.
TOLERANCE = 1e-9


class MediaTrackConstraints(Dictionary):
    """The converted constraints of a track, which `get_constraints()` returns (§6.1.3)."""

    __slots__ = ()
    members = frozenset({*PROPERTIES, "advanced"})


class Constraint(NamedTuple):
    """The constraint on one property, from one constraint set.

    Attributes:
        name: The property.
        min: The smallest allowed value, or None.
        max: The largest allowed value, or None.
        exact: The allowed values, or None if any value is allowed.
        ideal: The ideal values, or None if there is no ideal.
        exists: Whether the property must exist, as in ``pan: true``; None if that does not matter.
    """

    name: str
    min: float | None = None
    max: float | None = None
    exact: tuple[Value, ...] | None = None
    ideal: tuple[Value, ...] | None = None
    exists: bool | None = None

    @property
    def required(self) -> bool:
        """Whether the constraint requires anything of a setting."""
        return self.min is not None or self.max is not None or self.exact is not None

    def satisfied_by(self, setting: Value | None) -> bool:
        """Tell whether a setting satisfies the required part; None is an absent setting."""
        if setting is None:
            return not self.required
        if self.exact is not None and not any(
            same_value(self.name, setting, value) for value in self.exact
        ):
            return False
        low, high = self.min, self.max
        if low is None and high is None:
            return True
        if isinstance(setting, str):
            return False
        return (low is None or not _less(self.name, setting, low)) and (
            high is None or not _less(self.name, high, setting)
        )


#: One constraint set, in the order of the program.
ConstraintSet: TypeAlias = tuple[Constraint, ...]


def comparable(name: str, number: float) -> float:
    """Round an aspect ratio to ten decimal places; leave other numbers as they are (§8)."""
    return round(number, 10) if name == "aspectRatio" else number


def same_value(name: str, left: Value, right: Value) -> bool:
    """Tell whether two values of a property are equal; True equals neither 1 nor ``"all"``."""
    if isinstance(left, (str, bool)) or isinstance(right, (str, bool)):
        return type(left) is type(right) and left == right
    return left == right or same_number(name, left, right)


def same_number(name: str, left: float, right: float) -> bool:
    """Tell whether two numbers of a property are equal, apart from floating-point errors.

    0.1 + 0.2 equals 0.3. Aspect ratios are compared to ten decimal places.
    """
    if name == "aspectRatio":
        return comparable(name, left) == comparable(name, right)
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _less(name: str, left: float, right: float) -> bool:
    return left < right and not same_number(name, left, right)


# --- conversion -----------------------------------------------------------------------------


def convert_value(constrainable: Property, value: object, path: str) -> Value:
    """Convert one value of a constrainable property.

    Raises:
        TypeError: The value does not have the property's type; the message names the path.
    """
    match constrainable.type:
        case "ulong":
            return conversion.clamped_unsigned_long(value, path)
        case "double":
            number = conversion.finite_double(value, path)
            return conversion.whole_number(value, path) if isinstance(value, int) else number
        case "string":
            return conversion.string(value, path)
        case "boolean":
            return conversion.boolean(value, path)
        case "boolean-or-string":
            if isinstance(value, str):
                return conversion.string(value, path)
            try:
                return conversion.boolean(value, path)
            except TypeError:
                raise conversion.wrong_type(path, "True, False or a string", value) from None


def _convert_value_or_list(constrainable: Property, value: object, path: str) -> object:
    """Convert a value, or a list of strings if the property's type allows lists."""
    if constrainable.type == "string" and conversion.is_sequence(value):
        return FrozenList(
            conversion.string(item, f"{path}[{index}]") for index, item in enumerate(value)
        )
    return convert_value(constrainable, value, path)


_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "ulong": ("max", "min", "exact", "ideal"),
    "double": ("max", "min", "exact", "ideal"),
    "string": ("exact", "ideal"),
    "boolean": ("exact", "ideal"),
    "boolean-or-string": ("exact", "ideal"),
}


def _convert_constraint(constrainable: Property, value: object, path: str) -> object:
    if not conversion.is_mapping(value):
        if constrainable.selects_existence and isinstance(value, bool):
            return value
        return _convert_value_or_list(constrainable, value, path)
    allowed = _MEMBERS[constrainable.type]
    result: dict[str, object] = {}
    for name, item in conversion.mapping(value, path).items():
        if name in allowed:
            result[name] = _convert_value_or_list(constrainable, item, f"{path}.{name}")
        else:
            _warn_unknown(path, name, allowed)
    return Dictionary(result)


def _warn_unknown(path: str, name: str, known: Collection[str]) -> None:
    warnings.warn(
        f"{member_path(path, name)}: unknown name, ignored{did_you_mean(name, known)}",
        UnknownConstraintWarning,
        stacklevel=_stack_level_of_program(),
    )


def _stack_level_of_program() -> int:
    """Return the `stacklevel` with which a warning of the caller names the program's line."""
    import inspect  # here, because it would make `import mediadevices` a sixth slower

    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("mediadevices"):
        frame, level = frame.f_back, level + 1
    return level


def _convert_set(
    members: Mapping[str, object], path: str, supported: Collection[str]
) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in members.items():
        if (constrainable := PROPERTIES.get(name)) is None:
            _warn_unknown(path, name, PROPERTIES)
            continue
        converted = _convert_constraint(constrainable, value, f"{path}.{name}")
        if name in supported:
            result[name] = converted
    return result


def convert_track_constraints(
    value: object, path: str, supported: Collection[str]
) -> MediaTrackConstraints:
    """Convert a program's mapping to `MediaTrackConstraints` (§6.1.3).

    Args:
        value: The mapping, with the standard's names or their snake_case forms as keys.
        path: The path of the mapping for errors and warnings, such as ``"video"``.
        supported: The properties that the agent supports; others are dropped.

    Returns:
        The dictionary in the order of the program, without unknown and unsupported names.

    Raises:
        TypeError: A value does not have the type of its property; the message names the path.

    Warns:
        UnknownConstraintWarning: A name is unknown; it is ignored, as the standard requires.
    """
    members = conversion.mapping(value, path, "True, False or a mapping of constraints")
    advanced = members.pop("advanced", None)
    result = _convert_set(members, path, supported)
    if advanced is not None:
        if not conversion.is_sequence(advanced):
            raise conversion.wrong_type(f"{path}.advanced", "a list of mappings", advanced)
        sets: list[Dictionary] = []
        for index, item in enumerate(advanced):
            here = f"{path}.advanced[{index}]"
            sets.append(Dictionary(_convert_set(conversion.mapping(item, here), here, supported)))
        result["advanced"] = FrozenList(sets)
    return MediaTrackConstraints(result)


# --- analysis -------------------------------------------------------------------------------


def _values(value: object) -> tuple[Value, ...] | None:
    """Return a value or a list as a tuple; None for an empty list, which asks for nothing."""
    if value is None:
        return None
    items = value if conversion.is_sequence(value) else (value,)
    return tuple(item for item in items if isinstance(item, (bool, int, float, str))) or None


def _number(value: object) -> float | None:
    return value if value is not None and conversion.is_number(value) else None


def _device_id(value: object) -> object:
    """Return an id; None for an empty string, which names no device and asks for nothing (§8.1)."""
    return None if value == "" else value


def _analyse(name: str, value: object, bare: Literal["ideal", "exact"]) -> Constraint:
    if name == "deviceId":
        value = (
            {member: _device_id(given) for member, given in value.items()}
            if conversion.is_mapping(value)
            else _device_id(value)
        )
    if conversion.is_mapping(value):
        members = dict(value)  # a plain dict looks up missing keys faster than a Dictionary
        constraint = Constraint(
            name,
            min=_number(members.get("min")),
            max=_number(members.get("max")),
            exact=_values(members.get("exact")),
            ideal=_values(members.get("ideal")),
        )
    elif isinstance(value, bool) and PROPERTIES[name].selects_existence:
        return Constraint(name, exists=value)
    elif bare == "ideal":
        constraint = Constraint(name, ideal=_values(value))
    else:
        constraint = Constraint(name, exact=_values(value))
    return constraint


def basic_set(constraints: Mapping[str, object]) -> ConstraintSet:
    """Analyse the basic set, in which bare values are ideal."""
    return tuple(
        _analyse(name, value, "ideal") for name, value in constraints.items() if name != "advanced"
    )


def _advanced(constraints: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Yield the converted advanced sets."""
    sets = constraints.get("advanced")
    for one in sets if conversion.is_sequence(sets) else ():
        if conversion.is_mapping(one):
            yield {str(name): value for name, value in one.items()}


def advanced_sets(constraints: Mapping[str, object]) -> tuple[ConstraintSet, ...]:
    """Analyse the advanced sets, in which bare values are exact, in order."""
    return tuple(
        tuple(_analyse(name, value, "exact") for name, value in one.items())
        for one in _advanced(constraints)
    )


def applicable_constraints(constraints: Mapping[str, object], kind: Kind) -> MediaTrackConstraints:
    """Return the constraints that apply to a kind of track, in all constraint sets (§9.2.1)."""

    def of_kind(members: Mapping[str, object]) -> dict[str, object]:
        return {
            name: value
            for name, value in members.items()
            if name != "advanced" and kind in PROPERTIES[name].kinds
        }

    result = of_kind(constraints)
    if "advanced" in constraints:
        result["advanced"] = FrozenList(Dictionary(of_kind(one)) for one in _advanced(constraints))
    return MediaTrackConstraints(result)


def first_disallowed_required(basic: ConstraintSet) -> str | None:
    """Return the first property that `get_user_media` does not allow to be required, or None.

    §9.2.1, step 6.4: "allowed required constraints for device selection".
    """
    for constraint in basic:
        if constraint.required and not PROPERTIES[constraint.name].required_in_get_user_media:
            return constraint.name
    return None
