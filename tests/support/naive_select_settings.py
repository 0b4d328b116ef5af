"""SelectSettings as the standard writes it: every settings dictionary, one after the other.

Independent of the library's algorithms on purpose, slow, and only for very small cameras.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

Settings = dict[str, float | str]
Constraints = Mapping[str, object]

CONTROL_VALUES = (0, 2, 4)


def all_settings(
    modes: Iterable[tuple[int, int, int]], device_id: str = "camera", facing: str = "user"
) -> list[Settings]:
    """Every settings dictionary of a camera with whole-numbered rates."""
    found: list[Settings] = []
    for width, height, rate in modes:
        sizes = [
            (w, h, r, "crop-and-scale")
            for w in range(1, width + 1)
            for h in range(1, height + 1)
            for r in range(1, rate + 1)
        ]
        for w, h, r, resize in [(width, height, rate, "none"), *sizes]:
            rest: Settings = {"resizeMode": resize, "facingMode": facing, "deviceId": device_id}
            size: Settings = {"width": w, "height": h, "aspectRatio": round(w / h, 10)}
            found += [{**size, **rest, "frameRate": r, "zoom": zoom} for zoom in CONTROL_VALUES]
    return found


def comparable(name: str, value: float | str) -> float | str:
    """Aspect ratios count to the tenth decimal place."""
    return round(value, 10) if name == "aspectRatio" and not isinstance(value, str) else value


def fitness(constraints: Constraints, settings: Settings, bare: str) -> float:
    """The sum of the fitness distances; a bare value is ideal or exact."""
    total = 0.0
    for name, value in constraints.items():
        if name == "advanced":
            continue
        members: dict[object, object] = {bare: value}
        if isinstance(value, dict):
            members = value  # pyright: ignore[reportUnknownVariableType]  # plain data
        asked: dict[str, float | str] = {}
        for word, item in members.items():
            assert isinstance(item, (int, float, str))
            asked[str(word)] = comparable(name, item)
        total += distance(comparable(name, settings[name]), asked)
    return total


def distance(actual: float | str, asked: Mapping[str, float | str]) -> float:
    """The distance of one setting from what is asked of it."""
    if "exact" in asked and actual != asked["exact"]:
        return math.inf
    ideal = asked.get("ideal")
    if isinstance(actual, str):
        return 0.0 if ideal is None or actual == ideal else 1.0
    low, high = asked.get("min", -math.inf), asked.get("max", math.inf)
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    assert not isinstance(ideal, str)
    if not low <= actual <= high:
        return math.inf
    if ideal is None or actual == ideal:
        return 0.0
    return abs(actual - ideal) / max(abs(actual), abs(ideal))


def select(
    universe: Sequence[Settings], constraints: Constraints
) -> tuple[float, list[Settings]] | None:
    """Return the least distance, and what is left after the advanced sets; None if nothing is."""
    left = [one for one in universe if fitness(constraints, one, "ideal") < math.inf]
    if not left:
        return None
    advanced_sets: Iterable[Constraints] = constraints.get("advanced", ())  # type: ignore[assignment]  # sets  # pyright: ignore[reportAssignmentType]  # likewise
    for advanced in advanced_sets:
        narrowed = [one for one in left if fitness(advanced, one, "exact") < math.inf]
        left = narrowed or left
    return min(fitness(constraints, one, "ideal") for one in left), left
