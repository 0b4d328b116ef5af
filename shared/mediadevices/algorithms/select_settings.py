"""The SelectSettings algorithm (§11.1.1) over regions instead of single settings dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mediadevices.algorithms.constraints import Constraint, ConstraintSet, Value
from mediadevices.algorithms.domain import nearest
from mediadevices.algorithms.fitness_distance import fitness_distance, value_distance
from mediadevices.algorithms.frame_size import aspect_ratio, candidate_sizes
from mediadevices.algorithms.settings_universe import Region, narrowed
from mediadevices.driver import Mode, VideoMode

__all__ = ["DEFAULTS", "Selection", "failed_constraint", "feasible_regions", "select_settings"]

#: What users get who ask for nothing: the ideals of ties (§11.1.1, step 4).
DEFAULTS: Mapping[str, Value] = {
    "width": 640,
    "height": 480,
    "frameRate": 30.0,
    "echoCancellation": True,
    "autoGainControl": True,
    "noiseSuppression": True,
}

# When no single constraint is at fault, the first of these that leaves nothing is named: the
# choices that a device makes come first, so that the number that they rule out is named.
_CHOICES_FIRST = ("deviceId", "groupId", "facingMode", "resizeMode")


@dataclass(frozen=True, slots=True)
class Selection:
    """A settings dictionary that was selected.

    Attributes:
        device: Where its device stands in the list of candidates.
        mode: The native mode to open the device in.
        settings: The settings, by the standard's names.
        distance: Their fitness distance from the basic constraint set.
    """

    device: int
    mode: Mode
    settings: Mapping[str, Value]
    distance: float


def feasible_regions(
    universe: Iterable[Region], basic: ConstraintSet, advanced: Iterable[ConstraintSet]
) -> list[Region]:
    """Return what is left of the universe: steps 2 and 3 of the algorithm.

    Each advanced set that leaves something narrows; one that would leave nothing is skipped whole.
    """
    regions = [kept for region in universe if (kept := narrowed(region, basic)) is not None]
    for one in advanced:
        kept_regions = [kept for region in regions if (kept := narrowed(region, one)) is not None]
        # A set can also ask that a property exists at all (``pan: true``).
        kept_regions = [region for region in kept_regions if _has_what_must_exist(region, one)]
        regions = kept_regions or regions
    return regions


def _has_what_must_exist(region: Region, constraints: ConstraintSet) -> bool:
    return all(
        constraint.exists is None or constraint.exists == (constraint.name in region.domains)
        for constraint in constraints
    )


def failed_constraint(universe: Sequence[Region], basic: ConstraintSet) -> str:
    """Return the name of a property that cannot be satisfied (§11.1.2).

    The first, in the order of the program, that alone leaves nothing; if there is none, the first
    that leaves nothing together with those before it.
    """
    required = [constraint for constraint in basic if constraint.required]
    for constraint in required:
        if not any(narrowed(region, (constraint,)) for region in universe):
            return constraint.name
    ordered = sorted(required, key=lambda one: one.name not in _CHOICES_FIRST)
    for count in range(1, len(ordered) + 1):
        if not any(narrowed(region, ordered[:count]) for region in universe):
            return ordered[count - 1].name
    return ""


def select_settings(
    universe: Iterable[Region],
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
        current_mode: The mode that the device is open in, which wins ties after that.
        initial: For each device, what its controls are at, for those that no constraint names.

    Returns:
        One selection a device, the best first; empty if no device can satisfy the constraints.
    """
    best: dict[int, tuple[tuple[float, ...], Selection]] = {}
    wishes = {constraint.name: constraint for constraint in basic}
    sizes: dict[object, tuple[tuple[int, int], ...]] = {}
    nothing: Mapping[str, Value] = {}
    for order, region in enumerate(feasible_regions(universe, basic, advanced)):
        unnamed = initial[region.device] if region.device < len(initial) else nothing
        chosen = _choose_single(region, wishes, current or nothing, unnamed)
        if chosen is None:
            continue
        for size in _sizes(region, wishes, current or nothing, sizes):
            settings = {**size, **chosen}
            distance = fitness_distance(basic, settings)
            known = best.get(region.device)
            if known is not None and distance > known[1].distance:
                continue
            selection = Selection(region.device, region.mode, settings, distance)
            key = _rank(selection, wishes, current, current_mode, order)
            if known is None or key < known[0]:
                best[region.device] = (key, selection)
    # Across devices only the distance counts; then the default device, which stands first.
    found = [selection for _, selection in best.values()]
    return sorted(found, key=lambda one: (one.distance, one.device))


