"""Selecting the settings of each track of a shared device (§4.3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediadevices.algorithms.constraints import advanced_sets, applicable_constraints, basic_set
from mediadevices.algorithms.explain import explain_selection, failed_constraint_text
from mediadevices.algorithms.select_settings import failed_constraint, select_settings
from mediadevices.algorithms.settings_universe import restrict_regions
from mediadevices.driver import Configuration
from mediadevices.errors import OverconstrainedError
from mediadevices.local.sources.track_requirements import (
    SharedDevice,
    TrackRequirements,
    kept_settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.algorithms.constraints import Constraint, MediaTrackConstraints, Value
    from mediadevices.algorithms.select_settings import Selection
    from mediadevices.algorithms.settings_universe import Region
    from mediadevices.driver import Device, Mode
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["SettingsSelector", "named_controls"]

_log = logging.getLogger("mediadevices")


class SettingsSelector:
    """Selects a track's settings so that the device's other tracks keep what they require.

    It changes neither the device nor the tracks.

    Args:
        shared: The device.
    """

    def __init__(self, shared: SharedDevice) -> None:
        self._shared = shared
        self.requirements = TrackRequirements(shared)

    @property
    def _label(self) -> str:
        return self._shared.device.label

    def select(
        self,
        constraints: MediaTrackConstraints,
        track: LocalTrack | None,
        *,
        modes: Sequence[Mode],
        controls: Mapping[str, Value],
        current_mode: Mode | None,
    ) -> Selection:
        """Run SelectSettings (§11.1.1) for one track, within what the other tracks permit.

        Args:
            constraints: The constraints.
            track: The track; None for a new one.
            modes: The native modes to choose from.
            controls: The values of the controls.
            current_mode: The mode that the device is open in, if it is.

        Raises:
            OverconstrainedError: No settings satisfy the constraints.
        """
        applicable = applicable_constraints(constraints, self._shared.kind)
        basic = basic_set(applicable)
        requirements = self.requirements
        shared, others = requirements.control_constraints(track), requirements.has_others(track)
        # Prefer modes in which the other tracks keep their settings. If there are none, change
        # those settings as far as the other tracks' required constraints allow.
        for permitted in (requirements.modes_keeping_settings, requirements.satisfying_modes):
            permitted_universe = self._shared.settings_universe(permitted(modes, track))
            universe = restrict_regions(permitted_universe, shared)
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
            return selections[0]  # No explanation is needed.
        explanation = explain_selection([self._label], universe, basic, selections)
        if not selections:
            raise self._overconstrained(basic, universe, explanation, shared=others)
        _log.debug("%s", "\n".join(explanation))
        return selections[0]

    def configuration(
        self, selection: Selection, constraints: MediaTrackConstraints
    ) -> Configuration:
        """Return the device's configuration: the mode, and the controls that constraints name."""
        applicable = applicable_constraints(constraints, self._shared.kind)
        named = named_controls(applicable, self._shared.device)
        values = {name: selection.settings[name] for name in named if name in selection.settings}
        return Configuration(selection.mode, values)

    def check_controls(
        self, constraints: MediaTrackConstraints, actual: Mapping[str, Value]
    ) -> None:
        """Check that the actual values of the controls satisfy the required constraints.

        Raises:
            OverconstrainedError: One does not.
        """
        for one in basic_set(applicable_constraints(constraints, self._shared.kind)):
            if one.name in actual and not one.satisfied_by(actual[one.name]):
                message = f"{self._label!r} set {one.name!r} to {actual[one.name]!r} instead"
                raise OverconstrainedError(one.name, message)

    def settings_in(
        self, mode: Mode, track: LocalTrack, controls: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        """Return a track's settings in a native mode that it did not request.

        It keeps its settings if it can; otherwise it gets the closest ones.
        """
        kept = kept_settings(mode, track, self._shared.kind)
        return kept if kept is not None else self.closest_settings(mode, track, controls)

    def closest_settings(
        self, mode: Mode, track: LocalTrack, controls: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        """Return the settings in a native mode that are closest to a track's constraints."""
        applicable = applicable_constraints(track.get_constraints(), self._shared.kind)
        universe = self._shared.settings_universe([mode])
        current, initial = track.settings, [controls]
        # If no settings satisfy the constraints, ignore them: stay near the current settings (§11).
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
        hint = "; other tracks of the device need its current settings" if shared else ""
        error = OverconstrainedError(
            name, f"{self._label!r} cannot satisfy {failed_constraint_text(name)}{hint}"
        )
        for line in explanation:
            error.add_note(line)
        return error


def named_controls(constraints: MediaTrackConstraints, device: Device) -> set[str]:
    """Return the controls of a device that constraints name."""
    sets = (basic_set(constraints), *advanced_sets(constraints))
    return {one.name for one_set in sets for one in one_set if one.name in device.controls}
