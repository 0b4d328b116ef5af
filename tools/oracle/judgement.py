"""Judges settings by the standard, with an implementation of §11.1.1 apart from the library's.

It judges one settings dictionary at a time and does not search for the best one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.oracle.local import CAMERA_MODES
from tools.oracle.outcomes import Settings
from tools.oracle.questions import JSON, Constraints, Kind

__all__ = ["Judgement", "is_native", "judge", "required_names"]

_VIDEO = frozenset({"width", "height", "aspectRatio", "frameRate", "facingMode", "resizeMode"})
_AUDIO = frozenset(
    {
        *("sampleRate", "sampleSize", "channelCount", "latency", "echoCancellation"),
        *("autoGainControl", "noiseSuppression"),
    }
)
_FOREIGN: Mapping[Kind, frozenset[str]] = {"video": _AUDIO, "audio": _VIDEO}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The standard's judgement of one settings dictionary.

    Attributes:
        broken: The properties whose required constraints it violates.
        advanced: Which advanced sets it satisfies. Of two dictionaries, only the one with the
            greater tuple survives step 3 of SelectSettings.
        distance: Its fitness distance from the basic set, infinite if anything is broken.
    """

    broken: tuple[str, ...]
    advanced: tuple[bool, ...]
    distance: float


def judge(kind: Kind, constraints: Constraints, settings: Settings) -> Judgement:
    """Judge the settings that a call returned for these constraints."""
    advanced = constraints.get("advanced", ())
    assert isinstance(advanced, Sequence), "a list of sets"
    distances = _distances(kind, constraints, settings, "ideal")
    return Judgement(
        tuple(name for name, distance in distances.items() if distance == math.inf),
        tuple(
            sum(_distances(kind, one, settings, "exact").values()) < math.inf
            for one in advanced
            if isinstance(one, Mapping)
        ),
        sum(distances.values()),
    )


def required_names(kind: Kind, constraints: Constraints) -> set[str]:
    """Return the properties with a required constraint in the basic set."""
    return {
        name
        for name, value in constraints.items()
        if name not in _FOREIGN[kind]
        and isinstance(value, Mapping)
        and any(value.get(word) not in (None, []) for word in ("exact", "min", "max"))
    }


def is_native(settings: Settings) -> bool:
    """Return True if the settings are a native mode of the camera."""
    size = tuple(settings.get(name) for name in ("width", "height", "frameRate"))
    return any(size == (mode.width, mode.height, mode.frame_rate) for mode in CAMERA_MODES)


def _distances(
    kind: Kind, constraints: Constraints, settings: Settings, bare: str
) -> dict[str, float]:
    return {
        name: _distance(name, _members(name, value, bare), _setting(name, settings))
        for name, value in constraints.items()
        if name != "advanced" and name not in _FOREIGN[kind]
    }


def _members(name: str, value: JSON, bare: str) -> dict[str, Sequence[JSON]]:
    """Return the alternatives of each word; empty lists and empty ids count as absent (§8.1)."""
    members: Mapping[str, JSON] = value if isinstance(value, Mapping) else {bare: value}
    given: dict[str, Sequence[JSON]] = {}
    for word, item in members.items():
        items = [item] if isinstance(item, str) or not isinstance(item, Sequence) else item
        if items and not (name == "deviceId" and item == ""):
            given[word] = items
    return given


def _setting(name: str, settings: Settings) -> bool | float | str | None:
    if name == "aspectRatio":
        width, height = settings.get("width"), settings.get("height")
        if not isinstance(width, int) or not isinstance(height, int):
            return None  # a track without a size
        return round(width / height, 10)
    if name in {"deviceId", "groupId"}:
        device = str(settings["device"])
        return device if name == "deviceId" else device.replace("device", "group")
    return settings.get(name)


def _distance(
    name: str, members: Mapping[str, Sequence[JSON]], setting: bool | float | str | None
) -> float:
    """Return the fitness distance of one setting from one constraint (§11.1.1)."""
    exact, ideal = members.get("exact"), members.get("ideal")
    required = {"exact", "min", "max"} & members.keys()
    if setting is None:
        return math.inf if required else float(ideal is not None)
    if exact is not None and all(_apart(name, setting, value) > 0 for value in exact):
        return math.inf
    for word, sign in (("min", 1), ("max", -1)):
        for limit in members.get(word, ()):
            assert isinstance(limit, (int, float)), "only numbers have limits"
            assert isinstance(setting, (int, float)), "only numbers have limits"
            if sign * (setting - _rounded(name, limit)) < 0:
                return math.inf
    return min(_apart(name, setting, value) for value in ideal) if ideal is not None else 0.0


def _apart(name: str, setting: bool | float | str, value: JSON) -> float:
    words = (bool, str)
    if isinstance(setting, words) or isinstance(value, words):
        return float(type(setting) is not type(value) or setting != value)
    assert isinstance(value, (int, float)), "a number"
    value = _rounded(name, value)
    return abs(setting - value) / max(abs(setting), abs(value)) if setting != value else 0.0


def _rounded(name: str, number: float) -> float:
    return round(number, 10) if name == "aspectRatio" else number
