"""SelectSettings as the standard writes it: every settings dictionary, one after the other.

Independent of the library's algorithms on purpose, slow, and only for very small cameras.
"""

import math

CONTROL_VALUES = (0, 2, 4)


def all_settings(modes, device_id="camera", facing="user"):
    """Every settings dictionary of a camera with whole-numbered rates."""
    found = []
    for width, height, rate in modes:
        sizes = [
            (w, h, r, "crop-and-scale")
            for w in range(1, width + 1)
            for h in range(1, height + 1)
            for r in range(1, rate + 1)
        ]
        for w, h, r, resize in [(width, height, rate, "none"), *sizes]:
            found += [
                {
                    "width": w,
                    "height": h,
                    "aspectRatio": round(w / h, 10),
                    "frameRate": r,
                    "resizeMode": resize,
                    "facingMode": facing,
                    "deviceId": device_id,
                    "zoom": zoom,
                }
                for zoom in CONTROL_VALUES
            ]
    return found


def same(name, left, right):
    if name == "aspectRatio":
        return round(left, 10) == round(right, 10)
    return left == right


def fitness(constraints, settings, bare):
    total = 0.0
    for name, value in constraints.items():
        if name == "advanced":
            continue
        members = value if isinstance(value, dict) else {bare: value}
        actual = settings[name]
        exact, ideal = members.get("exact"), members.get("ideal")
        if exact is not None and not same(name, actual, exact):
            return math.inf
        limit = (lambda number: round(number, 10)) if name == "aspectRatio" else (lambda n: n)
        if "min" in members and actual < limit(members["min"]):
            return math.inf
        if "max" in members and actual > limit(members["max"]):
            return math.inf
        if ideal is None or same(name, actual, ideal):
            continue
        if isinstance(actual, str):
            total += 1
        else:
            ideal = limit(ideal)
            total += abs(actual - ideal) / max(abs(actual), abs(ideal))
    return total


def select(universe, constraints):
    """Return what is left after the advanced sets, and the least distance; None if nothing is."""
    left = [one for one in universe if fitness(constraints, one, "ideal") < math.inf]
    if not left:
        return None
    for advanced in constraints.get("advanced", ()):
        narrowed = [one for one in left if fitness(advanced, one, "exact") < math.inf]
        left = narrowed or left
    return min(fitness(constraints, one, "ideal") for one in left), left
