"""What the tracks of one device need of it.

It is counted, not collected: what many tracks allow is known as fast as what one does.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mediadevices.algorithms.constraints import applicable_constraints, basic_set
from mediadevices.algorithms.settings_universe import restrict_regions, settings_universe
from mediadevices.driver import VideoMode
from mediadevices.webidl import conversion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.algorithms.constraints import Constraint, ConstraintSet, Value
    from mediadevices.algorithms.properties import Kind
    from mediadevices.driver import Device, Mode
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["Needs", "keeps_settings", "settings_in"]


class _Need(NamedTuple):
    """What one track needs.

    Attributes:
        required: Its required constraints.
        changed_by: The modes in which it cannot go on with its settings.
        broken_by: The modes in which it cannot have what it requires.
    """

    required: ConstraintSet
    changed_by: frozenset[Mode]
    broken_by: frozenset[Mode]


_NOTHING = _Need((), frozenset(), frozenset())


class Needs:
    """What the live tracks of one device need of its modes and controls.

    Args:
        device: The device.
        identity: Its `deviceId` and `groupId`.
        kind: What its tracks are.
    """

    def __init__(self, device: Device, identity: Mapping[str, str], kind: Kind) -> None:
        self._device = device
        self._identity = identity
        self._kind: Kind = kind
        self._modes = frozenset(device.modes)
        self._needs: dict[LocalTrack, _Need] = {}
        self._changed: Counter[Mode] = Counter()
        self._broken: Counter[Mode] = Counter()
        self._controls: Counter[Constraint] = Counter()

    def note(self, track: LocalTrack) -> None:
        """Take note of a track that is new, or has other constraints or settings."""
        self.forget(track)
        required = _required(track, self._kind)
        need = _Need(
            required,
            frozenset(
                mode for mode in self._modes if not keeps_settings(mode, track.settings, required)
            ),
            frozenset(mode for mode in self._modes if required and self._breaks(mode, required)),
        )
        self._needs[track] = need
        self._count(need, 1)

    def forget(self, track: LocalTrack) -> None:
        """Take note that a track has ended."""
        if (need := self._needs.pop(track, None)) is not None:
            self._count(need, -1)

    def has_others(self, track: LocalTrack | None) -> bool:
        """Tell whether there is a track beside one."""
        return len(self._needs) > (track in self._needs)

    def kept_by(self, modes: Sequence[Mode], without: LocalTrack | None) -> list[Mode]:
        """Return the modes in which all tracks but one can go on with their settings."""
        self._learn(modes)
        own = self._need(without).changed_by
        return [mode for mode in modes if self._changed[mode] == (mode in own)]

    def met_by(self, modes: Sequence[Mode], without: LocalTrack | None) -> list[Mode]:
        """Return the modes in which all tracks but one can have what they require."""
        self._learn(modes)
        own = self._need(without).broken_by
        return [mode for mode in modes if self._broken[mode] == (mode in own)]

    def of_controls(self, without: LocalTrack | None) -> list[Constraint]:
        """Return what all tracks but one require of the controls, of which all have the same."""
        own = self._need(without).required
        return [one for one, count in self._controls.items() if count > own.count(one)]

    def _need(self, track: LocalTrack | None) -> _Need:
        return _NOTHING if track is None else self._needs.get(track, _NOTHING)

    def _count(self, need: _Need, step: int) -> None:
        for mode in need.changed_by:
            self._changed[mode] += step
        for mode in need.broken_by:
            self._broken[mode] += step
        for one in need.required:
            if one.name in self._device.controls:
                self._controls[one] += step
                if not self._controls[one]:
                    del self._controls[one]

    def _breaks(self, mode: Mode, required: ConstraintSet) -> bool:
        universe = settings_universe(0, self._device, self._identity, [mode])
        return not restrict_regions(universe, required)

    def _learn(self, modes: Sequence[Mode]) -> None:
        """Look at modes that the device has not listed, but is in nevertheless."""
        if not self._modes.issuperset(modes):
            self._modes |= frozenset(modes)
            for track in tuple(self._needs):
                self.note(track)


def keeps_settings(mode: Mode, settings: Mapping[str, Value], required: ConstraintSet) -> bool:
    """Tell whether a track can go on with its settings in a native mode."""
    if not isinstance(mode, VideoMode):
        # Rate and channels are converted; these two come as they are.
        values = (("sampleSize", mode.sample_size), ("latency", mode.latency))
        return all(_allows(required, name, value) for name, value in values)
    if _is_native(settings, mode) and _allows(required, "resizeMode", "none"):
        return True
    if not _allows(required, "resizeMode", "crop-and-scale"):
        return False
    limits = (("width", mode.width), ("height", mode.height), ("frameRate", mode.frame_rate))
    return all(_number(settings.get(name)) <= limit for name, limit in limits)


def settings_in(mode: Mode, track: LocalTrack, kind: Kind) -> Mapping[str, Value] | None:
    """Return the settings with which a track goes on in a native mode that it did not ask for.

    None if it cannot go on with those that it has.
    """
    settings, required = track.settings, _required(track, kind)
    if not keeps_settings(mode, settings, required):
        return None
    if not isinstance(mode, VideoMode):
        return {**settings, "sampleSize": mode.sample_size, "latency": mode.latency}
    native = _is_native(settings, mode) and _allows(required, "resizeMode", "none")
    return {**settings, "resizeMode": "none" if native else "crop-and-scale"}


def _required(track: LocalTrack, kind: Kind) -> ConstraintSet:
    basic = basic_set(applicable_constraints(track.get_constraints(), kind))
    return tuple(constraint for constraint in basic if constraint.required)


def _allows(required: ConstraintSet, name: str, value: Value) -> bool:
    return all(one.satisfied_by(value) for one in required if one.name == name)


def _is_native(settings: Mapping[str, Value], mode: VideoMode) -> bool:
    return (settings.get("width"), settings.get("height"), settings.get("frameRate")) == (
        mode.width,
        mode.height,
        mode.frame_rate,
    )


def _number(value: Value | None) -> float:
    return value if conversion.is_number(value) else 0
