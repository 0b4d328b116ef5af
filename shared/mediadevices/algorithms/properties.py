"""The table of constrainable properties (Media Capture and Streams §8).

To support a property of a later document, add a row; everything else follows from the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from mediadevices.kinds import Kind

__all__ = [
    "INHERENT",
    "OWN_PIXEL_FORMAT",
    "PROPERTIES",
    "Property",
    "ValueType",
    "supported_constraints",
]

ValueType: TypeAlias = Literal["ulong", "double", "string", "boolean", "boolean-or-string"]


class Property(NamedTuple):
    """A constrainable property.

    Attributes:
        name: The standard's name.
        kinds: The kinds of track that it applies to.
        type: The type of its values.
        required_in_get_user_media: Whether `get_user_media` allows required constraints on it.
        selects_existence: Whether True and False constrain its existence instead of its value.
    """

    name: str
    kinds: frozenset[Kind]
    type: ValueType
    required_in_get_user_media: bool = False
    selects_existence: bool = False


_BOTH: frozenset[Kind] = frozenset({"audio", "video"})
_AUDIO: frozenset[Kind] = frozenset({"audio"})
_VIDEO: frozenset[Kind] = frozenset({"video"})

# idl: without MediaTrack*.pointsOfInterest, ConstrainPoint2DParameters, Point2D: no driver supports
#   it. It selects the places in the picture that determine focus and exposure.
# idl: without MediaTrack*.gestureReactions, MediaTrack*.faceFraming, MediaTrack*.eyeGazeCorrection,
#   MediaTrack*.humanFaceDetectionMode, MediaTrack*.backgroundSegmentationMask,
#   HumanFaceDetectionModeEnum: effects that the system applies to a camera's picture. No driver
#   can switch them, and a browser's effects are not passed on yet.
# idl: without MediaTrack*.powerEfficient, MediaTrack*.powerEfficientPixelFormat: no driver
#   reports it.
# idl: without VideoFacingModeEnum, VideoResizeModeEnum, EchoCancellationModeEnum, MeteringMode:
#   the properties take any string, as in the dictionaries of the IDL.
# idl: without ImageCapture, PhotoCapabilities, PhotoSettings, MediaSettingsRange, RedEyeReduction,
#   FillLightMode: not built. They take pictures with the camera's own photo settings.
# idl: without RTCDegradationPreference, RTCRtpSendParameters: they belong to peer connections.

# Media Capture and Streams, in the order of its dictionaries.
_CORE = (
    Property("width", _VIDEO, "ulong", required_in_get_user_media=True),
    Property("height", _VIDEO, "ulong", required_in_get_user_media=True),
    Property("aspectRatio", _VIDEO, "double", required_in_get_user_media=True),
    Property("frameRate", _VIDEO, "double", required_in_get_user_media=True),
    Property("facingMode", _VIDEO, "string", required_in_get_user_media=True),
    Property("resizeMode", _VIDEO, "string", required_in_get_user_media=True),
    Property("sampleRate", _AUDIO, "ulong", required_in_get_user_media=True),
    Property("sampleSize", _AUDIO, "ulong", required_in_get_user_media=True),
    Property("echoCancellation", _AUDIO, "boolean-or-string", required_in_get_user_media=True),
    Property("autoGainControl", _AUDIO, "boolean", required_in_get_user_media=True),
    Property("noiseSuppression", _AUDIO, "boolean", required_in_get_user_media=True),
    Property("latency", _AUDIO, "double", required_in_get_user_media=True),
    Property("channelCount", _AUDIO, "ulong", required_in_get_user_media=True),
    Property("deviceId", _BOTH, "string", required_in_get_user_media=True),
    Property("groupId", _BOTH, "string", required_in_get_user_media=True),
    Property("backgroundBlur", _VIDEO, "boolean"),
)

# Media Capture and Streams Extensions.
_EXTENSIONS = (Property("voiceIsolation", _AUDIO, "boolean"),)

# MediaStream Image Capture.
_IMAGE = (
    Property("whiteBalanceMode", _VIDEO, "string"),
    Property("exposureMode", _VIDEO, "string"),
    Property("focusMode", _VIDEO, "string"),
    Property("exposureCompensation", _VIDEO, "double"),
    Property("exposureTime", _VIDEO, "double"),
    Property("colorTemperature", _VIDEO, "double"),
    Property("iso", _VIDEO, "double"),
    Property("brightness", _VIDEO, "double"),
    Property("contrast", _VIDEO, "double"),
    Property("saturation", _VIDEO, "double"),
    Property("sharpness", _VIDEO, "double"),
    Property("focusDistance", _VIDEO, "double"),
    Property("pan", _VIDEO, "double", selects_existence=True),
    Property("tilt", _VIDEO, "double", selects_existence=True),
    Property("zoom", _VIDEO, "double", selects_existence=True),
    Property("torch", _VIDEO, "boolean"),
)

PROPERTIES: Mapping[str, Property] = MappingProxyType(
    {one.name: one for one in (*_CORE, *_EXTENSIONS, *_IMAGE)}
)

#: The inherent constrainable track properties: `get_settings()` of an ended track returns them.
INHERENT = ("deviceId", "groupId", "facingMode")

# idl: own MediaTrackSettings.xPixelFormat: the format in which the camera sends its pictures, such
#   as `"MJPG"`. Frames can have another format. No document defines it, hence the `x`.
OWN_PIXEL_FORMAT = "xPixelFormat"


def supported_constraints() -> dict[str, bool]:
    """Return the `MediaTrackSupportedConstraints` of an agent that supports every property."""
    return dict.fromkeys(PROPERTIES, True)
