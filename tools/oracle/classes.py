"""The known differences between Chromium and the library, and whom the standard supports in each.

A difference belongs to the first class whose predicate recognises it. One that none recognises is
unexplained, and a failure: either the library is wrong, or a class is missing here. No class takes
a difference in which the library's settings are possible and worse than Chromium's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tools.oracle.judging import Judgement, is_native, judged, required_names
from tools.oracle.outcomes import Outcome
from tools.oracle.sets import Question

__all__ = ["CLASSES", "Class", "Difference", "class_of"]

# Fitness distances are sums of quotients.
_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Difference:
    """A question with two answers.

    Attributes:
        question: The question.
        ours: What the library answered.
        theirs: What Chromium answered.
    """

    question: Question
    ours: Outcome
    theirs: Outcome

    @property
    def our_judgement(self) -> Judgement:
        """What the standard says of our settings."""
        return judged(self.question.kind, self.question.constraints, self.ours.settings)

    @property
    def their_judgement(self) -> Judgement:
        """What the standard says of Chromium's settings."""
        return judged(self.question.kind, self.question.constraints, self.theirs.settings)

    @property
    def both_succeed(self) -> bool:
        """Whether both calls succeeded."""
        return not self.ours.error and not self.theirs.error

    @property
    def only_we_succeed(self) -> bool:
        """Whether Chromium alone is overconstrained, and we have satisfied what is required."""
        refused = self.theirs.error == "OverconstrainedError" and not self.ours.error
        return refused and not self.our_judgement.broken

    @property
    def required(self) -> set[str]:
        """What the basic set requires something of."""
        return required_names(self.question.kind, self.question.constraints)


Side: TypeAlias = Literal["library", "Chromium", "both"]


@dataclass(frozen=True, slots=True)
class Class:
    """Differences of one cause.

    Attributes:
        name: A short name.
        supports: Whom the standard supports.
        why: The explanation, with the section of Media Capture and Streams.
        recognises: Whether a difference is one of these.
    """

    name: str
    supports: Side
    why: str
    recognises: Callable[[Difference], bool]


def class_of(difference: Difference) -> Class | None:
    """Return the class of a difference, or None for an unexplained one."""
    return next((one for one in CLASSES if one.recognises(difference)), None)


def _named_otherwise(one: Difference) -> bool:
    both = one.ours.error == one.theirs.error == "OverconstrainedError"
    named = {one.ours.constraint, one.theirs.constraint}
    return both and one.ours.settings == one.theirs.settings and named <= {*one.required, ""}


def _empty_id(one: Difference) -> bool:
    value = one.question.constraints.get("deviceId")
    empty = isinstance(value, Mapping) and value.get("exact") == ""
    return empty and one.theirs.constraint == "deviceId" and one.only_we_succeed


def _open_microphone(one: Difference) -> bool:
    return (
        one.question.call == "applyConstraints"
        and one.question.kind == "audio"
        and not one.ours.error
        and not one.our_judgement.broken
        and _not_worse(one)
    )


def _tied_sound(one: Difference) -> bool:
    if one.question.kind == "video":
        return False
    same_device = one.ours.settings.get("device") == one.theirs.settings.get("device")
    return one.only_we_succeed or (same_device and (_passed_over(one) or _further(one)))


def _no_size(one: Difference) -> bool:
    settings = one.theirs.settings
    return (
        one.question.kind == "video" and bool(settings) and not {"width", "height"} <= {*settings}
    )


def _broken(one: Difference) -> bool:
    return not one.theirs.error and bool(one.their_judgement.broken)


def _decimated(one: Difference) -> bool:
    settings = one.theirs.settings
    if one.theirs.error or settings.get("resizeMode") != "none" or is_native(settings):
        return False
    if one.ours.error:
        return True
    # We may be further away for want of such settings only; not than the same, rightly named.
    named = {**settings, "resizeMode": "crop-and-scale"}
    judgement = judged(one.question.kind, one.question.constraints, named)
    return not _we_break(one) and _at_least_as_good(one.our_judgement, judgement)


def _we_break(one: Difference) -> bool:
    return bool(one.our_judgement.broken)


def _passed_over(one: Difference) -> bool:
    return (
        one.both_succeed
        and not _we_break(one)
        and one.our_judgement.advanced > one.their_judgement.advanced
    )


