"""The capabilities of a device (§4.3.8): a range or a list of values for each property."""

from __future__ import annotations

from collections.abc import Mapping

from mediadevices.algorithms.settings_universe import (
    deliverable_channel_counts,
    deliverable_sample_rates,
)
from mediadevices.driver import AudioMode, Device, Range, VideoMode

__all__ = ["device_capabilities"]


def _min_max(low: float, high: float) -> dict[str, float]:
    return {"min": low, "max": high}


def device_capabilities(device: Device, identity: Mapping[str, str]) -> dict[str, object]:
    """Return the capabilities of a track of a device.

    Args:
        device: The device.
        identity: Its `deviceId` and `groupId`.

    Returns:
        The dictionary with the standard's keys. Tracks can scale and decimate, so a camera's
        width and height start at 1, and its frame rate at 0.
    """
    result: dict[str, object] = {}
    video = [mode for mode in device.modes if isinstance(mode, VideoMode)]
    audio = [mode for mode in device.modes if isinstance(mode, AudioMode)]
    if video:
        width = max(mode.width for mode in video)
        height = max(mode.height for mode in video)
        result |= {
            "width": _min_max(1, width),
            "height": _min_max(1, height),
            "aspectRatio": _min_max(round(1 / height, 10), float(width)),
            "frameRate": _min_max(0, max(mode.frame_rate for mode in video)),
            "facingMode": [],
            "resizeMode": ["none", "crop-and-scale"],
            "backgroundBlur": [False],
        }
    if audio:
        rates = [deliverable_sample_rates(mode) for mode in audio]
        channels = [deliverable_channel_counts(mode) for mode in audio]
        sizes = [mode.sample_size for mode in audio]
        latencies = [mode.latency for mode in audio]
        result |= {
            "sampleRate": _min_max(min(one.min for one in rates), max(one.max for one in rates)),
            "sampleSize": _min_max(min(sizes), max(sizes)),
            "latency": _min_max(min(latencies), max(latencies)),
            "channelCount": _min_max(
                min(one.min for one in channels), max(one.max for one in channels)
            ),
        }
    for name, control in device.controls.items():
        if isinstance(control, Range):
            result[name] = {**_min_max(control.min, control.max), "step": control.step}
        else:
            result[name] = list(control)
    return {**result, **identity}
