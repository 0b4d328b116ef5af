"""The dictionaries of this API, given and returned (§4.3.7, §6.1, and the extensions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict

from mediadevices.algorithms.constraints import MediaTrackConstraints
from mediadevices.algorithms.properties import OWN_PIXEL_FORMAT, PROPERTIES
from mediadevices.webidl.dictionary import Dictionary

__all__ = [
    "ConstrainBoolean",
    "ConstrainBooleanOrString",
    "ConstrainNumber",
    "ConstrainString",
    "MediaStreamConstraints",
    "MediaTrackCapabilities",
    "MediaTrackConstraintSet",
    "MediaTrackConstraints",
    "MediaTrackConstraintsInput",
    "MediaTrackSettings",
    "MediaTrackSupportedConstraints",
]


# idl: without MediaStreamConstraints.semantics, GetUserMediaSemantics: not built. It would say
#   whether the user or the agent chooses the device.
# idl: without HTMLMediaStreamConstraints, HTMLCameraElement, HTMLMicrophoneElement,
#   HTMLUserMediaElement: elements of a page.


class MediaTrackSettings(Dictionary):
    """The settings of a track (§4.3.9): ``settings["frameRate"] == settings.frame_rate``."""

    __slots__ = ()
    members = frozenset({*PROPERTIES, OWN_PIXEL_FORMAT})


class MediaTrackCapabilities(Dictionary):
    """The possible settings of a track (§4.3.8): ``{"min": …, "max": …}`` or a list for each."""

    __slots__ = ()
    members = frozenset({*PROPERTIES})


class MediaTrackSupportedConstraints(Dictionary):
    """The properties that the agent supports (§4.3.7): each True; the others are absent."""

    __slots__ = ()
    members = frozenset({*PROPERTIES})


# The input. The types have the standard's keys; the snake_case forms are accepted too.


class NumberConstraint(TypedDict, total=False):
    """`ConstrainULongRange` and `ConstrainDoubleRange`."""

    min: float
    max: float
    exact: float
    ideal: float


class StringConstraint(TypedDict, total=False):
    """`ConstrainDOMStringParameters`: a list allows each of its values."""

    exact: str | Sequence[str]
    ideal: str | Sequence[str]


class BooleanConstraint(TypedDict, total=False):
    """`ConstrainBooleanParameters`."""

    exact: bool
    ideal: bool


class BooleanOrStringConstraint(TypedDict, total=False):
    """`ConstrainBooleanOrDOMStringParameters`."""

    exact: bool | str
    ideal: bool | str


ConstrainNumber: TypeAlias = float | NumberConstraint
ConstrainString: TypeAlias = str | Sequence[str] | StringConstraint
ConstrainBoolean: TypeAlias = bool | BooleanConstraint
ConstrainBooleanOrString: TypeAlias = bool | str | BooleanOrStringConstraint


class MediaTrackConstraintSet(TypedDict, total=False):
    """One set of constraints (§6.1.3). A bare value is ideal, in an advanced set exact."""

    width: ConstrainNumber
    height: ConstrainNumber
    aspectRatio: ConstrainNumber
    frameRate: ConstrainNumber
    facingMode: ConstrainString
    resizeMode: ConstrainString
    sampleRate: ConstrainNumber
    sampleSize: ConstrainNumber
    echoCancellation: ConstrainBooleanOrString
    autoGainControl: ConstrainBoolean
    noiseSuppression: ConstrainBoolean
    latency: ConstrainNumber
    channelCount: ConstrainNumber
    deviceId: ConstrainString
    groupId: ConstrainString
    backgroundBlur: ConstrainBoolean
    voiceIsolation: ConstrainBoolean
    whiteBalanceMode: ConstrainString
    exposureMode: ConstrainString
    focusMode: ConstrainString
    exposureCompensation: ConstrainNumber
    exposureTime: ConstrainNumber
    colorTemperature: ConstrainNumber
    iso: ConstrainNumber
    brightness: ConstrainNumber
    contrast: ConstrainNumber
    saturation: ConstrainNumber
    sharpness: ConstrainNumber
    focusDistance: ConstrainNumber
    pan: bool | ConstrainNumber
    tilt: bool | ConstrainNumber
    zoom: bool | ConstrainNumber
    torch: ConstrainBoolean


class _MediaTrackConstraints(MediaTrackConstraintSet, total=False):
    """A basic set together with advanced ones, in order of preference."""

    advanced: Sequence[MediaTrackConstraintSet]


MediaTrackConstraintsInput: TypeAlias = _MediaTrackConstraints | Mapping[str, object]
"""The constraints of a track: a basic set, and a list of ``advanced`` sets."""


class _MediaStreamConstraints(TypedDict, total=False):
    video: bool | MediaTrackConstraintsInput
    audio: bool | MediaTrackConstraintsInput


MediaStreamConstraints: TypeAlias = _MediaStreamConstraints | Mapping[str, object]
"""The argument of `get_user_media`: ``{"video": …, "audio": …}``, each True or constraints."""

#: The values of `MediaStreamTrack.content_hint` (Content Hints §2).

ContentHint: TypeAlias = Literal[
    "", "speech", "speech-recognition", "music", "motion", "detail", "text"
]
