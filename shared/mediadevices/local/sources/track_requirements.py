"""What the tracks of one device require of its modes and controls.

Counters hold the sum over all tracks, so that a query costs the same for many tracks as for one.
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
    from mediadevices.algorithms.settings_universe import Region
    from mediadevices.driver import Device, Mode
    from mediadevices.kinds import Kind
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["SharedDevice", "TrackRequirements", "keeps_settings", "kept_settings"]


class SharedDevice(NamedTuple):
    """A device that tracks share.

    Attributes:
        device: The device.
        identity: Its `deviceId` and `groupId`.
        kind: The kind of its tracks.
    """

    device: Device
    identity: Mapping[str, str]
    kind: Kind

    def settings_universe(self, modes: Sequence[Mode]) -> Sequence[Region]:
        """Return the settings that a track can have in some native modes."""
        return settings_universe(0, self.device, self.identity, modes)


class _Requirements(NamedTuple):
    """What one track requires.

    Attributes:
        constraints: Its required constraints.
        changing_modes: The modes in which it cannot keep its settings.
        violating_modes: The modes in which its required constraints cannot be satisfied.
    """

    constraints: ConstraintSet
    changing_modes: frozenset[Mode]
    violating_modes: frozenset[Mode]


_NO_REQUIREMENTS = _Requirements((), frozenset(), frozenset())


class TrackRequirements:
    """What the live tracks of one device require of its modes and controls.

    Args:
        shared: The device.
    """

    def __init__(self, shared: SharedDevice) -> None:
        self._shared = shared
        self._modes = frozenset(shared.device.modes)
        self._of_tracks: dict[LocalTrack, _Requirements] = {}
        self._changing_modes: Counter[Mode] = Counter()
        self._violating_modes: Counter[Mode] = Counter()
        self._controls: Counter[Constraint] = Counter()

    def update(self, track: LocalTrack) -> None:
        """Add a track, or replace its requirements after its constraints or settings changed."""
        self.remove(track)
        required = _required(track, self._shared.kind)
        requirements = _Requirements(
            required,
            frozenset(
                mode for mode in self._modes if not keeps_settings(mode, track.settings, required)
            ),
            frozenset(mode for mode in self._modes if required and self._violates(mode, required)),
        )
        self._of_tracks[track] = requirements
        self._count(requirements, 1)

    def remove(self, track: LocalTrack) -> None:
        """Remove a track that has ended."""
        if (requirements := self._of_tracks.pop(track, None)) is not None:
            self._count(requirements, -1)

    def has_others(self, track: LocalTrack | None) -> bool:
        """Return whether the device has a track other than this one."""
        return len(self._of_tracks) > (track in self._of_tracks)

    def modes_keeping_settings(
        self, modes: Sequence[Mode], except_for: LocalTrack | None
    ) -> list[Mode]:
        """Return the modes in which all tracks but one can keep their settings."""
        self._add_unlisted(modes)
        own = self._of(except_for).changing_modes
        return [mode for mode in modes if self._changing_modes[mode] == (mode in own)]

    def satisfying_modes(self, modes: Sequence[Mode], except_for: LocalTrack | None) -> list[Mode]:
        """Return the modes that satisfy the required constraints of all tracks but one."""
        self._add_unlisted(modes)
        own = self._of(except_for).violating_modes
        return [mode for mode in modes if self._violating_modes[mode] == (mode in own)]

    def control_constraints(self, except_for: LocalTrack | None) -> list[Constraint]:
        """Return the required constraints on the controls, of all tracks but one."""
        own = self._of(except_for).constraints
        return [one for one, count in self._controls.items() if count > own.count(one)]

    def _of(self, track: LocalTrack | None) -> _Requirements:
        return _NO_REQUIREMENTS if track is None else self._of_tracks.get(track, _NO_REQUIREMENTS)

    def _count(self, requirements: _Requirements, step: int) -> None:
        for mode in requirements.changing_modes:
            self._changing_modes[mode] += step
        for mode in requirements.violating_modes:
            self._violating_modes[mode] += step
        for one in requirements.constraints:
            if one.name in self._shared.device.controls:
                self._controls[one] += step
                if not self._controls[one]:
                    del self._controls[one]

    def _violates(self, mode: Mode, required: ConstraintSet) -> bool:
        return not restrict_regions(self._shared.settings_universe([mode]), required)

    def _add_unlisted(self, modes: Sequence[Mode]) -> None:
        """Add modes that the driver has not listed, but that the device uses nevertheless."""
        if not self._modes.issuperset(modes):
            self._modes |= frozenset(modes)
            for track in tuple(self._of_tracks):
                self.update(track)


def keeps_settings(mode: Mode, settings: Mapping[str, Value], required: ConstraintSet) -> bool:
    """Return whether a track can keep its settings in a native mode.

    Args:
        mode: The native mode.
        settings: The track's settings.
        required: The track's required constraints.
    """
    if not isinstance(mode, VideoMode):
        # The pipeline converts the sample rate and the channels, but not these two.
        values = (("sampleSize", mode.sample_size), ("latency", mode.latency))
        return all(_allows(required, name, value) for name, value in values)
    if _is_native(settings, mode) and _allows(required, "resizeMode", "none"):
        return True
    if not _allows(required, "resizeMode", "crop-and-scale"):
        return False
    limits = (("width", mode.width), ("height", mode.height), ("frameRate", mode.frame_rate))
    return all(_number(settings.get(name)) <= limit for name, limit in limits)


def kept_settings(mode: Mode, track: LocalTrack, kind: Kind) -> Mapping[str, Value] | None:
    """Return a track's settings in a native mode that it did not request.

    None if it cannot keep its settings in that mode.
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
