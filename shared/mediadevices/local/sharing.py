"""How one device serves several tracks: each has its own settings (§4.3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediadevices.algorithms.constraints import advanced_sets, basic_set, stripped
from mediadevices.algorithms.explain import explain_selection, what_failed
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import all_narrowed, settings_universe
from mediadevices.driver import Configuration, VideoMode
from mediadevices.errors import OverconstrainedError
from mediadevices.webidl import conversion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.algorithms.constraints import Constraint, MediaTrackConstraints, Value
    from mediadevices.algorithms.properties import Kind
    from mediadevices.algorithms.select_settings import Selection
    from mediadevices.algorithms.settings_universe import Region
    from mediadevices.driver import AudioMode, Device, Mode
    from mediadevices.local.track import LocalTrack

__all__ = ["Sharing", "named_controls"]

_log = logging.getLogger("mediadevices")


class Sharing:
    """What the tracks of one device allow each other; it knows, and changes nothing.

    Args:
        device: The device.
        identity: Its `deviceId` and `groupId`.
        kind: What its tracks are.
    """

    def __init__(self, device: Device, identity: Mapping[str, str], kind: Kind) -> None:
        self._device = device
        self._identity = identity
        self._kind: Kind = kind

    def select(
        self,
        constraints: MediaTrackConstraints,
        others: Sequence[LocalTrack],
        *,
        modes: Sequence[Mode],
        controls: Mapping[str, Value],
        current: Mapping[str, Value] | None,
        current_mode: Mode | None,
    ) -> Selection:
        """Run SelectSettings (§11.1.1) for one track, over what the others leave.

        Args:
            constraints: The constraints.
            others: The other tracks of the device.
            modes: The native modes to choose from.
            controls: What the controls are at.
            current: The settings of the track now, if it has any.
            current_mode: The mode that the device is open in, if it is.

        Raises:
            OverconstrainedError: Nothing is left that satisfies the constraints.
        """
        applicable = stripped(constraints, self._kind)
        basic = basic_set(applicable)
        served = [mode for mode in modes if all(self._serves(mode, track) for track in others)]
        shared = self._required_controls(others)
        universe = all_narrowed(settings_universe(0, self._device, self._identity, served), shared)
        selections = select_settings(
            universe,
            basic,
            advanced_sets(applicable),
            current=current,
            current_mode=current_mode,
            initial=[controls],
        )
        if selections and not _log.isEnabledFor(logging.DEBUG):
            return selections[0]  # Nobody wants to know why.
        explanation = explain_selection([self._device.label], universe, basic, selections)
        if not selections:
            raise self._overconstrained(basic, universe, explanation, shared=bool(others))
        _log.debug("%s", "\n".join(explanation))
        return selections[0]

    def configuration(
        self, selection: Selection, constraints: MediaTrackConstraints
    ) -> Configuration:
        """Return what to set the device to: a mode, and those controls that are asked for."""
        asked = named_controls(stripped(constraints, self._kind), self._device)
        values = {name: selection.settings[name] for name in asked if name in selection.settings}
        return Configuration(selection.mode, values)

    def check_controls(
        self, constraints: MediaTrackConstraints, actual: Mapping[str, Value]
    ) -> None:
        """See that the device did with its controls what is required.

        Raises:
            OverconstrainedError: It did something else.
        """
        for one in basic_set(stripped(constraints, self._kind)):
            if one.name in actual and not one.satisfied_by(actual[one.name]):
                message = f"{self._device.label!r} set {one.name!r} to {actual[one.name]!r} instead"
                raise OverconstrainedError(one.name, message)

    def settings_in(self, mode: Mode, track: LocalTrack) -> Mapping[str, Value]:
        """Return the settings of a track that goes on in a native mode which it did not ask for."""
        settings = track.settings
        if not isinstance(mode, VideoMode):
            return {**settings, "sampleSize": mode.sample_size, "latency": mode.latency}
        native = _is_native(settings, mode) and _allows(track, "resizeMode", "none")
        return {**settings, "resizeMode": "none" if native else "crop-and-scale"}

    def _required_controls(self, tracks: Sequence[LocalTrack]) -> list[Constraint]:
        """Return what some tracks require of the controls, of which there is one set for all."""
        return [
            one
            for track in tracks
            for one in basic_set(stripped(track.get_constraints(), self._kind))
            if one.name in self._device.controls
        ]

    def _overconstrained(
        self,
        basic: Sequence[Constraint],
        universe: Sequence[Region],
        explanation: Sequence[str],
        *,
        shared: bool,
    ) -> OverconstrainedError:
        name = failed_constraint(universe, tuple(basic))
        hint = "; other tracks of the device need it as it is" if shared else ""
        error = OverconstrainedError(
            name, f"{self._device.label!r} cannot satisfy {what_failed(name)}{hint}"
        )
        for line in explanation:
            error.add_note(line)
        return error

    @staticmethod
    def _serves(mode: Mode, track: LocalTrack) -> bool:
        """Tell whether a track can go on in a native mode."""
        if not isinstance(mode, VideoMode):
            return _serves_audio(mode, track)
        settings = track.settings
        if _is_native(settings, mode) and _allows(track, "resizeMode", "none"):
            return True
        if not _allows(track, "resizeMode", "crop-and-scale"):
            return False
        limits = (("width", mode.width), ("height", mode.height), ("frameRate", mode.frame_rate))
        return all(_number(settings.get(name)) <= limit for name, limit in limits)


def named_controls(constraints: MediaTrackConstraints, device: Device) -> set[str]:
    """Return the controls of a device that constraints name."""
    sets = (basic_set(constraints), *advanced_sets(constraints))
    return {one.name for one_set in sets for one in one_set if one.name in device.controls}


def _serves_audio(mode: AudioMode, track: LocalTrack) -> bool:
    # Rate and channels are converted; these two come as they are.
    values = (("sampleSize", mode.sample_size), ("latency", mode.latency))
    return all(_allows(track, name, value) for name, value in values)


def _allows(track: LocalTrack, name: str, value: Value) -> bool:
    return all(
        one.satisfied_by(value) for one in basic_set(track.get_constraints()) if one.name == name
    )


def _is_native(settings: Mapping[str, Value], mode: VideoMode) -> bool:
    return (settings.get("width"), settings.get("height"), settings.get("frameRate")) == (
        mode.width,
        mode.height,
        mode.frame_rate,
    )


def _number(value: Value | None) -> float:
    return value if conversion.is_number(value) else 0
