"""Random constraint sets; the same seed gives the same sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

__all__ = ["JSON", "Call", "Constraints", "Kind", "Question", "make_questions", "replace_ids"]

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"
Constraints: TypeAlias = Mapping[str, JSON]
Kind: TypeAlias = Literal["audio", "video"]
Call: TypeAlias = Literal["getUserMedia", "applyConstraints"]

# Values at, between and beyond the limits and native sizes of Chromium's fake camera.
_NUMBERS: Mapping[str, Sequence[float]] = {
    "width": (
        *(0, 1, 95, 96, 97, 160, 200, 320, 500, 639, 640, 800, 1279, 1280, 1600, 1920),
        *(2000, 3840, 3841, 100_000),
    ),
    "height": (
        *(0, 1, 96, 100, 120, 180, 239, 240, 360, 480, 481, 600, 720, 1000, 1080, 1081),
        *(2160, 2161, 50_000),
    ),
    "aspectRatio": (0.1, 0.5, 0.75, 1, 1.25, 4 / 3, 1.5, 1.6, 1.7777777778, 16 / 9, 2, 3.1, 5000),
    "frameRate": (0, 0.5, 1, 7, 7.5, 15, 24, 29.97, 30, 31, 59.94, 60, 61, 120),
    "channelCount": (0, 1, 2, 3, 6),
    "sampleRate": (7999, 8000, 16000, 22050, 44100, 45000, 48000, 48001, 96000),
    "latency": (0, 0.003, 0.01, 0.02, 0.05, 0.5),
    "sampleSize": (8, 15, 16, 17, 24),
}
_WORDS: Mapping[str, Sequence[str]] = {
    "facingMode": ("user", "environment", "left", "sideways", ""),
    "resizeMode": ("none", "crop-and-scale", "other"),
    "deviceId": ("device:0", "device:1", "nobody", ""),
    "groupId": ("group:0", "group:1", "nobody", ""),
}
_SWITCHES: Mapping[str, Sequence[bool | str]] = {
    "echoCancellation": (True, False, "all", "remote-only", "none"),
    "autoGainControl": (True, False),
    "noiseSuppression": (True, False),
}
# Properties with more influence are listed more than once.
_PROPERTIES: Mapping[Kind, Sequence[str]] = {
    "video": (
        *("width", "width", "width", "height", "height", "height", "aspectRatio", "aspectRatio"),
        *("frameRate", "frameRate", "resizeMode", "resizeMode", "facingMode"),
        *("deviceId", "groupId"),
    ),
    "audio": (
        *("channelCount", "channelCount", "sampleRate", "sampleRate", "echoCancellation"),
        *("echoCancellation", "autoGainControl", "noiseSuppression", "latency", "sampleSize"),
        *("deviceId", "groupId"),
    ),
}
# One set in this many names a property of the other kind of track, which must be ignored.
_FOREIGN = 25


@dataclass(frozen=True, slots=True)
class Question:
    """A call that both the library and Chromium make.

    Attributes:
        call: The method; `applyConstraints` on a track that was requested with ``True``.
        kind: The kind of track.
        constraints: The argument. Ids are placeholders; see `replace_ids`.
    """

    call: Call
    kind: Kind
    constraints: Constraints


def make_questions(seed: int, get_user_media: int, apply_constraints: int) -> list[Question]:
    """Return the given number of questions for each method."""
    random = Random(seed)
    counts: tuple[tuple[Call, int], ...] = (
        ("getUserMedia", get_user_media),
        ("applyConstraints", apply_constraints),
    )
    return [_question(random, call) for call, count in counts for _ in range(count)]


def replace_ids(value: JSON, ids: Mapping[str, str]) -> JSON:
    """Replace placeholders such as ``"device:0"`` and ``"group:1"`` by real ids."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, Mapping):
        return {name: replace_ids(item, ids) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [replace_ids(item, ids) for item in value]
    return value


def _question(random: Random, call: Call) -> Question:
    kind: Kind = "video" if random.random() < 0.6 else "audio"
    constraints = dict(_one_set(random, kind, random.choice((0, 1, 1, 2, 2, 3, 4))))
    if not constraints or random.random() < 0.3:
        constraints["advanced"] = [
            _one_set(random, kind, random.randint(1, 3)) for _ in range(random.randint(1, 3))
        ]
    return Question(call, kind, constraints)


def _one_set(random: Random, kind: Kind, size: int) -> Constraints:
    names: set[str] = set()
    while len(names) < size:
        names.add(random.choice(_PROPERTIES[kind]))
    ordered = sorted(names)
    random.shuffle(ordered)
    if random.randrange(_FOREIGN) == 0:
        ordered.append("sampleRate" if kind == "video" else "width")
    return {name: _constraint(random, name) for name in ordered}


def _constraint(random: Random, name: str) -> JSON:
    if name in _NUMBERS:
        numbers = _NUMBERS[name]
        forms: Sequence[Sequence[str]] = (
            *((), (), ("ideal",), ("ideal",), ("exact",), ("min",), ("max",), ("min", "max")),
            *(("min", "ideal"), ("ideal", "max"), ("min", "ideal", "max"), ("exact", "ideal")),
        )
        return _in_form(random, forms, lambda: random.choice(numbers))
    forms = ((), (), ("ideal",), ("exact",), ("exact",), ("exact", "ideal"))
    if name in _SWITCHES:
        switches = _SWITCHES[name]
        return _in_form(random, forms, lambda: random.choice(switches))
    words = _WORDS[name]

    def word_or_list() -> JSON:
        if random.random() < 0.7:
            return random.choice(words)
        return random.sample(words, random.randint(0, 3))

    return _in_form(random, forms, word_or_list)


def _in_form(random: Random, forms: Sequence[Sequence[str]], value: Callable[[], JSON]) -> JSON:
    form = random.choice(forms)
    return {member: value() for member in form} if form else value()