def _choose_single(
    region: Region,
    wishes: Mapping[str, Constraint],
    current: Mapping[str, Value],
    initial: Mapping[str, Value],
) -> dict[str, Value] | None:
    """Choose all that is independent of each other: everything but a picture's size."""
    settings: dict[str, Value] = {}
    for name, domain in region.domains.items():
        if name in {"width", "height"}:
            continue
        if isinstance(domain, tuple) and len(domain) == 1:
            settings[name] = domain[0]
            continue
        preferred = [
            source[name] for source in (current, initial, DEFAULTS) if source.get(name) is not None
        ]
        value = nearest(domain, wishes.get(name), _native(region, name, preferred))
        if value is None:
            return None
        settings[name] = value
    return settings


def _native(region: Region, name: str, preferred: list[Value]) -> list[Value]:
    """Put the native value of a property where it belongs among those preferred."""
    mode = region.mode
    if isinstance(mode, VideoMode):
        return [*preferred, mode.frame_rate] if name == "frameRate" else preferred
    if name == "sampleRate":
        return [*preferred, mode.sample_rate]
    return [*preferred, mode.channel_count] if name == "channelCount" else preferred


def _sizes(
    region: Region,
    wishes: Mapping[str, Constraint],
    current: Mapping[str, Value],
    known: dict[object, tuple[tuple[int, int], ...]],
) -> Iterable[Mapping[str, Value]]:
    """Yield the sizes of a region that may be best; one empty one where there is no picture.

    `known` keeps the sizes for other regions with the same limits: a camera has many modes of one
    size.
    """
    mode = region.mode
    if not isinstance(mode, VideoMode):
        yield {}
        return

    def wished(name: str) -> tuple[float, ...]:
        constraint = wishes.get(name)
        values = (constraint.ideal or ()) if constraint is not None else ()
        return tuple(value for value in values if not isinstance(value, (str, bool)) and value)

    def also_now(name: str) -> tuple[int, ...]:
        return tuple(
            round(value)
            for value in (*wished(name), current.get(name, 0))
            if not isinstance(value, (str, bool)) and value
        )

    width, height = region.domains["width"], region.domains["height"]
    key = (width, height, region.ratio, mode.width, mode.height)
    if key not in known:
        known[key] = tuple(
            candidate_sizes(
                width,
                height,
                region.ratio,
                widths=(*also_now("width"), mode.width),
                heights=(*also_now("height"), mode.height),
                ratios=wished("aspectRatio"),
                shape=mode.width / mode.height,
            )
        )
    for w, h in known[key]:
        yield {"width": w, "height": h, "aspectRatio": aspect_ratio(w, h)}


def _rank(
    selection: Selection,
    wishes: Mapping[str, Constraint],
    current: Mapping[str, Value] | None,
    current_mode: Mode | None,
    order: int,
) -> tuple[float, ...]:
    """Return the key by which one device's selections are ordered, the best the least.

    After the distance: what is in force stays, the open mode stays, a native mode before a scaled
    one, the less is cropped the better, the nearer to the defaults, the smaller the native mode.
    Who names neither width nor height gets what is near to the defaults before the least cropped.
    """
    settings, mode = selection.settings, selection.mode
    change = _change(settings, current) if current else 0.0
    other_mode = float(current_mode is not None and mode != current_mode)
    if not isinstance(mode, VideoMode):
        far = sum(
            value_distance(name, settings[name], native)
            for name, native in (
                ("sampleRate", mode.sample_rate),
                ("channelCount", mode.channel_count),
            )
        )
        return selection.distance, change, other_mode, far, order
    scaled = float(settings["resizeMode"] != "none")
    width, height = int(settings["width"]), int(settings["height"])
    scale = max(width / mode.width, height / mode.height)
    # Rounding to whole pixels is no cropping.
    lost = max(mode.width * scale - width, mode.height * scale - height)
    cropped = lost / max(width, height) if lost >= 1 else 0.0
    # A property that the program named is as near as it can be; the defaults speak for the rest.
    far = sum(
        value_distance(name, settings[name], DEFAULTS[name])
        for name in ("width", "height", "frameRate")
        if name not in wishes
    )
    # Rounding hides any cropping of a tiny picture, and nobody wants one who names no size.
    crop_and_far = (cropped, far) if {"width", "height"} & wishes.keys() else (far, cropped)
    return (
        selection.distance,
        change,
        other_mode,
        scaled,
        *crop_and_far,
        value_distance("", mode.frame_rate, DEFAULTS["frameRate"]),
        -scale,
        order,
    )


def _change(settings: Mapping[str, Value], current: Mapping[str, Value]) -> float:
    """Return how far settings are from those in force.

    A size counts as a whole: who changes the width alone wants no picture that is cropped in order
    to keep its height.
    """
    size = {"width", "height", "aspectRatio"} & current.keys()
    resized = any(settings.get(name) != current[name] for name in size)
    rest = (
        value_distance(name, settings[name], value) if name in settings else 1.0
        for name, value in current.items()
        if name not in size
    )
    return float(resized) + sum(rest)
