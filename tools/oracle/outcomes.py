"""The result of a call, in a form that can be compared between the library and Chromium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from tools.oracle.questions import Kind

__all__ = ["COMPARED", "Outcome", "Setting", "Settings", "comparable_settings", "ids_of"]

Setting: TypeAlias = bool | int | float | str
Settings: TypeAlias = Mapping[str, Setting]

#: The settings to compare; `device` is the position in the list of devices.
COMPARED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "video": ("width", "height", "frameRate", "resizeMode", "device"),
        "audio": (
            *("sampleRate", "sampleSize", "channelCount", "latency", "echoCancellation"),
            *("autoGainControl", "noiseSuppression", "device"),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a call.

    Attributes:
        error: The name of the error, or ``""`` for success.
        constraint: The error's `constraint`, or ``""``.
        settings: The track's settings afterwards; empty without a track.
    """

    error: str
    constraint: str
    settings: Settings

    def __str__(self) -> str:
        if self.error:
            return f"{self.error}({self.constraint})" if self.constraint else self.error
        return ", ".join(f"{name} {value}" for name, value in self.settings.items())


def ids_of(devices: list[tuple[str, str]]) -> dict[str, str]:
    """Return the real id for each placeholder.

    Args:
        devices: The id and the group's id of each device of a kind, in order.
    """
    ids: dict[str, str] = {}
    for index, (device, group) in enumerate(devices):
        ids |= {f"device:{index}": device, f"group:{index}": group}
    return ids


def comparable_settings(
    kind: Kind, settings: Mapping[str, object], ids: Mapping[str, str]
) -> Settings:
    """Return the settings to compare."""
    names = {own: placeholder for placeholder, own in ids.items()}
    result: dict[str, Setting] = {}
    for name in COMPARED[kind]:
        value = settings["deviceId"] if name == "device" else settings.get(name)
        if name == "device":
            result[name] = names[str(value)]
        elif isinstance(value, float):
            # Chromium keeps some numbers in single precision.
            result[name] = int(value) if value.is_integer() else float(f"{value:.6g}")
        elif isinstance(value, (bool, int, str)):
            result[name] = value
    return result
