"""Why a video node is no usable camera."""

from __future__ import annotations

import sys

assert sys.platform == "linux"  # Elsewhere nothing imports this, and nothing checks its types.

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediadevices_native.cameras.v4l2.ioctl import Capability, v4l2
from mediadevices_native.hardware.device_permissions import permission_hint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["NO_SIZE", "Obstacle", "obstacle_of", "undecodable", "unreachable"]

_LOOPBACK = "v4l2 loopback"
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a node from being a camera.

    Attributes:
        text: The reason, to follow the node's name and a colon.
        remedy: What to do about it; ``""`` if nothing can be done.
        expected: Whether the node was never meant to be a camera, so that nothing is wrong.
    """

    text: str
    remedy: str = ""
    expected: bool = False


NO_SIZE = Obstacle("no camera: it reports no picture size", "is a source of pictures connected?")


def obstacle_of(about: Capability) -> Obstacle | None:
    """Return why a node with these capabilities is no camera; `None` if it can be one."""
    caps = about.device_caps
    captures = caps & (v4l2.V4L2_CAP_VIDEO_CAPTURE | v4l2.V4L2_CAP_VIDEO_CAPTURE_MPLANE)
    puts_out = caps & (v4l2.V4L2_CAP_VIDEO_OUTPUT | v4l2.V4L2_CAP_VIDEO_OUTPUT_MPLANE)
    obstacle: Obstacle | None = None
    if caps & (v4l2.V4L2_CAP_VIDEO_M2M | v4l2.V4L2_CAP_VIDEO_M2M_MPLANE):
        obstacle = Obstacle("no camera: it converts pictures, as a codec does", expected=True)
    elif captures and puts_out:
        # Browsers leave these out too.
        loopback = about.driver == _LOOPBACK
        remedy = "load v4l2loopback with exclusive_caps=1" if loopback else ""
        obstacle = Obstacle("no camera: it is also an output", remedy, expected=not loopback)
    elif puts_out:
        loopback = about.driver == _LOOPBACK
        remedy = "it becomes a camera when a program writes to it" if loopback else ""
        obstacle = Obstacle("no camera: it is an output", remedy, expected=True)
    elif caps & v4l2.V4L2_CAP_TOUCH:
        obstacle = Obstacle("no camera: it is a touch sensor", expected=True)
    elif not captures:
        metadata = caps & v4l2.V4L2_CAP_META_CAPTURE
        text = (
            "no camera: it delivers metadata" if metadata else "no camera: it delivers no pictures"
        )
        obstacle = Obstacle(text, expected=True)
    elif caps & v4l2.V4L2_CAP_IO_MC:
        obstacle = Obstacle(
            "no camera: it needs libcamera",
            "libcamera's command libcamerify may make a camera of it: libcamerify PROGRAM",
        )
    elif not caps & v4l2.V4L2_CAP_STREAMING:
        obstacle = Obstacle("no camera: it can only be read from, and OpenCV needs it to stream")
    return obstacle


def undecodable(formats: Sequence[str]) -> Obstacle:
    """Return the obstacle of a node with pixel formats that OpenCV cannot decode."""
    if not formats:
        return Obstacle("no camera: it reports no pixel format")
    names = [_shown(name) for name in formats]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    shown = ", ".join(names[:_MOST_NAMES])
    return Obstacle(f"no camera: only {shown}{more}, which OpenCV cannot decode")


def unreachable(error: OSError, path: Path) -> Obstacle:
    """Return the obstacle of a node that cannot be opened or does not answer."""
    if isinstance(error, PermissionError):
        return Obstacle("no permission", permission_hint(path))
    if error.errno == errno.ENOENT:
        return Obstacle(
            f"the system has it, but there is no {path}",
            f"in a container, pass it through (--device {path})",
        )
    return Obstacle(f"it cannot be asked: {error.strerror or error}", "plug it in again")


def _shown(pixel_format: str) -> str:
    """Return a FourCC as the kernel's tools write it."""
    last = ord(pixel_format[-1])
    big_endian = "-BE" if last & 0x80 else ""
    return f"{pixel_format[:-1]}{chr(last & 0x7F)}".strip() + big_endian
