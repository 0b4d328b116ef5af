"""What is best within a region, and which of two settings is the better one (§11.1.1, step 4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mediadevices.algorithms.aspect_ratio import aspect_ratio
from mediadevices.algorithms.constraints import ConstraintSet, Value, comparable
from mediadevices.algorithms.domain import Domain, Interval, nearest
from mediadevices.algorithms.fitness_distance import constraint_distance, value_distance
from mediadevices.algorithms.frame_size import SizeWish, candidate_sizes
from mediadevices.algorithms.settings_universe import Region
from mediadevices.driver import Mode, VideoMode

__all__ = ["DEFAULTS", "SettingsRanker"]

#: What users get who ask for nothing: the ideals of ties (§11.1.1, step 4).
DEFAULTS: Mapping[str, Value] = {
    "width": 640,
    "height": 480,
    "frameRate": 30.0,
    "echoCancellation": True,
    "autoGainControl": True,
    "noiseSuppression": True,
}

_SIZE = ("width", "height", "aspectRatio")

Chosen = tuple[Mapping[str, Value], float]
"""Some of the settings, and their part of the fitness distance."""


class SettingsRanker:
    """Chooses for one basic constraint set.

    What is independent of each other is chosen, and its distance taken, once: the properties of the
    device, a rate, and a size.

    Args:
        basic: The basic constraint set.
        current: The settings in force, which win ties; empty if there are none.
        current_mode: The mode that the device is open in, if it is.
    """

    def __init__(
        self, basic: ConstraintSet, current: Mapping[str, Value], current_mode: Mode | None
    ) -> None:
        self._wishes = {constraint.name: constraint for constraint in basic}
        self._current = current
        self._current_mode = current_mode
        # By the identity of mappings and domains, which are kept here so that it stays theirs.
        self._shared: dict[int, tuple[Mapping[str, Domain], Chosen | None]] = {}
        self._values: dict[tuple[str, int, object], tuple[Domain, Value | None, float]] = {}
        self._sizes: dict[tuple[int, int], Chosen] = {}
        self._candidates: dict[object, Sequence[Chosen]] = {}
        self._wish = SizeWish(*(self._wished(name) for name in _SIZE))
        self._widths, self._heights = _whole(current.get("width")), _whole(current.get("height"))

    def of_modes(
        self, region: Region, initial: Mapping[str, Value]
    ) -> Iterator[tuple[int, Mode, Mapping[str, Value], float]]:
        """Yield, for each mode that has any, the best settings but for a picture's size.

        Args:
            region: The region.
            initial: What the device's controls are at, for those that no constraint names.

        Yields:
            The mode's place and the mode, the settings, and their part of the fitness distance.
        """
        shared = self._of_device(region, initial)
        if shared is None:
            return
        own = [(name, domain) for name, domain in region.own.items() if name not in _SIZE]
        scaled = region.own.get("resizeMode") != ("none",)
        for place, mode in region.modes:
            settings: dict[str, Value] = {}
            distance = shared[1]
            for name, domain in own:
                value, far = self._of_mode(name, domain, mode, initial, scaled=scaled)
                if value is None:
                    break
                settings[name] = value
                distance += far
            else:
                yield place, mode, {**shared[0], **settings}, distance

    def sizes(self, region: Region) -> Sequence[Chosen]:
        """Return the sizes of a region that may be best, and their part of the distance.

        Returns:
            One empty size where there is no picture.
        """
        _, mode = region.modes[0]  # they are all of one size
        if not isinstance(mode, VideoMode):
            return (({}, self._distance({}, _SIZE)),)
        # Devices of one model have the same sizes.
        key = region.own["width"], region.own["height"], region.ratio, mode.width, mode.height
        if key not in self._candidates:
            candidates = candidate_sizes(
                region.own["width"],
                region.own["height"],
                region.ratio,
                self._wish,
                widths=(*self._widths, mode.width),
                heights=(*self._heights, mode.height),
                shape=mode.width / mode.height,
            )
            self._candidates[key] = [self._of_size(width, height) for width, height in candidates]
        return self._candidates[key]

    def rank(
        self, mode: Mode, settings: Mapping[str, Value], distance: float, place: int
    ) -> tuple[float, ...]:
        """Return the key by which one device's settings are ordered, the best the least.

        After the distance: what is in force stays, the open mode stays, a native mode before a
        scaled one, the less is cropped the better, the nearer to the defaults, the smaller the
        native mode. Who names neither width nor height gets what is near to the defaults before
        the least cropped.
        """
        change = self._change(settings) if self._current else 0.0
        other_mode = float(self._current_mode is not None and mode != self._current_mode)
        if not isinstance(mode, VideoMode):
            native = (("sampleRate", mode.sample_rate), ("channelCount", mode.channel_count))
            far = sum(value_distance(name, settings[name], value) for name, value in native)
            return distance, change, other_mode, far, place
        scaled = float(settings["resizeMode"] != "none")
        width, height = int(settings["width"]), int(settings["height"])
        scale = max(width / mode.width, height / mode.height)
        # Rounding to whole pixels is no cropping.
        lost = max(mode.width * scale - width, mode.height * scale - height)
        cropped = lost / max(width, height) if lost >= 1 else 0.0
        # What the program named is as near as it can be; the defaults speak for the rest.
        far = sum(
            value_distance(name, settings[name], DEFAULTS[name])
            for name in ("width", "height", "frameRate")
            if name not in self._wishes
        )
        # Rounding hides any cropping of a tiny picture, and nobody wants one who names no size.
        sized = "width" in self._wishes or "height" in self._wishes
        return (
            distance,
            change,
            other_mode,
            scaled,
            *((cropped, far) if sized else (far, cropped)),
            value_distance("", mode.frame_rate, DEFAULTS["frameRate"]),
            -scale,
            place,
        )

    def _of_device(self, region: Region, initial: Mapping[str, Value]) -> Chosen | None:
        key = id(region.common)
        if key not in self._shared:
            names = [name for name in self._wishes if name not in region.own and name not in _SIZE]
            settings: dict[str, Value] = {}
            chosen: Chosen | None = None
            for name, domain in region.common.items():
                value = self._value(name, domain, initial)
                if value is None:
                    break
                settings[name] = value
            else:
                chosen = settings, self._distance(settings, names)
            self._shared[key] = region.common, chosen
        return self._shared[key][1]

    def _of_mode(
        self, name: str, domain: Domain, mode: Mode, initial: Mapping[str, Value], *, scaled: bool
    ) -> tuple[Value | None, float]:
        native = _native(name, mode)
        key = name, id(domain), native
        if key not in self._values:
            possible: Domain | None = domain
            if isinstance(mode, VideoMode) and name == "frameRate":
                possible = _rates(domain, mode.frame_rate, scaled=scaled)
            value = None if possible is None else self._value(name, possible, initial, native)
            far = math.inf if value is None else self._distance({name: value}, (name,))
            self._values[key] = domain, value, far
        return self._values[key][1:]

    def _of_size(self, width: int, height: int) -> Chosen:
        key = width, height
        if key not in self._sizes:
            size = {"width": width, "height": height, "aspectRatio": aspect_ratio(width, height)}
            self._sizes[key] = size, self._distance(size, _SIZE)
        return self._sizes[key]

    def _value(
        self,
        name: str,
        domain: Domain,
        initial: Mapping[str, Value],
        native: Value | None = None,
    ) -> Value | None:
        if not isinstance(domain, Interval) and len(domain) == 1:
            return domain[0]
        preferred = (self._current.get(name), initial.get(name), DEFAULTS.get(name), native)
        known = [value for value in preferred if value is not None]
        return nearest(domain, self._wishes.get(name), known)

    def _distance(self, settings: Mapping[str, Value | None], names: Iterable[str]) -> float:
        return sum(
            constraint_distance(self._wishes[name], settings.get(name))
            for name in names
            if name in self._wishes
        )

    def _wished(self, name: str) -> float | None:
        """Return the ideal of a size's property; None if there is none, or it is 0.

        From 0 all are equally far.
        """
        constraint = self._wishes.get(name)
        ideal = constraint.ideal[0] if constraint is not None and constraint.ideal else 0
        return None if isinstance(ideal, (str, bool)) else comparable(name, ideal) or None

    def _change(self, settings: Mapping[str, Value]) -> float:
        """Return how far settings are from those in force.

        A size counts as a whole: who changes the width alone wants no picture that is cropped in
        order to keep its height.
        """
        resized = any(
            settings.get(name) != self._current[name] for name in _SIZE if name in self._current
        )
        rest = (
            value_distance(name, settings[name], value) if name in settings else 1.0
            for name, value in self._current.items()
            if name not in _SIZE
        )
        return float(resized) + sum(rest)


def _whole(value: Value | None) -> tuple[int, ...]:
    return () if value is None or isinstance(value, (str, bool)) else (round(value),)


def _native(name: str, mode: Mode) -> float | None:
    """Return what a mode has of a property that can be had in another way too."""
    if isinstance(mode, VideoMode):
        return mode.frame_rate if name == "frameRate" else None
    if name == "sampleRate":
        return mode.sample_rate
    return mode.channel_count if name == "channelCount" else None


def _rates(domain: Domain, rate: float, *, scaled: bool) -> Domain | None:
    """Return which of some rates a mode can have: its own, or where frames are left out, less."""
    if isinstance(domain, Interval):
        if rate < domain.min:
            return None
        return Interval(domain.min, min(rate, domain.max), domain.step, domain.origin)
    return tuple(
        value
        for value in domain
        if not isinstance(value, (str, bool)) and (value <= rate if scaled else value == rate)
    )
