"""Pixel formats of a camera, by their FourCC, as OpenCV treats them; nothing of V4L2 is needed.

What is known here was found by trying every format that the kernel's `vivid` has, with OpenCV 4.9
and 5.0; a test looks at the colours of those that are here. Of most others OpenCV makes wrong ones
or no picture, and some of several planes end the process. It knows no video such as H.264.
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
"""They have the picture as it is."""

COMPRESSED_FORMATS = frozenset({"MJPG", "JPEG"})
"""They cost time and quality; but the bus carries more of them."""

SENSOR_FORMATS = frozenset(
    {
        *("GREY", "Y10 ", "Y12 ", "Y16 ", "Y16\xa0"),
        *("BA81", "GBRG", "GRBG", "RGGB"),
    }
)
"""Shades of grey, of thermal and infrared cameras too, and what a sensor sees behind its filters.

The last of the grey ones has the high byte first, for which the FourCC's highest bit is set.
"""

DECODABLE_FORMATS = COLOUR_FORMATS | COMPRESSED_FORMATS | SENSOR_FORMATS
"""All of which a true picture can be made."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to make a picture of what a camera sent.

    Attributes:
        code: The name of OpenCV's conversion to blue, green and red.
        numbers: Bytes of each pixel in a line.
        lines: Lines of bytes for each line of pixels.
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
"""For those of which OpenCV's cameras, in one version or all, make wrong colours, or none."""


def converted(
    opencv: OpenCV, conversion: Conversion, sent: Picture, width: int, height: int
) -> Picture | None:
    """Return the picture in what a camera sent; `None` where a part of it is missing.

    Args:
        opencv: The module cv2.
        conversion: The format's.
        sent: The bytes, of any shape. Lines may be longer than their pixels.
        width: Pixels of the picture.
        height: Likewise.
    """
    lines, length = round(height * conversion.lines), width * conversion.numbers
    if sent.size % lines or sent.size < lines * length:
        return None
    picture = sent.reshape(lines, -1)[:, :length]
    if conversion.numbers > 1:
        picture = picture.reshape(lines, width, conversion.numbers)
    return opencv.cvtColor(picture, getattr(opencv, conversion.code))
