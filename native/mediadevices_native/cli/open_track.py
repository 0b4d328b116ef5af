"""Open the device that the user selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices import navigator
from mediadevices.kinds import INPUT_OF_TRACK, PERMISSION_NAMES, Kind
from mediadevices_native.cli.constraints import parse_constraints
from mediadevices_native.cli.device_selection import select_device
from mediadevices_native.cli.errors import UsageError

if TYPE_CHECKING:
    from mediadevices import MediaDeviceInfo, MediaStreamTrack
    from mediadevices.local.agent import LocalAgent

__all__ = ["all_devices", "open_track"]


async def all_devices(agent: LocalAgent) -> list[MediaDeviceInfo]:
    """Return all devices, with their names.

    Args:
        agent: The agent behind `navigator`.
    """
    _reveal_names(agent)
    return await navigator.media_devices.enumerate_devices()


async def open_track(
    agent: LocalAgent, kind: Kind, device: str | None, constraints: str | None
) -> MediaStreamTrack:
    """Open a device and return its track.

    Args:
        agent: The agent behind `navigator`.
        kind: The kind of the track.
        device: The value of ``--device``; None if it is not given.
        constraints: The value of ``--constraints``; None if it is not given.

    Raises:
        UsageError: The constraints are wrong.
        CommandError: No device, or more than one, matches ``--device``.
        DOMException: It cannot be opened; see `MediaDevices.get_user_media`.
    """
    track_constraints = parse_constraints(constraints, kind)
    _reveal_names(agent)
    if device is not None:
        _, device_kind, noun = INPUT_OF_TRACK[kind]
        candidates = [one for one in await all_devices(agent) if one.kind == device_kind]
        selected = select_device(candidates, device, noun)
        track_constraints["deviceId"] = {"exact": selected.device_id}
    try:
        stream = await navigator.media_devices.get_user_media({kind: track_constraints})
    except TypeError as error:
        if constraints is None:
            raise
        raise UsageError(f"--constraints: {error}") from error
    return stream.get_tracks()[0]


def _reveal_names(agent: LocalAgent) -> None:
    """Reveal the devices' names, and why a device does not satisfy a constraint.

    A program learns both only after permission to capture. The command line shows them to the
    user, who can look them up in the system anyway.
    """
    agent.exposure.expose(PERMISSION_NAMES)
