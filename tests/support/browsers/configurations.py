"""The ways to start a browser for a test: `@pytest.mark.browser("denied")`.

default      fake devices, permission granted, autoplay allowed
denied       camera and microphone denied
camera-only  the camera granted, the microphone denied
no-devices   no camera and no microphone
files        the camera shows numbered frames, the microphone plays a tone; see `media_files`
pulse        a private PulseAudio server; its one microphone plays 440 Hz; permission granted
insecure     an insecure context, so that `navigator.mediaDevices` is undefined
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

__all__ = ["BROWSERS", "CONFIGURATIONS", "DEFAULT", "Configuration", "lanes_with"]

Configuration: TypeAlias = Literal[
    "default", "denied", "camera-only", "no-devices", "files", "pulse", "insecure"
]

BROWSERS = ("chromium", "firefox", "webkit", "oldpyodide")
# In the order of running.
CONFIGURATIONS: tuple[Configuration, ...] = get_args(Configuration)
DEFAULT: Configuration = "default"

_CHROMIUM = ("chromium", "oldpyodide")
_LANES: MappingProxyType[Configuration, tuple[str, ...]] = MappingProxyType(
    {
        "default": BROWSERS,
        "denied": (*_CHROMIUM, "firefox"),
        "camera-only": (*_CHROMIUM, "firefox"),
        "no-devices": (*_CHROMIUM, "firefox"),
        "files": _CHROMIUM,
        "pulse": (*_CHROMIUM, "firefox"),
        "insecure": _CHROMIUM,
    }
)


def lanes_with(name: str) -> tuple[str, ...]:
    """Return the lanes that have a configuration; none for an unknown name."""
    return _LANES.get(cast("Configuration", name), ())
