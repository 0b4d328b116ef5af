"""Operations on pictures: what each implementation offers, and what all of them share.

An operation never touches its frame. Its result is made once for all consumers of the picture: it
is kept with the memory that it came from, and the frames that are handed out share it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from mediadevices.media.frame_geometry import DOMRectReadOnly, FrameGeometry, packed_geometry
from mediadevices.media.pixel_formats import PIXEL_FORMATS, PixelFormat
from mediadevices.media.resource import MediaResource
from mediadevices.media.video_frame import VideoFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.media.resource import AnyBuffer

__all__ = ["PixelOperations", "SharedPixelOperations", "black_frame", "centre_crop"]


class PixelOperations(Protocol):
    """What `mediadevices.platform.pixel_operations` returns."""

    def convert(self, frame: VideoFrame, format: str, /) -> VideoFrame:  # noqa: A002  (the standard's name)
        """Convert to another pixel format.

        YUV is BT.601 in limited range. An alpha channel that was not there is opaque, the byte
        without meaning of RGBX and BGRX is 255, and GRAY8 is full-range luma.

        Args:
            frame: The picture; its visible pixels are converted.
            format: The name of the format in capitals.

        Returns:
            A new frame, yours to close. In the frame's own format it shares the memory.

        Raises:
            InvalidStateError: The frame is closed.
        """
        ...

    def crop_and_scale(self, frame: VideoFrame, width: int, height: int, /) -> VideoFrame:
        """Cut the centre out in the shape of the target, then scale it down by averaging.

        Enlarging, which no setting of a track asks for, repeats pixels.

        Args:
            frame: The picture.
            width: Pixels.
            height: Pixels.

        Returns:
            A new frame of that size in the same format, with the same time-stamp and duration,
            yours to close. It shares the memory where the size is the same.

        Raises:
            InvalidStateError: The frame is closed.
        """
        ...


class SharedPixelOperations(ABC):
    """The base of all implementations: results are kept with the memory that they came from."""

    def convert(self, frame: VideoFrame, format: str, /) -> VideoFrame:  # noqa: A002  (the standard's name)
        """Convert to another pixel format; see `PixelOperations.convert`."""
        geometry, wanted = frame.geometry, PIXEL_FORMATS[format]
        if wanted is geometry.format:
            return frame.clone()
        result = packed_geometry(wanted, geometry.visible.width, geometry.visible.height)
        size = geometry.display_width, geometry.display_height
        if (result.display_width, result.display_height) != size or _is_turned(geometry):
            result = result.seen_as(size, geometry.rotation, flip=geometry.flip)
        return _made_once(
            frame, ("convert", wanted.name), result, lambda: self.converted_bytes(frame, wanted)
        )

    def crop_and_scale(self, frame: VideoFrame, width: int, height: int, /) -> VideoFrame:
        """Cut out the centre and scale it; see `PixelOperations.crop_and_scale`."""
        geometry = frame.geometry
        if (geometry.visible.width, geometry.visible.height) == (width, height):
            return frame.clone()
        crop = centre_crop(geometry.visible, width, height, geometry.format)
        result = packed_geometry(geometry.format, width, height)
        if _is_turned(geometry):
            size = (height, width) if geometry.rotation % 180 else (width, height)
            result = result.seen_as(size, geometry.rotation, flip=geometry.flip)
        return _made_once(
            frame,
            ("scale", width, height),
            result,
            lambda: self.scaled_bytes(frame, crop, width, height),
        )

    @abstractmethod
    def converted_bytes(self, frame: VideoFrame, wanted: PixelFormat) -> AnyBuffer:
        """Return the packed bytes of the visible pixels in another format."""

    @abstractmethod
    def scaled_bytes(
        self, frame: VideoFrame, crop: DOMRectReadOnly, width: int, height: int
    ) -> AnyBuffer:
        """Return the packed bytes of a part of the picture at another size."""


def _is_turned(geometry: FrameGeometry) -> bool:
    return geometry.rotation != 0 or geometry.flip


def _made_once(
    frame: VideoFrame,
    operation: tuple[str | int, ...],
    result: FrameGeometry,
    make: Callable[[], AnyBuffer],
) -> VideoFrame:
    # Frames over one memory may show different parts of it.
    source = frame.geometry
    key = (*operation, source.format.name, source.visible, source.layout)
    resource = frame.resource.derived(key, make)
    return VideoFrame.over(resource, result, frame.timestamp, frame.duration)


def centre_crop(
    visible: DOMRectReadOnly, width: int, height: int, pixel_format: PixelFormat
) -> DOMRectReadOnly:
    """Return the largest centred part of a picture that has the shape of a target.

    Args:
        visible: The visible part, in coded pixels.
        width: The target's, in pixels.
        height: The target's, in pixels.
        pixel_format: The part starts on a whole sample of each of its planes.

    Returns:
        The part, in coded pixels; not smaller than the target where the picture is not.
    """
    cut_width, cut_height = visible.width, visible.height
    if visible.width * height > width * visible.height:
        cut_width = max(round(visible.height * width / height), min(width, visible.width), 1)
    else:
        cut_height = max(round(visible.width * height / width), min(height, visible.height), 1)
    left, top = (visible.width - cut_width) // 2, (visible.height - cut_height) // 2
    return DOMRectReadOnly(
        visible.x + left - left % pixel_format.subsampling_x,
        visible.y + top - top % pixel_format.subsampling_y,
        cut_width,
        cut_height,
    )


def black_frame(
    format: str,  # noqa: A002  (the standard's name)
    width: int,
    height: int,
    timestamp: int = 0,
    duration: int | None = None,
) -> VideoFrame:
    """Return an opaque black picture: what a disabled or muted track shows (§4.3.1).

    Args:
        format: The name of the format in capitals.
        width: Pixels.
        height: Pixels.
        timestamp: Microseconds.
        duration: Microseconds, or None where unknown.

    Returns:
        A frame that shares its memory with the other black frames of its format and size.
    """
    return VideoFrame.over(
        _black(format, width, height),
        packed_geometry(PIXEL_FORMATS[format], width, height),
        timestamp,
        duration,
    )


@lru_cache(maxsize=8)
def _black(name: str, width: int, height: int) -> MediaResource:
    return MediaResource(PIXEL_FORMATS[name].black(width, height))
