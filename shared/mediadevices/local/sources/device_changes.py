"""Changes of a device that a track did not request: by another track, or by the device (§11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mediadevices.algorithms.constraints import Value
    from mediadevices.driver import Configuration
    from mediadevices.local.sources.device_source import DeviceSource
    from mediadevices.local.tracks.track import LocalTrack

__all__ = ["follow_configuration", "follow_mode"]


def follow_mode(source: DeviceSource, requester: LocalTrack | None = None) -> None:
    """In the device's new mode, let tracks keep their settings or take the closest ones.

    Args:
        source: The device.
        requester: The track that requested the mode; its settings stay.
    """
    if (mode := source.connection.mode) is None:
        return
    controls = source.connection.controls
    tracks = [track for track in source.tracks if track is not requester]
    _update(source, tracks, lambda track: source.selector.settings_in(mode, track, controls))


def follow_configuration(source: DeviceSource, configuration: Configuration) -> None:
    """Give all tracks the closest settings in a configuration that the device chose itself.

    Args:
        source: The device.
        configuration: What the device does now.
    """
    source.connection.store_controls(configuration.controls)
    mode, controls = configuration.mode, source.connection.controls
    _update(
        source,
        source.tracks,
        lambda track: source.selector.closest_settings(mode, track, controls),
    )


def _update(
    source: DeviceSource,
    tracks: Iterable[LocalTrack],
    find: Callable[[LocalTrack], Mapping[str, Value]],
) -> None:
    """Set the settings of tracks; clones with equal constraints and settings share one search."""
    found: dict[tuple[int, int], Mapping[str, Value]] = {}
    for track in tracks:
        key = id(track.get_constraints()), id(track.settings)
        if key not in found:
            found[key] = find(track)
        _set_settings(source, track, found[key])


def _set_settings(source: DeviceSource, track: LocalTrack, settings: Mapping[str, Value]) -> None:
    """Set a track's settings, and fire ``configurationchange`` if they are new."""
    if track.ready_state == "ended":
        return
    changed = settings != track.settings
    track.set_settings(settings)  # Even if they are equal: the native frame rate may be new.
    source.selector.requirements.update(track)
    if changed:
        source.loop.call_soon(track.configuration_changed)
