"""How one device serves several tracks: each has its own settings (§4.3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediadevices.algorithms.constraints import advanced_sets, applicable_constraints, basic_set
from mediadevices.algorithms.explain import explain_selection, failed_constraint_text
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import restrict_regions, settings_universe
from mediadevices.driver import Configuration
from mediadevices.errors import OverconstrainedError
from mediadevices.local.sources.needs import Needs, settings_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.algorithms.constraints import Constraint, MediaTrackConstraints, Value
    from mediadevices.algorithms.properties import Kind
    from mediadevices.algorithms.select_settings import Selection
    from mediadevices.algorithms.settings_universe import Region
    from mediadevices.driver import Device, Mode
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["Sharing", "named_controls"]

_log = logging.getLogger("mediadevices")


class Sharing:
    """What the tracks of one device allow each other; it changes neither device nor tracks.

    Args:
        device: The device.
        identity: Its `deviceId` and `groupId`.
        kind: What its tracks are.
    """

    def __init__(self, device: Device, identity: Mapping[str, str], kind: Kind) -> None:
        self._device = device
        self._identity = identity
        self._kind: Kind = kind
        self.needs = Needs(device, identity, kind)

    def select(
        self,
        constraints: MediaTrackConstraints,
        track: LocalTrack | None,
        *,
        modes: Sequence[Mode],
        controls: Mapping[str, Value],
        current_mode: Mode | None,
    ) -> Selection:
        """Run SelectSettings (§11.1.1) for one track, over what the others leave.

        Args:
            constraints: The constraints.
            track: The track; None for one to come.
            modes: The native modes to choose from.
            controls: What the controls are at.
            current_mode: The mode that the device is open in, if it is.

        Raises:
            OverconstrainedError: Nothing is left that satisfies the constraints.
        """
        applicable = applicable_constraints(constraints, self._kind)
        basic = basic_set(applicable)
        shared, others = self.needs.of_controls(track), self.needs.has_others(track)
        # Nobody is disturbed without need; but what a track does not require, it can lose.
        for served in (self.needs.kept_by, self.needs.met_by):
            left = settings_universe(0, self._device, self._identity, served(modes, track))
            universe = restrict_regions(left, shared)
            selections = select_settings(
                universe,
                basic,
                advanced_sets(applicable),
                current=track.settings if track is not None else None,
                current_mode=current_mode,
                initial=[controls],
            )
            if selections or not others:
                break
        if selections and not _log.isEnabledFor(logging.DEBUG):
            return selections[0]  # Nobody wants to know why.
        explanation = explain_selection([self._device.label], universe, basic, selections)
        if not selections:
            raise self._overconstrained(basic, universe, explanation, shared=others)
        _log.debug("%s", "\n".join(explanation))
        return selections[0]

    def configuration(
        self, selection: Selection, constraints: MediaTrackConstraints
    ) -> Configuration:
        """Return what to set the device to: a mode, and those controls that are asked for."""
        asked = named_controls(applicable_constraints(constraints, self._kind), self._device)
        values = {name: selection.settings[name] for name in asked if name in selection.settings}
        return Configuration(selection.mode, values)

    def check_controls(
        self, constraints: MediaTrackConstraints, actual: Mapping[str, Value]
    ) -> None:
        """See that the device did with its controls what is required.

        Raises:
            OverconstrainedError: It did something else.
        """
        for one in basic_set(applicable_constraints(constraints, self._kind)):
            if one.name in actual and not one.satisfied_by(actual[one.name]):
                message = f"{self._device.label!r} set {one.name!r} to {actual[one.name]!r} instead"
                raise OverconstrainedError(one.name, message)

    def settings_in(
        self, mode: Mode, track: LocalTrack, controls: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        """Return the settings of a track that goes on in a native mode which it did not ask for.

        They stay if they can; else they are what is nearest in the mode.
        """
        kept = settings_in(mode, track, self._kind)
        return kept if kept is not None else self.nearest_settings(mode, track, controls)

    def nearest_settings(
        self, mode: Mode, track: LocalTrack, controls: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        """Return the settings in a native mode that are nearest to a track's constraints."""
        applicable = applicable_constraints(track.get_constraints(), self._kind)
        universe = settings_universe(0, self._device, self._identity, [mode])
        current, initial = track.settings, [controls]
        # The world need not satisfy the constraints any more; then as near as it can be.
        selections = select_settings(
            universe,
            basic_set(applicable),
            advanced_sets(applicable),
            current=current,
            initial=initial,
        ) or select_settings(universe, (), current=current, initial=initial)
        return selections[0].settings

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
            name, f"{self._device.label!r} cannot satisfy {failed_constraint_text(name)}{hint}"
        )
        for line in explanation:
            error.add_note(line)
        return error


def named_controls(constraints: MediaTrackConstraints, device: Device) -> set[str]:
    """Return the controls of a device that constraints name."""
    sets = (basic_set(constraints), *advanced_sets(constraints))
    return {one.name for one_set in sets for one in one_set if one.name in device.controls}
