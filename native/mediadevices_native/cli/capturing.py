"""Opening the device that a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mediadevices import navigator
from mediadevices_native.cli.choosing import choose
from mediadevices_native.cli.constraints import parse_constraints
from mediadevices_native.cli.failures import CommandError

if TYPE_CHECKING:
    from mediadevices import MediaDeviceInfo, MediaStreamTrack
    from mediadevices.local.agent import LocalAgent

__all__ = ["INPUTS", "Kind", "all_devices", "kind_of", "open_track"]

Kind = Literal["audio", "video"]

INPUTS: dict[Kind, tuple[str, str]] = {
    "audio": ("audioinput", "microphone"),
    "video": ("videoinput", "camera"),
}


def kind_of(device: MediaDeviceInfo) -> Kind:
    """Return what a camera or microphone captures."""
    return "video" if device.kind == "videoinput" else "audio"


async def all_devices(agent: LocalAgent) -> list[MediaDeviceInfo]:
    """Return all devices by name.

    Args:
        agent: The agent behind `navigator`.
    """
    _expose(agent)
    return await navigator.media_devices.enumerate_devices()


async def open_track(
    agent: LocalAgent, kind: Kind, device: str | None, constraints: str | None
) -> MediaStreamTrack:
    """Open a device and return its track.

    Args:
        agent: The agent behind `navigator`.
        kind: What to capture.
        device: What ``--device`` says, if anything.
        constraints: What ``--constraints`` says, if anything.

    Raises:
        CommandError: One of the options is wrong.
        DOMException: It cannot be opened; see `MediaDevices.get_user_media`.
    """
    asked = parse_constraints(constraints, kind)
    _expose(agent)
    if device is not None:
        input_kind, what = INPUTS[kind]
        found = [one for one in await all_devices(agent) if one.kind == input_kind]
        asked["deviceId"] = {"exact": choose(found, device, what).device_id}
    try:
        stream = await navigator.media_devices.get_user_media({kind: asked})
    except TypeError as error:
        if constraints is None:
            raise
        raise CommandError(f"--constraints: {error}") from error
    return stream.get_tracks()[0]


def _expose(agent: LocalAgent) -> None:
    """Let names be told, and why a constraint cannot be satisfied.

    A program learns them only once it may capture. Here a person asks, on their own machine.
    """
    agent.expose(("camera", "microphone"))
