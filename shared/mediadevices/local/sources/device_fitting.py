"""Fitting a device's configuration to the constraints of the tracks that share it (§4.3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediadevices.driver import Configuration
from mediadevices.local.sources.device_changes import follow_configuration, follow_mode
from mediadevices.local.sources.settings_selector import named_controls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mediadevices.algorithms.constraints import MediaTrackConstraints, Value
    from mediadevices.algorithms.select_settings import Selection
    from mediadevices.driver import Mode
    from mediadevices.local.sources.device_source import DeviceSource
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["fit_device", "reopen_device"]

_log = logging.getLogger("mediadevices")


async def fit_device(
    source: DeviceSource, constraints: MediaTrackConstraints, track: LocalTrack | None
) -> Selection:
    """Configure a device so that it satisfies these constraints and all other tracks.

    The caller holds the source's lock. After a failure an open device is as it was before.

    Args:
        source: The device.
        constraints: The constraints.
        track: The track to apply them to; None for a new track, which opens the device.

    Returns:
        The settings for the track.

    Raises:
        NotReadableError: The device is lost, or cannot be opened or configured now.
        OverconstrainedError: The device's actual mode, or another track's constraints, rule these
            constraints out.
    """
    connection = source.connection
    connection.check_present()
    capture = connection.capture
    before = capture.configuration if capture is not None else None
    selection = _select(source, constraints, track)
    wanted = source.selector.configuration(selection, constraints)
    if capture is None and track is not None:
        # The mode takes effect when the device is opened again.
        connection.store_controls(wanted.controls)
        return selection
    if capture is None:
        controls = {**_controls_to_restore(source), **wanted.controls}
        capture = await source.open_device(Configuration(wanted.mode, controls))
    elif wanted.mode != capture.configuration.mode or any(
        connection.controls.get(name) != value for name, value in wanted.controls.items()
    ):
        await capture.configure(wanted)
    try:
        connection.check_present()
        actual = capture.configuration
        source.selector.check_controls(constraints, actual.controls)
        if actual.mode != selection.mode:
            _log.debug("%r: requested %s, delivers %s", source.label, selection.mode, actual.mode)
            selection = _select(source, constraints, track, (actual.mode,))
    except BaseException:
        if before is not None and not connection.lost:
            await capture.configure(before)
        raise
    connection.store_controls(actual.controls)
    if before is None or before.mode != actual.mode:
        follow_mode(source, track)
    return selection


async def reopen_device(source: DeviceSource, track: LocalTrack) -> None:
    """Open a closed device for a track that was enabled again. The caller holds the lock.

    Args:
        source: The device.
        track: The track.
    """
    selection = _select(source, track.get_constraints(), track)
    configuration = Configuration(selection.mode, _controls_to_restore(source))
    actual = (await source.open_device(configuration)).configuration
    if actual.mode == selection.mode:
        follow_mode(source)
    else:
        follow_configuration(source, actual)


def _select(
    source: DeviceSource,
    constraints: MediaTrackConstraints,
    track: LocalTrack | None,
    modes: Sequence[Mode] | None = None,
) -> Selection:
    return source.selector.select(
        constraints,
        track,
        modes=source.device.modes if modes is None else modes,
        controls=source.connection.controls,
        current_mode=source.connection.mode,
    )


def _controls_to_restore(source: DeviceSource) -> Mapping[str, Value]:
    """Return the values that tracks have set: another program may have changed them."""
    named: set[str] = set()
    for track in source.tracks:
        named |= named_controls(track.get_constraints(), source.device)
    return {name: value for name, value in source.connection.controls.items() if name in named}
