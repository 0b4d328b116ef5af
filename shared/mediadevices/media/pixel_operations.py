"""Operations on pictures: what each implementation offers, and what all of them share.

An operation never touches its frame. Its result is made once for all consumers of the picture: it
is kept with the memory that it came from, and the frames that are handed out share it.
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
    """What `mediadevices.implementations.pixel_operations` returns."""

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
            width: Pixels across when shown.
            height: Pixels down when shown.

        Returns:
            A new frame that is shown in that size, of square pixels, in the same format and
            turned likewise, with the same time-stamp and duration, yours to close. It shares the
            memory where no pixel changes.

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
        if (geometry.display_width, geometry.display_height) == (width, height):
            return frame.clone()
        # In memory a picture that is turned by a quarter lies on its side.
        across, down = (height, width) if geometry.rotation % 180 else (width, height)
        crop = centre_crop(geometry, across, down)
        if crop == geometry.visible and (crop.width, crop.height) == (across, down):
            result = geometry.seen_as((width, height), geometry.rotation, flip=geometry.flip)
            return VideoFrame.over(frame.resource, result, frame.timestamp, frame.duration)
        result = packed_geometry(geometry.format, across, down)
        if _is_turned(geometry):
            result = result.seen_as((width, height), geometry.rotation, flip=geometry.flip)
        return _made_once(
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
        """Return the packed bytes of a part of the picture at another size."""


def _is_turned(geometry: FrameGeometry) -> bool:
    return geometry.rotation != 0 or geometry.flip


def _made_once(
    frame: VideoFrame,
    operation: tuple[object, ...],
    result: FrameGeometry,
    make: Callable[[], AnyBuffer],
) -> VideoFrame:
    # Frames over one memory may show different parts of it.
    source = frame.geometry
    key = (*operation, source.format.name, source.visible, source.layout)
    resource = frame.resource.derived(key, make)
    return VideoFrame.over(resource, result, frame.timestamp, frame.duration)


def centre_crop(geometry: FrameGeometry, width: int, height: int) -> DOMRectReadOnly:
    """Return the largest centred part of a picture that is shown in the shape of a target.

    Args:
        geometry: The picture's.
        width: The target's, in pixels, as it lies in memory.
        height: The target's, in pixels, as it lies in memory.

    Returns:
        The part, in coded pixels, which starts on a whole sample of each plane.
    """
    visible, shown = geometry.visible, (geometry.display_width, geometry.display_height)
    across, down = reversed(shown) if geometry.rotation % 180 else shown
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