def _further(one: Difference) -> bool:
    if not one.both_succeed:
        return False
    ours, theirs = one.our_judgement, one.their_judgement
    return ours.advanced == theirs.advanced and ours.distance < theirs.distance - _HAIR


def _not_worse(one: Difference) -> bool:
    return bool(one.theirs.error) or _at_least_as_good(one.our_judgement, one.their_judgement)


def _at_least_as_good(left: Judgement, right: Judgement) -> bool:
    if right.broken or left.advanced != right.advanced:
        return bool(right.broken) or left.advanced > right.advanced
    return left.distance <= right.distance + _HAIR


def _tie(one: Difference) -> bool:
    if not one.both_succeed:
        return False
    ours, theirs = one.our_judgement, one.their_judgement
    return (
        not ours.broken
        and ours.advanced == theirs.advanced
        and abs(ours.distance - theirs.distance) <= _HAIR
    )


def _tie_in(*names: str) -> Callable[[Difference], bool]:
    def recognises(one: Difference) -> bool:
        ours, theirs = one.ours.settings, one.theirs.settings
        return _tie(one) and {name for name in ours if ours[name] != theirs.get(name)} <= {*names}

    return recognises


CLASSES: tuple[Class, ...] = (
    Class(
        "no size",
        "library",
        "Chromium's track has no width and height: it scaled the picture down to less than one "
        "pixel. By §8, a width or height is at least 1.",
        _no_size,
    ),
    Class(
        "another name",
        "both",
        "More than one required property cannot be had, and each side names another one, or none. "
        "§11.1.2 has the call fail with one property that alone cannot be satisfied, leaves open "
        "which, and has no name where each can be, but not all together.",
        _named_otherwise,
    ),
    Class(
        "empty deviceId",
        "both",
        "`deviceId: {exact: ''}`: §8.1 allows to treat an empty id as not given, which the library "
        "does. Chromium looks for a device with that id.",
        _empty_id,
    ),
    Class(
        "open microphone",
        "library",
        "Chromium leaves an open microphone as it is: `applyConstraints` changes nothing or fails "
        "where other settings are nearer or are required. By §11.1.2 it selects anew from all "
        "settings that the source can have.",
        _open_microphone,
    ),
    Class(
        "sound as it comes",
        "both",
        "Chromium has sound in 44100 Hz unprocessed or in 48000 Hz processed, so that it refuses, "
        "or misses, some combinations of rate, channels and processing. The library resamples and "
        "mixes. §11.1.1 starts from what the source can do, whatever that is.",
        _tied_sound,
    ),
    Class(
        "required, not given",
        "library",
        "Chromium succeeds with settings that break a required constraint. Mostly it is an "
        "`aspectRatio` that no whole numbers of pixels have. By §11.1.1, step 2, such settings are "
        "no candidates.",
        _broken,
    ),
    Class(
        "decimated, but native",
        "library",
        "Chromium reports `resizeMode: 'none'` for a frame rate that it makes by dropping frames. "
        "By §8, `resizeMode`, `none` means a size and rate of the camera itself, and decimation is "
        "`crop-and-scale`. The library has no such settings to choose.",
        _decimated,
    ),
    Class(
        "advanced set passed over",
        "library",
        "Chromium gives settings that do not satisfy an advanced set which can be satisfied. By "
        "§11.1.1, step 3, each set in its turn narrows the candidates if any remain.",
        _passed_over,
    ),
    Class(
        "further away",
        "library",
        "Chromium's settings have the greater fitness distance. By §11.1.1, the ones with the "
        "least should be taken.",
        _further,
    ),
    Class(
        "tie: frame rate",
        "both",
        "The fitness distances are equal; §11.1.1 leaves ties to the defaults of the system and "
        "the user agent. A scaled picture comes at 30 frames per second in the library, at the "
        "camera's own rate in Chromium.",
        _tie_in("frameRate"),
    ),
    Class(
        "tie: picture",
        "both",
        "As before, with another size, rate, mode or camera. The library prefers native modes and "
        "the least cropping, Chromium what is near to 640 by 480.",
        _tie_in("width", "height", "frameRate", "resizeMode", "device"),
    ),
    Class(
        "tie: sound",
        "both",
        "As before, with other sound: Chromium turns all processing off with one kind of it, and "
        "gives unprocessed sound in stereo.",
        lambda one: one.question.kind == "audio" and _tie(one),
    ),
)
