"""The SelectSettings algorithm (§11.1.1), with regions instead of single settings dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mediadevices.algorithms.constraints import Constraint, ConstraintSet, Value
from mediadevices.algorithms.settings_ranker import SettingsRanker
from mediadevices.algorithms.settings_universe import Region, restrict_regions
from mediadevices.driver import Mode

__all__ = ["Selection", "failed_constraint", "feasible_regions", "select_settings"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected settings of one device.

    Attributes:
        device: The index of the device in the list of candidates.
        mode: The native mode to open the device in.
        settings: The settings, by the standard's names.
        distance: Their fitness distance from the basic constraint set.
    """

    device: int
    mode: Mode
    settings: Mapping[str, Value]
    distance: float


def feasible_regions(
    universe: Sequence[Region], basic: ConstraintSet, advanced: Iterable[ConstraintSet]
) -> Sequence[Region]:
    """Return the part of the universe that satisfies the constraints: steps 2 and 3.

    An advanced set that nothing satisfies is skipped as a whole.
    """
    regions = restrict_regions(universe, basic)
    for constraints in advanced:
        kept = restrict_regions(regions, constraints)
        # A set can also require that a property exists (``pan: true``).
        existence = [constraint for constraint in constraints if constraint.exists is not None]
        if existence:
            kept = [region for region in kept if _satisfies_existence(region, existence)]
        regions = kept or regions
    return regions


def _satisfies_existence(region: Region, constraints: Iterable[Constraint]) -> bool:
    domains = region.domains
    return all(constraint.exists == (constraint.name in domains) for constraint in constraints)


def failed_constraint(universe: Sequence[Region], basic: ConstraintSet) -> str:
    """Return the name of a constraint that no settings satisfy (§11.1.2).

    Returns:
        The first such constraint, in the order of the program. ``""`` if each constraint can be
        satisfied alone, but not all of them together.
    """
    for constraint in basic:
        if constraint.required and not restrict_regions(universe, (constraint,)):
            return constraint.name
    return ""


def select_settings(
    universe: Sequence[Region],
    basic: ConstraintSet,
    advanced: Iterable[ConstraintSet] = (),
    *,
    current: Mapping[str, Value] | None = None,
    current_mode: Mode | None = None,
    initial: Sequence[Mapping[str, Value]] = (),
) -> list[Selection]:
    """Select the best settings of each device that can satisfy the constraints.

    Args:
        universe: All settings of all candidate devices, the default device first.
        basic: The basic constraint set.
        advanced: The advanced constraint sets, in order.
        current: The settings in force, which win ties.
        current_mode: The mode in which the device is open, which wins ties after that.
        initial: For each device, the present values of its controls; they win where no constraint
            names a control.

    Returns:
        One selection per device, the best first; empty if no device can satisfy the constraints.
    """
    best: dict[int, tuple[tuple[float, ...], Selection]] = {}
    ranker = SettingsRanker(basic, current or {}, current_mode)
    nothing: Mapping[str, Value] = {}
    for region in feasible_regions(universe, basic, advanced):
        device, sizes = region.device, None
        controls = initial[device] if device < len(initial) else nothing
        for place, mode, others, distance in ranker.best_per_mode(region, controls):
            if device in best and distance > best[device][1].distance:
                continue  # already worse, whatever the size adds
            sizes = ranker.candidate_sizes(region) if sizes is None else sizes
            for size, size_distance in sizes:
                total, known = distance + size_distance, best.get(device)
                if known is not None and total > known[1].distance:
                    continue
                settings = {**size, **others}
                key = ranker.sort_key(mode, settings, total, place)
                if known is None or key < known[0]:
                    best[device] = key, Selection(device, mode, settings, total)
    # Across devices only the distance counts; a tie goes to the default device, which is first.
    found = [selection for _, selection in best.values()]
    return sorted(found, key=lambda selection: (selection.distance, selection.device))
