"""The known differences between Chromium and the library, and which one the standard supports.

A difference belongs to the first class whose predicate accepts it. A difference without a class is
a failure: either the library is wrong, or a class is missing here. No class accepts a difference in
which the library's settings are worse than Chromium's although Chromium's are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tools.oracle.judgement import Judgement, is_native, judge, required_names
from tools.oracle.outcomes import Outcome
from tools.oracle.questions import Question

__all__ = ["CLASSES", "Class", "Difference", "classify"]

# Fitness distances are sums of quotients, so they have rounding errors.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Difference:
    """A question with two different answers.

    Attributes:
        question: The question.
        ours: The library's answer.
        theirs: Chromium's answer.
    """

    question: Question
    ours: Outcome
    theirs: Outcome

    @property
    def our_judgement(self) -> Judgement:
        """The judgement of the library's settings."""
        return judge(self.question.kind, self.question.constraints, self.ours.settings)

    @property
    def their_judgement(self) -> Judgement:
        """The judgement of Chromium's settings."""
        return judge(self.question.kind, self.question.constraints, self.theirs.settings)

    @property
    def both_succeed(self) -> bool:
        """Whether both calls succeeded."""
        return not self.ours.error and not self.theirs.error

    @property
    def only_we_succeed(self) -> bool:
        """Whether only Chromium is overconstrained, and the library meets every requirement."""
        refused = self.theirs.error == "OverconstrainedError" and not self.ours.error
        return refused and not self.our_judgement.broken

    @property
    def required(self) -> set[str]:
        """The properties with a required constraint in the basic set."""
        return required_names(self.question.kind, self.question.constraints)


Side: TypeAlias = Literal["library", "Chromium", "both"]


@dataclass(frozen=True, slots=True)
class Class:
    """Differences with one cause.

    Attributes:
        name: A short name.
        supports: Which side the standard supports.
        why: The explanation, with the section of Media Capture and Streams.
        matches: Whether a difference belongs to the class.
    """

    name: str
    supports: Side
    why: str
    matches: Callable[[Difference], bool]


def classify(difference: Difference) -> Class | None:
    """Return the class of a difference, or None for an unexplained one."""
    return next((one for one in CLASSES if one.matches(difference)), None)


def _different_constraint(difference: Difference) -> bool:
    both = difference.ours.error == difference.theirs.error == "OverconstrainedError"
    named = {difference.ours.constraint, difference.theirs.constraint}
    return (
        both
        and difference.ours.settings == difference.theirs.settings
        and named <= {*difference.required, ""}
    )


def _empty_device_id(difference: Difference) -> bool:
    value = difference.question.constraints.get("deviceId")
    empty = isinstance(value, Mapping) and value.get("exact") == ""
    return empty and difference.theirs.constraint == "deviceId" and difference.only_we_succeed


def _open_microphone(difference: Difference) -> bool:
    return (
        difference.question.call == "applyConstraints"
        and difference.question.kind == "audio"
        and not difference.ours.error
        and not difference.our_judgement.broken
        and _not_worse(difference)
    )


def _limited_audio_modes(difference: Difference) -> bool:
    if difference.question.kind == "video":
        return False
    same_device = difference.ours.settings.get("device") == difference.theirs.settings.get("device")
    return difference.only_we_succeed or (
        same_device and (_skipped_advanced_set(difference) or _larger_distance(difference))
    )


def _no_size(difference: Difference) -> bool:
    settings = difference.theirs.settings
    return (
        difference.question.kind == "video"
        and bool(settings)
        and not {"width", "height"} <= {*settings}
    )


def _broken_requirement(difference: Difference) -> bool:
    return not difference.theirs.error and bool(difference.their_judgement.broken)


def _decimated_reported_native(difference: Difference) -> bool:
    settings = difference.theirs.settings
    if difference.theirs.error or settings.get("resizeMode") != "none" or is_native(settings):
        return False
    if difference.ours.error:
        return True
    # Chromium's `resizeMode` is wrong: compare with the same settings under the right name.
    named = {**settings, "resizeMode": "crop-and-scale"}
    judgement = judge(difference.question.kind, difference.question.constraints, named)
    return not _library_breaks_requirement(difference) and _at_least_as_good(
        difference.our_judgement, judgement
    )


def _library_breaks_requirement(difference: Difference) -> bool:
    return bool(difference.our_judgement.broken)


def _skipped_advanced_set(difference: Difference) -> bool:
    return (
        difference.both_succeed
        and not _library_breaks_requirement(difference)
        and difference.our_judgement.advanced > difference.their_judgement.advanced
    )


