"""The best settings within a region, and the order of equally near settings (§11.1.1, step 4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mediadevices.algorithms.aspect_ratio import aspect_ratio
from mediadevices.algorithms.constraints import ConstraintSet, Value, comparable
from mediadevices.algorithms.domain import Domain, Interval, nearest
from mediadevices.algorithms.fitness_distance import constraint_distance, value_distance
from mediadevices.algorithms.frame_size import IdealSize, candidate_sizes
from mediadevices.algorithms.settings_universe import Region
from mediadevices.driver import Mode, VideoMode

__all__ = ["DEFAULTS", "SettingsRanker"]

#: The values to prefer where the program asks for nothing; they decide ties (§11.1.1, step 4).
DEFAULTS: Mapping[str, Value] = {
    "width": 640,
    "height": 480,
    "frameRate": 30.0,
    "echoCancellation": True,
    "autoGainControl": True,
    "noiseSuppression": True,
}

_SIZE = ("width", "height", "aspectRatio")

ScoredSettings = tuple[Mapping[str, Value], float]
"""Some of the settings, and what they add to the fitness distance."""


class SettingsRanker:
    """Finds and ranks the best settings for one basic constraint set.

    Three groups of properties do not depend on each other: the controls of the device, the frame
    or sample rate, and the size. The ranker finds the best values of each group once and keeps
    them.

    Args:
        basic: The basic constraint set.
        current: The settings in force, which win ties; empty if there are none.
        current_mode: The mode in which the device is open, if it is open.
    """

    def __init__(
        self, basic: ConstraintSet, current: Mapping[str, Value], current_mode: Mode | None
    ) -> None:
        self._constraints = {constraint.name: constraint for constraint in basic}
        self._current = current
        self._current_mode = current_mode
        # Caches by the id() of mappings and domains. Each entry keeps its object alive, so that
        # no other object can get the same id.
        self._device_settings: dict[int, tuple[Mapping[str, Domain], ScoredSettings | None]] = {}
        self._mode_values: dict[tuple[str, int, object], tuple[Domain, Value | None, float]] = {}
        self._scored_sizes: dict[tuple[int, int], ScoredSettings] = {}
        self._candidates: dict[object, Sequence[ScoredSettings]] = {}
        self._ideal_size = IdealSize(*(self._ideal_number(name) for name in _SIZE))
        self._current_width = _rounded(current.get("width"))
        self._current_height = _rounded(current.get("height"))

    def best_per_mode(
        self, region: Region, initial: Mapping[str, Value]
    ) -> Iterator[tuple[int, Mode, Mapping[str, Value], float]]:
        """Yield the best settings for each mode of a region, without the size of the picture.

        Args:
            region: The region.
            initial: The present values of the device's controls; they win where no constraint
                names a control.

        Yields:
            The mode's index, the mode, the settings, and what they add to the fitness distance.
        """
        device_settings = self._best_device_settings(region, initial)
        if device_settings is None:
            return
        domains = [(name, item) for name, item in region.mode_domains.items() if name not in _SIZE]
        decimated = region.mode_domains.get("resizeMode") != ("none",)
        for place, mode in region.modes:
            settings: dict[str, Value] = {}
            total = device_settings[1]
            for name, domain in domains:
                value, distance = self._best_mode_value(
                    name, domain, mode, initial, decimated=decimated
                )
                if value is None:
                    break
                settings[name] = value
                total += distance
            else:
                yield place, mode, {**device_settings[0], **settings}, total

    def candidate_sizes(self, region: Region) -> Sequence[ScoredSettings]:
        """Return candidate sizes of a region; the best one is among them.

        Returns:
            Each size with what it adds to the fitness distance. For a microphone, one empty size.
        """
        _, mode = region.modes[0]  # all modes of a region have the same size
        if not isinstance(mode, VideoMode):
            return (({}, self._distance({}, _SIZE)),)
        width, height = region.mode_domains["width"], region.mode_domains["height"]
        # Two cameras of one model have the same sizes, so the key does not contain the device.
        key = width, height, region.ratios, mode.width, mode.height
        if key not in self._candidates:
            candidates = candidate_sizes(
                width,
                height,
                region.ratios,
                self._ideal_size,
                widths=(*self._current_width, mode.width),
                heights=(*self._current_height, mode.height),
                shape=mode.width / mode.height,
            )
            self._candidates[key] = [self._scored_size(*size) for size in candidates]
        return self._candidates[key]

    def sort_key(
        self, mode: Mode, settings: Mapping[str, Value], distance: float, place: int
    ) -> tuple[float, ...]:
        """Return the key that orders the settings of one device; the best has the smallest key.

        Equal fitness distances are ordered by these rules, the first one first:

        1. the smallest change from the settings in force;
        2. the mode in which the device is open;
        3. a native size before a scaled one;
        4. the least cropping;
        5. nearest to the defaults;
        6. the native frame rate nearest to the default one;
        7. the smallest native mode;
        8. the driver's order.

        If the program names neither width nor height, rule 5 comes before rule 4.
        """
        change = self._change(settings) if self._current else 0.0
        other_mode = float(self._current_mode is not None and mode != self._current_mode)
        if not isinstance(mode, VideoMode):
            native = (("sampleRate", mode.sample_rate), ("channelCount", mode.channel_count))
            from_native = sum(value_distance(name, settings[name], value) for name, value in native)
            return distance, change, other_mode, from_native, place
        scaled = float(settings["resizeMode"] != "none")
        width, height = int(settings["width"]), int(settings["height"])
        scale = max(width / mode.width, height / mode.height)
        lost = max(mode.width * scale - width, mode.height * scale - height)
        # Less than a pixel comes from rounding, not from cropping.
        cropped = lost / max(width, height) if lost >= 1 else 0.0
        # The distance covers the named properties already, so compare only the others.
        from_defaults = sum(
            value_distance(name, settings[name], DEFAULTS[name])
            for name in ("width", "height", "frameRate")
            if name not in self._constraints
        )
        # Without a named size, the defaults come first: otherwise a tiny picture would win, as
        # rounding hides how much of it is cropped.
        sized = "width" in self._constraints or "height" in self._constraints
        return (
            distance,
            change,
            other_mode,
            scaled,
            *((cropped, from_defaults) if sized else (from_defaults, cropped)),
            value_distance("", mode.frame_rate, DEFAULTS["frameRate"]),
            -scale,
            place,
        )

    def _best_device_settings(
        self, region: Region, initial: Mapping[str, Value]
    ) -> ScoredSettings | None:
        key = id(region.device_domains)
        if key not in self._device_settings:
            settings: dict[str, Value] = {}
            scored: ScoredSettings | None = None
            for name, domain in region.device_domains.items():
                value = self._best_value(name, domain, initial)
                if value is None:
                    break
                settings[name] = value
            else:
                names = [
                    name
                    for name in self._constraints
                    if name not in region.mode_domains and name not in _SIZE
                ]
                scored = settings, self._distance(settings, names)
            self._device_settings[key] = region.device_domains, scored
        return self._device_settings[key][1]

    def _best_mode_value(
        self,
        name: str,
        domain: Domain,
        mode: Mode,
        initial: Mapping[str, Value],
        *,
        decimated: bool,
    ) -> tuple[Value | None, float]:
        native = _native_value(name, mode)
        key = name, id(domain), native
        if key not in self._mode_values:
            possible: Domain | None = domain
            if isinstance(mode, VideoMode) and name == "frameRate":
                possible = _possible_rates(domain, mode.frame_rate, decimated=decimated)
            value = None
            if possible is not None:
                value = self._best_value(name, possible, initial, native)
            distance = math.inf if value is None else self._distance({name: value}, (name,))
            self._mode_values[key] = domain, value, distance
        return self._mode_values[key][1:]

    def _scored_size(self, width: int, height: int) -> ScoredSettings:
        key = width, height
        if key not in self._scored_sizes:
            size = {"width": width, "height": height, "aspectRatio": aspect_ratio(width, height)}
            self._scored_sizes[key] = size, self._distance(size, _SIZE)
        return self._scored_sizes[key]

    def _best_value(
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
        return nearest(domain, self._constraints.get(name), known)

    def _distance(self, settings: Mapping[str, Value | None], names: Iterable[str]) -> float:
        return sum(
            constraint_distance(self._constraints[name], settings.get(name))
            for name in names
            if name in self._constraints
        )

    def _ideal_number(self, name: str) -> float | None:
        """Return the ideal of a property of the size, or None if there is none.

        An ideal of 0 counts as none, because every size is equally far from it.
        """
        constraint = self._constraints.get(name)
        ideal = constraint.ideal[0] if constraint is not None and constraint.ideal else 0
        return None if isinstance(ideal, (str, bool)) else comparable(name, ideal) or None

    def _change(self, settings: Mapping[str, Value]) -> float:
        """Return how far settings are from those in force.

        Any change of size counts the same. Otherwise a program that changes only the
        width would get a picture that is cropped to keep its height.
        """
        resized = any(
            settings.get(name) != self._current[name] for name in _SIZE if name in self._current
        )
        others = (
            value_distance(name, settings[name], value) if name in settings else 1.0
            for name, value in self._current.items()
            if name not in _SIZE
        )
        return float(resized) + sum(others)


def _rounded(value: Value | None) -> tuple[int, ...]:
    return () if value is None or isinstance(value, (str, bool)) else (round(value),)


def _native_value(name: str, mode: Mode) -> float | None:
    """Return the mode's own rate or channel count; None for properties that cannot be converted."""
    if isinstance(mode, VideoMode):
        return mode.frame_rate if name == "frameRate" else None
    if name == "sampleRate":
        return mode.sample_rate
    return mode.channel_count if name == "channelCount" else None


def _possible_rates(domain: Domain, rate: float, *, decimated: bool) -> Domain | None:
    """Return the frame rates of a domain that a mode can deliver, decimated or as they are."""
    if isinstance(domain, Interval):
        if rate < domain.min:
            return None
        return Interval(domain.min, min(rate, domain.max), domain.step, domain.origin)
    return tuple(
        value
        for value in domain
        if not isinstance(value, (str, bool)) and (value <= rate if decimated else value == rate)
    )
