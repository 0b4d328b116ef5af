"""Operations on pictures: the interface, and the code that all implementations share.

An operation never changes its frame. Its result is cached with the memory of the source, so that
all consumers of a picture share one conversion.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from mediadevices.media.frame_geometry import DOMRectReadOnly, FrameGeometry, packed_geometry
from mediadevices.media.media_resource import MediaResource
from mediadevices.media.pixel_formats import PIXEL_FORMATS, PixelFormat
from mediadevices.media.video_frame import VideoFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.media.media_resource import AnyBuffer

__all__ = ["PixelOperations", "SharedPixelOperations", "black_frame", "centre_crop"]


class PixelOperations(Protocol):
    """Converts and scales pictures; see `mediadevices.implementations.pixel_operations`."""

    def convert(self, frame: VideoFrame, format: str, /) -> VideoFrame:  # noqa: A002  (the standard's name)
        """Convert to another pixel format.

        YUV is BT.601 in limited range. A new alpha channel is opaque, the unused byte of RGBX and
        BGRX is 255, and GRAY8 is full-range luma.

        Args:
            frame: The picture; its visible pixels are converted.
            format: The name of the format in capitals.

        Returns:
            A new frame, which you have to close. It shares the memory if the format is the same.

        Raises:
            InvalidStateError: The frame is closed.
        """
        ...

    def crop_and_scale(self, frame: VideoFrame, width: int, height: int, /) -> VideoFrame:
        """Crop the centre to the target's aspect ratio, then scale it down by averaging.

        Enlarging repeats pixels; no setting of a track enlarges.

        Args:
            frame: The picture.
            width: The wanted display width, in pixels.
            height: The wanted display height, in pixels.

        Returns:
            A new frame with this display size and square pixels, which you have to close. Format,
            orientation, timestamp and duration stay the same. It shares the memory if no pixel
            changes.

        Raises:
            InvalidStateError: The frame is closed.
        """
        ...


class SharedPixelOperations(ABC):
    """The base of all implementations, which caches results with the source's memory."""

    def convert(self, frame: VideoFrame, format: str, /) -> VideoFrame:  # noqa: A002  (the standard's name)
        """Convert to another pixel format; see `PixelOperations.convert`."""
        geometry, wanted = frame.geometry, PIXEL_FORMATS[format]
        if wanted is geometry.format:
            return frame.clone()
        result = packed_geometry(wanted, geometry.visible.width, geometry.visible.height)
        size = geometry.display_width, geometry.display_height
        if (result.display_width, result.display_height) != size or _is_reoriented(geometry):
            result = result.displayed_as(size, geometry.rotation, flip=geometry.flip)
        return _cached(
            frame, ("convert", wanted.name), result, lambda: self.converted_bytes(frame, wanted)
        )

    def crop_and_scale(self, frame: VideoFrame, width: int, height: int, /) -> VideoFrame:
        """Crop the centre and scale it; see `PixelOperations.crop_and_scale`."""
        geometry = frame.geometry
        if (geometry.display_width, geometry.display_height) == (width, height):
            return frame.clone()
        # A picture with a quarter rotation lies on its side in memory.
        across, down = (height, width) if geometry.rotation % 180 else (width, height)
        crop = centre_crop(geometry, across, down)
        if crop == geometry.visible and (crop.width, crop.height) == (across, down):
            result = geometry.displayed_as((width, height), geometry.rotation, flip=geometry.flip)
            return VideoFrame.over(frame.resource, result, frame.timestamp, frame.duration)
        result = packed_geometry(geometry.format, across, down)
        if _is_reoriented(geometry):
            result = result.displayed_as((width, height), geometry.rotation, flip=geometry.flip)
        return _cached(
            frame,
            ("scale", across, down, crop),
            result,
            lambda: self.scaled_bytes(frame, crop, across, down),
        )

    @abstractmethod
    def converted_bytes(self, frame: VideoFrame, wanted: PixelFormat) -> AnyBuffer:
        """Return the packed bytes of the visible pixels in another format."""

    @abstractmethod
    def scaled_bytes(
        self, frame: VideoFrame, crop: DOMRectReadOnly, width: int, height: int
    ) -> AnyBuffer:
        """Return the packed bytes of a part of the picture, scaled to another size."""


def _is_reoriented(geometry: FrameGeometry) -> bool:
    return geometry.rotation != 0 or geometry.flip


def _cached(
    frame: VideoFrame,
    operation: tuple[object, ...],
    result: FrameGeometry,
    make: Callable[[], AnyBuffer],
) -> VideoFrame:
    # Frames that share memory can show different parts of it.
    source = frame.geometry
    key = (*operation, source.format.name, source.visible, source.layout)
    resource = frame.resource.derived(key, make)
    return VideoFrame.over(resource, result, frame.timestamp, frame.duration)


def centre_crop(geometry: FrameGeometry, width: int, height: int) -> DOMRectReadOnly:
    """Return the largest centred part of a picture with the aspect ratio of a target.

    Args:
        geometry: The geometry of the picture.
        width: The target's width in memory, before rotation, in pixels.
        height: The target's height in memory, before rotation, in pixels.

    Returns:
        The part, in coded pixels. It starts on a whole sample of each plane.
    """
    visible, display = geometry.visible, (geometry.display_width, geometry.display_height)
    across, down = reversed(display) if geometry.rotation % 180 else display
    cut_width, cut_height = visible.width, visible.height
    if across * height > width * down:
        cut_width = max(round(visible.width * width * down / (height * across)), 1)
    else:
        cut_height = max(round(visible.height * height * across / (width * down)), 1)
    left, top = (visible.width - cut_width) // 2, (visible.height - cut_height) // 2
    return DOMRectReadOnly(
        visible.x + left - left % geometry.format.subsampling_x,
        visible.y + top - top % geometry.format.subsampling_y,
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
    """Return an opaque black picture, which a disabled or muted track delivers (§4.3.1).

    Args:
        format: The name of the format in capitals.
        width: Pixels.
        height: Pixels.
        timestamp: Microseconds.
        duration: Microseconds, or None if unknown.

    Returns:
        A frame that shares its memory with other black frames of the same format and size.
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