def _larger_distance(difference: Difference) -> bool:
    if not difference.both_succeed:
        return False
    ours, theirs = difference.our_judgement, difference.their_judgement
    return ours.advanced == theirs.advanced and ours.distance < theirs.distance - _TOLERANCE


def _not_worse(difference: Difference) -> bool:
    return bool(difference.theirs.error) or _at_least_as_good(
        difference.our_judgement, difference.their_judgement
    )


def _at_least_as_good(left: Judgement, right: Judgement) -> bool:
    if right.broken or left.advanced != right.advanced:
        return bool(right.broken) or left.advanced > right.advanced
    return left.distance <= right.distance + _TOLERANCE


def _tie(difference: Difference) -> bool:
    if not difference.both_succeed:
        return False
    ours, theirs = difference.our_judgement, difference.their_judgement
    return (
        not ours.broken
        and ours.advanced == theirs.advanced
        and abs(ours.distance - theirs.distance) <= _TOLERANCE
    )


def _tie_in(*names: str) -> Callable[[Difference], bool]:
    def matches(difference: Difference) -> bool:
        ours, theirs = difference.ours.settings, difference.theirs.settings
        return _tie(difference) and {name for name in ours if ours[name] != theirs.get(name)} <= {
            *names
        }

    return matches


CLASSES: tuple[Class, ...] = (
    Class(
        "no size",
        "library",
        "Chromium's track has no width and height: it scaled the picture down to less than one "
        "pixel. By §8, a width or height is at least 1.",
        _no_size,
    ),
    Class(
        "different constraint named",
        "both",
        "Several required constraints cannot be satisfied, and each side names a different one, or "
        "none. §11.1.2 names any one constraint that cannot be satisfied alone, and none if only "
        "their combination cannot be satisfied.",
        _different_constraint,
    ),
    Class(
        "empty deviceId",
        "both",
        "`deviceId: {exact: ''}`: §8.1 allows ignoring an empty id, as the library does. Chromium "
        "looks for a device with that id.",
        _empty_device_id,
    ),
    Class(
        "open microphone",
        "library",
        "Chromium does not change an open microphone: `applyConstraints` keeps the settings, or "
        "fails, although others are closer or required. §11.1.2 selects from all settings that "
        "the source supports.",
        _open_microphone,
    ),
    Class(
        "limited audio modes",
        "both",
        "Chromium offers 44100 Hz unprocessed or 48000 Hz processed, so it refuses or misses some "
        "combinations of rate, channels and processing. The library resamples and mixes. §11.1.1 "
        "starts from what the source supports, whatever that is.",
        _limited_audio_modes,
    ),
    Class(
        "requirement violated",
        "library",
        "Chromium succeeds with settings that violate a required constraint, mostly an "
        "`aspectRatio` that no integer size has. §11.1.1, step 2, excludes such settings.",
        _broken_requirement,
    ),
    Class(
        "decimation reported as native",
        "library",
        "Chromium reports `resizeMode: 'none'` for a frame rate that it reaches by dropping "
        "frames. By §8, `resizeMode`, `none` is a native size and rate of the camera, and "
        "decimation is `crop-and-scale`. The library offers no such settings.",
        _decimated_reported_native,
    ),
    Class(
        "advanced set skipped",
        "library",
        "Chromium's settings do not satisfy an advanced set that can be satisfied. By §11.1.1, "
        "step 3, each set in turn narrows the candidates unless none would remain.",
        _skipped_advanced_set,
    ),
    Class(
        "larger distance",
        "library",
        "Chromium's settings have the larger fitness distance. §11.1.1 prefers the smallest.",
        _larger_distance,
    ),
    Class(
        "tie: frame rate",
        "both",
        "The fitness distances are equal; §11.1.1 leaves ties to the user agent. A scaled track "
        "has 30 frames per second in the library, the camera's rate in Chromium.",
        _tie_in("frameRate"),
    ),
    Class(
        "tie: picture",
        "both",
        "As before, with another size, rate, mode or camera. The library prefers native modes and "
        "the least cropping, Chromium sizes close to 640 by 480.",
        _tie_in("width", "height", "frameRate", "resizeMode", "device"),
    ),
    Class(
        "tie: sound",
        "both",
        "As before, for sound: Chromium turns all processing off together, and unprocessed sound "
        "is stereo.",
        lambda one: one.question.kind == "audio" and _tie(one),
    ),
)
