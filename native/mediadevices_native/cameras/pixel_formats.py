"""The pixel formats (FourCC) of cameras that OpenCV can decode.

The lists are the result of a test of every format of the kernel's `vivid` driver with OpenCV 4.9
and 5.0; a test checks the colours of the formats listed here. For most other formats OpenCV makes
wrong colours or no picture, and some multi-planar formats crash the process. OpenCV cannot decode
video such as H.264.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices_native.opencv import OpenCV, Picture

__all__ = [
    "COLOUR_FORMATS",
    "COMPRESSED_FORMATS",
    "CONVERSIONS",
    "DECODABLE_FORMATS",
    "SENSOR_FORMATS",
    "Conversion",
    "converted",
]

COLOUR_FORMATS = frozenset(
    {
        *("YUYV", "UYVY", "YVYU", "NV12", "NV21", "YU12", "YV12"),
        *("RGB3", "BGR3", "XR24", "AR24"),
    }
)
"""Uncompressed colours."""

COMPRESSED_FORMATS = frozenset({"MJPG", "JPEG"})
"""Compressed: decoding takes time, and quality is lost, but the frames need less bandwidth."""

SENSOR_FORMATS = frozenset(
    {
        *("GREY", "Y10 ", "Y12 ", "Y16 ", "Y16\xa0"),
        *("BA81", "GBRG", "GRBG", "RGGB"),
    }
)
"""Grey, also of thermal and infrared cameras, and the raw colours of a sensor (Bayer).

In the last grey format, the highest bit of the FourCC is set, which marks a big-endian format.
"""

DECODABLE_FORMATS = COLOUR_FORMATS | COMPRESSED_FORMATS | SENSOR_FORMATS
"""All formats with which OpenCV makes a correct picture."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to convert the bytes of a frame to a picture.

    Attributes:
        code: The name of OpenCV's conversion to blue, green and red.
        numbers: Bytes per pixel in a line.
        lines: Lines of bytes per line of pixels.
    """

    code: str
    numbers: int = 1
    lines: float = 1.0


CONVERSIONS = {
    "YVYU": Conversion("COLOR_YUV2BGR_YVYU", numbers=2),
    "NV12": Conversion("COLOR_YUV2BGR_NV12", lines=1.5),
    "NV21": Conversion("COLOR_YUV2BGR_NV21", lines=1.5),
    "BA81": Conversion("COLOR_BayerBGGR2BGR"),
    "GBRG": Conversion("COLOR_BayerGBRG2BGR"),
    "GRBG": Conversion("COLOR_BayerGRBG2BGR"),
    "RGGB": Conversion("COLOR_BayerRGGB2BGR"),
}
"""For formats that `cv2.VideoCapture` itself converts wrongly or not at all, in some version."""


def converted(
    opencv: OpenCV, conversion: Conversion, sent: Picture, width: int, height: int
) -> Picture | None:
    """Return the picture in the bytes of a frame; `None` if a part of it is missing.

    Args:
        opencv: The module cv2.
        conversion: The conversion of the format.
        sent: The bytes, of any shape. Lines may have padding at the end.
        width: Pixels of the picture.
        height: Pixels of the picture.
    """
    lines, length = round(height * conversion.lines), width * conversion.numbers
    if sent.size % lines or sent.size < lines * length:
        return None
    picture = sent.reshape(lines, -1)[:, :length]
    if conversion.numbers > 1:
        picture = picture.reshape(lines, width, conversion.numbers)
    return opencv.cvtColor(picture, getattr(opencv, conversion.code))
