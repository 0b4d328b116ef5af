"""The pixel formats: their planes, sizes and black (WebCodecs §9.8).

The formats of the standard are I420, I420A, I422, I444, NV12, RGBA, RGBX, BGRA and BGRX. RGB24,
BGR24 and GRAY8 are additions, because OpenCV, Pillow and most models use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PIXEL_FORMATS", "PixelFormat", "PixelPlane", "find_pixel_format"]


@dataclass(frozen=True, slots=True)
class PixelPlane:
    """One plane of a format.

    Attributes:
        black: One sample of opaque black; its length is the size of a sample in bytes.
        subsampling_x: The number of pixels in a row that share a sample.
        subsampling_y: The number of pixels in a column that share a sample.
    """

    black: bytes
    subsampling_x: int = 1
    subsampling_y: int = 1

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return len(self.black)

    def columns(self, width: int) -> int:
        """Return the samples in a row of a picture of `width` pixels."""
        return -(-width // self.subsampling_x)

    def rows(self, height: int) -> int:
        """Return the rows of samples in a picture of `height` pixels."""
        return -(-height // self.subsampling_y)

    def row_bytes(self, width: int) -> int:
        """Return the bytes of a row without padding."""
        return self.columns(width) * len(self.black)


@dataclass(
    frozen=True, slots=True, eq=False
)  # one object per format, hashed by identity, which is fast
class PixelFormat:
    """A layout of pixels in memory.

    Attributes:
        name: The standard's name, such as ``"NV12"``.
        family: ``"rgb"``: one plane of interleaved channels; ``"yuv"``: BT.601 in limited range
            (black is Y=16, U=V=128); ``"gray"``: one full-range channel.
        channels: The channels in memory order; ``X`` is an unused byte.
        planes: The planes in memory order.
    """

    name: str
    family: Literal["rgb", "yuv", "gray"]
    channels: str
    planes: tuple[PixelPlane, ...]

    @property
    def subsampling_x(self) -> int:
        """The coarsest horizontal subsampling of its planes, in pixels."""
        return max(plane.subsampling_x for plane in self.planes)

    @property
    def subsampling_y(self) -> int:
        """The coarsest vertical subsampling of its planes, in pixels."""
        return max(plane.subsampling_y for plane in self.planes)

    @property
    def has_alpha(self) -> bool:
        """Whether pixels can be transparent."""
        return "A" in self.channels

    def byte_size(self, width: int, height: int) -> int:
        """Return the bytes of a packed picture, `width` by `height` pixels."""
        return sum(plane.row_bytes(width) * plane.rows(height) for plane in self.planes)

    def black(self, width: int, height: int) -> bytes:
        """Return the packed bytes of an opaque black picture, `width` by `height` pixels."""
        return b"".join(
            plane.black * (plane.columns(width) * plane.rows(height)) for plane in self.planes
        )


def _yuv(name: str, subsampling_x: int, subsampling_y: int, *, alpha: bool = False) -> PixelFormat:
    chroma = PixelPlane(b"\x80", subsampling_x, subsampling_y)
    planes = (PixelPlane(b"\x10"), chroma, chroma, *((PixelPlane(b"\xff"),) if alpha else ()))
    return PixelFormat(name, "yuv", "YUVA" if alpha else "YUV", planes)


def _rgb(name: str, channels: str) -> PixelFormat:
    black = bytes(255 if channel in "AX" else 0 for channel in channels)
    return PixelFormat(name, "rgb", channels, (PixelPlane(black),))


# idl: own VideoPixelFormat.RGB24, VideoPixelFormat.BGR24, VideoPixelFormat.GRAY8: OpenCV, Pillow
#   and most models use them.
# idl: without VideoPixelFormat.*P10, VideoPixelFormat.*P12: no driver delivers more than 8 bits.
# idl: without VideoPixelFormat.I422A, VideoPixelFormat.I444A: no driver delivers transparency.

PIXEL_FORMATS: Mapping[str, PixelFormat] = MappingProxyType(
    {
        pixel_format.name: pixel_format
        for pixel_format in (
            _yuv("I420", 2, 2),
            _yuv("I420A", 2, 2, alpha=True),
            _yuv("I422", 2, 1),
            _yuv("I444", 1, 1),
            PixelFormat("NV12", "yuv", "YUV", (PixelPlane(b"\x10"), PixelPlane(b"\x80\x80", 2, 2))),
            _rgb("RGBA", "RGBA"),
            _rgb("RGBX", "RGBX"),
            _rgb("BGRA", "BGRA"),
            _rgb("BGRX", "BGRX"),
            _rgb("RGB24", "RGB"),
            _rgb("BGR24", "BGR"),
            PixelFormat("GRAY8", "gray", "Y", (PixelPlane(b"\x00"),)),
        )
    }
)


def find_pixel_format(name: object) -> PixelFormat | None:
    """Return the format with a name in upper or lower case, or None."""
    return PIXEL_FORMATS.get(name.upper()) if isinstance(name, str) else None
