"""Explains in words why each device was selected or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mediadevices.algorithms.aspect_ratio import aspect_ratio
from mediadevices.algorithms.constraints import Constraint, ConstraintSet, Value
from mediadevices.algorithms.domain import Domain, Interval
from mediadevices.algorithms.select_settings import Selection
from mediadevices.algorithms.settings_universe import Region, restrict_regions
from mediadevices.driver import AudioMode, Mode, VideoMode
from mediadevices.webidl.short_repr import shorten

__all__ = ["explain_selection", "failed_constraint_text"]


def failed_constraint_text(name: str) -> str:
    """Return a phrase for a failed constraint; ``""`` stands for a conflict between several."""
    return f"the constraint {name!r}" if name else "these constraints together"


def _value_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _requested(constraint: Constraint) -> str:
    nothing: tuple[Value, ...] = ()
    parts: dict[str, tuple[Value, ...]] = {
        "exact": constraint.exact or nothing,
        "min": nothing if constraint.min is None else (constraint.min,),
        "max": nothing if constraint.max is None else (constraint.max,),
        "ideal": constraint.ideal or nothing,
    }
    words = [
        f"{word} {shorten(' or '.join(_value_text(value) for value in values))}"
        for word, values in parts.items()
        if values
    ]
    if constraint.exists is not None:
        words.append("present" if constraint.exists else "absent")
    return " ".join(words) or "anything"


def _offered(name: str, regions: Sequence[Region]) -> str:
    """Return the possible values of a property in all regions together."""
    if name == "aspectRatio":
        ratios = sorted(
            {
                aspect_ratio(mode.width, mode.height)
                for region in regions
                for _, mode in region.modes
                if isinstance(mode, VideoMode)
            }
        )
        return "native " + ", ".join(_value_text(ratio) for ratio in ratios)
    domains: list[Domain] = [region.domains[name] for region in regions if name in region.domains]
    if not domains:
        return "no such property"
    intervals = [domain for domain in domains if isinstance(domain, Interval)]
    values = {
        _value_text(value)
        for domain in domains
        if not isinstance(domain, Interval)
        for value in domain
    }
    if intervals:
        low = min(interval.min for interval in intervals)
        high = max(interval.max for interval in intervals)
        native = f" (native {', '.join(sorted(values, key=_sort_number))})" if values else ""
        return f"{_value_text(low)} to {_value_text(high)}{native}"
    return ", ".join(sorted(values))


def _sort_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf


def _mode(mode: Mode) -> str:
    if isinstance(mode, AudioMode):
        return f"{mode.sample_rate} Hz, {mode.channel_count} channels"
    layout = f" {mode.pixel_format}" if mode.pixel_format else ""
    return f"{mode.width}x{mode.height} at {mode.frame_rate:g}{layout}"


def explain_selection(
    labels: Sequence[str],
    universe: Sequence[Region],
    basic: ConstraintSet,
    selections: Sequence[Selection],
    denied: Mapping[int, str] | None = None,
) -> list[str]:
    """Explain for each candidate device why it was selected or not.

    Args:
        labels: The devices' labels, in the order of the candidates.
        universe: All settings of all candidates.
        basic: The basic constraint set.
        selections: The selected settings, the best first.
        denied: For devices that were excluded for another reason, that reason.

    Returns:
        One line per device: the constraints, the possible or selected values, and the distance.
    """
    lines: list[str] = []
    chosen = {selection.device: selection for selection in selections}
    for index, label in enumerate(labels):
        regions = [region for region in universe if region.device == index]
        if denied and index in denied:
            lines.append(f"{label!r}: {denied[index]}")
        elif (selection := chosen.get(index)) is not None:
            given = {name: _value_text(value) for name, value in selection.settings.items()}
            details = "".join(
                f"; {item.name}: requested {_requested(item)}, gets {given[item.name]}"
                for item in basic
                if item.name in given
            )
            rank = "best, " if selection is selections[0] else ""
            lines.append(
                f"{label!r}: {rank}distance {selection.distance:.4g}, "
                f"mode {_mode(selection.mode)}{details}"
            )
        else:
            lines.append(f"{label!r}: rejected; {_reasons(regions, basic)}")
    return lines


def _reasons(regions: Sequence[Region], basic: ConstraintSet) -> str:
    required = [item for item in basic if item.required]
    failing = [item for item in required if not restrict_regions(regions, (item,))]
    if failing:
        return "; ".join(
            f"{item.name}: requested {_requested(item)}, has {_offered(item.name, regions)}"
            for item in failing
        )
    conflicting = required
    for item in required:
        others = [other for other in conflicting if other is not item]
        if not restrict_regions(regions, others):
            conflicting = others  # this one is not needed for the conflict
    together = ", ".join(f"{item.name} {_requested(item)}" for item in conflicting)
    return f"each of these is possible alone, but not together: {together}"
