"""`VideoFrame`: one picture of a camera or another source (WebCodecs §9.4)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Self

from mediadevices.errors import InvalidStateError
from mediadevices.implementations import pixel_operations
from mediadevices.media.buffer_checks import sized_bytes, writable_bytes
from mediadevices.media.copy_planes import copy_planes
from mediadevices.media.dictionary_members import integer, members, required
from mediadevices.media.frame_geometry import (
    DOMRectReadOnly,
    FrameGeometry,
    PlaneLayout,
    array_shapes,
    check_rect,
    compute_layout,
    packed_geometry,
    read_layout,
    read_rect,
)
from mediadevices.media.media_resource import MediaResource
from mediadevices.media.pixel_formats import PIXEL_FORMATS, PixelFormat
from mediadevices.media.video_frame_init import (
    BUFFER_INIT,
    INIT,
    apply_init,
    read_buffer_init,
    read_pixel_format,
)
from mediadevices.webidl import promise
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    import numpy as np
    import numpy.typing as npt

    from mediadevices.media.media_resource import AnyBuffer

__all__ = ["VideoFrame"]

# idl: without VideoColorSpace, VideoColorSpaceInit, VideoFrame*.colorSpace: no driver reports it;
#   YUV is BT.601.
# idl: without VideoFrameMetadata, VideoFrame*.metadata, Segment, SegmentType, BackgroundBlur,
#   MediaEffectInfo: no driver reports what a picture contains.
# idl: without AlphaOption, VideoFrameInit.alpha: transparency is always kept.

_MIN_TIMESTAMP = -(2**63)
_COPY_OPTIONS = ("rect", "layout", "format", "color_space")


class VideoFrame(Interface):
    """One picture, immutable, which shares its memory with its clones (WebCodecs §9.4).

    Read the pixels with `to_ndarray`, `data`, `planes` or `copy_to`. Close a frame when you are
    done with it, or use it as a context manager. The memory is released after its last use.

    Args:
        data: Another frame, which then shares its memory; or the pixels as flat bytes or as a
            C-contiguous array of uint8. An array with more than one dimension has the shape that
            `to_ndarray` returns. A read-only buffer is shared. A writable one is copied, as the
            standard requires, unless `transfer` lists it.
        init: A mapping with the standard's keys, or the same in snake_case:

            * ``format``: such as ``"I420"``, ``"RGBA"`` or ``"BGR24"`` (required for a buffer);
            * ``codedWidth``, ``codedHeight``: pixels, at most 32767 (required for a buffer);
            * ``timestamp``: microseconds (required for a buffer);
            * ``duration``: microseconds;
            * ``layout``: ``[{"offset": bytes, "stride": bytes}, …]``, one entry per plane;
            * ``visibleRect``: ``{"x", "y", "width", "height"}`` in coded pixels;
            * ``displayWidth``, ``displayHeight``: pixels; needed if pixels are not square;
            * ``rotation``: degrees clockwise, a multiple of 90; ``flip``: mirrored;
            * ``transfer``: a list with `data`, if you will not use its memory again.
        **keywords: The same members in snake_case; they win over `init`.

    Raises:
        TypeError: A member is missing, has the wrong type, or contradicts another; the message
            names the path.
        InvalidStateError: `data` is a closed frame.

    Example:
        >>> frame = VideoFrame(bytes(6), format="I420", coded_width=2, coded_height=2, timestamp=0)
    """

    # idl: differs constructor: the picture is a frame or memory; keyword arguments work too.
    # idl: differs allocationSize, copyTo: keyword arguments work too.
    # idl: own wrap, over, resource, geometry: for drivers and for operations on pixels.
    # idl: own data, planes, layout, to_ndarray, buffer protocol: the memory without a copy.
    # idl: own with, closed, retimed: what Python programs do with frames.

    __slots__ = ("_duration", "_geometry", "_resource", "_timestamp")

    _resource: MediaResource | None
    _geometry: FrameGeometry | None
    _timestamp: int
    _duration: int | None

    if not TYPE_CHECKING:
        # Skip the check of names in the base class: frames are created often, and no public
        # attribute can be set.
        __setattr__ = object.__setattr__

    def __init__(
        self,
        data: AnyBuffer | VideoFrame,
        init: Mapping[str, object] | None = None,
        /,
        **keywords: object,
    ) -> None:
        path = "VideoFrame: init"
        if isinstance(data, VideoFrame):
            given = members(path, init, keywords, INIT)
            self._resource = data.resource
            base, self._timestamp, self._duration = data.geometry, data.timestamp, data.duration
        else:
            given = members(path, init, keywords, BUFFER_INIT)
            self._resource, base = read_buffer_init(path, data, given)
            self._timestamp, self._duration = 0, None
            required(f"{path}.timestamp", given, "timestamp")
        self._geometry = apply_init(path, base, given)
        if "timestamp" in given:
            self._timestamp = integer(f"{path}.timestamp", given["timestamp"], _MIN_TIMESTAMP)
        if "duration" in given:
            self._duration = integer(f"{path}.duration", given["duration"], 0)

    @classmethod
    def wrap(
        cls,
        buffer: AnyBuffer,
        format: str,  # noqa: A002  (the standard's name)
        width: int,
        height: int,
        *,
        timestamp: int,
        duration: int | None = None,
        release: Callable[[], None] | None = None,
    ) -> Self:
        """Make a frame over a driver's memory in a few microseconds, without a copy.

        Args:
            buffer: The packed pixels, as for the constructor; the driver must no
                longer change them.
            format: The format's name in capitals, such as ``"BGR24"``.
            width: Pixels.
            height: Pixels.
            timestamp: Microseconds.
            duration: Microseconds, or None if unknown.
            release: Called once, from any thread, when the memory can be reused: the last frame
                over it is closed or collected, and no view or array of it is left. Python 3.11
                cannot track a `memoryview`. There, `release` is not called if a consumer has
                taken one, and the garbage collector frees the memory.

        Returns:
            The frame.

        Raises:
            TypeError: The buffer does not fit the format and the size.
        """
        geometry = packed_geometry(PIXEL_FORMATS[format], width, height)
        sized_bytes("VideoFrame.wrap: buffer", buffer, *_packed_buffer(geometry))
        return cls.over(MediaResource(buffer, release), geometry, timestamp, duration)

    @classmethod
    def over(
        cls,
        resource: MediaResource,
        geometry: FrameGeometry,
        timestamp: int,
        duration: int | None = None,
    ) -> Self:
        """Make a frame over shared memory, for operations on pixels.

        Args:
            resource: The memory.
            geometry: The layout of the pixels in it; not checked.
            timestamp: Microseconds.
            duration: Microseconds, or None if unknown.

        Returns:
            The frame.
        """
        self = cls.__new__(cls)
        self._resource = resource
        self._geometry = geometry
        self._timestamp = timestamp
        self._duration = duration
        return self

    @property
    def format(self) -> str | None:
        """The pixel format, such as ``"I420"``; None when closed."""
        return None if self._geometry is None else self._geometry.format.name

    @property
    def coded_width(self) -> int:
        """The width in memory, in pixels, visible or not; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.coded_width

    @property
    def coded_height(self) -> int:
        """The height in memory, in pixels, visible or not; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.coded_height

    @property
    def coded_rect(self) -> DOMRectReadOnly | None:
        """The rectangle of all pixels in memory; None when closed."""
        if self._geometry is None:
            return None
        return DOMRectReadOnly(0, 0, self._geometry.coded_width, self._geometry.coded_height)

    @property
    def visible_rect(self) -> DOMRectReadOnly | None:
        """The rectangle of the visible pixels; None when closed."""
        return None if self._geometry is None else self._geometry.visible

    @property
    def display_width(self) -> int:
        """The width for display, in square pixels; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.display_width

    @property
    def display_height(self) -> int:
        """The height for display, in square pixels; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.display_height

    @property
    def rotation(self) -> int:
        """The rotation to apply for display, in degrees clockwise: 0, 90, 180 or 270."""
        return 0 if self._geometry is None else self._geometry.rotation

    @property
    def flip(self) -> bool:
        """Whether to mirror the picture for display, after the rotation."""
        return self._geometry is not None and self._geometry.flip

    @property
    def timestamp(self) -> int:
        """The time of capture, in microseconds; all captured media share one clock."""
        return self._timestamp

    @property
    def duration(self) -> int | None:
        """How long to show the picture, in microseconds; None if unknown."""
        return self._duration

    @property
    def closed(self) -> bool:
        """Whether the frame was closed."""
        return self._resource is None

    @property
    def resource(self) -> MediaResource:
        """The shared memory, for operations on pixels.

        Raises:
            InvalidStateError: The frame is closed.
        """
        if (resource := self._resource) is None:
            raise _closed()
        return resource

    @property
    def geometry(self) -> FrameGeometry:
        """The layout of the pixels in memory, for operations on pixels.

        Raises:
            InvalidStateError: The frame is closed.
        """
        if (geometry := self._geometry) is None:
            raise _closed()
        return geometry

    @property
    def data(self) -> memoryview:
        """The memory as read-only bytes, without a copy.

        Raises:
            InvalidStateError: The frame is closed.
        """
        return self.resource.exposed_view()

    @property
    def layout(self) -> tuple[PlaneLayout, ...]:
        """The position of each plane in `data`, in bytes.

        Raises:
            InvalidStateError: The frame is closed.
        """
        return self.geometry.layout

    @property
    def planes(self) -> tuple[memoryview, ...]:
        """Each plane of the coded picture as read-only bytes, without a copy; see `layout`.

        Raises:
            InvalidStateError: The frame is closed.
        """
        data, geometry = self.data, self.geometry
        return tuple(
            data[offset : offset + stride * plane.rows(geometry.coded_height)]
            for plane, (offset, stride) in zip(geometry.format.planes, geometry.layout, strict=True)
        )

    def allocation_size(
        self, options: Mapping[str, object] | None = None, /, **keywords: object
    ) -> int:
        """Return the bytes that `copy_to` would write with these options (WebCodecs §9.4.5).

        Args:
            options: See `copy_to`.
            **keywords: The same members in snake_case.

        Raises:
            InvalidStateError: The frame is closed.
            TypeError: The options are wrong; the message names the path.
        """
        return self._read_copy_options("allocation_size", options, keywords)[3]

    def copy_to(
        self,
        destination: AnyBuffer,
        options: Mapping[str, object] | None = None,
        /,
        **keywords: object,
    ) -> Awaitable[list[dict[str, int]]]:
        """Copy the pixels to your own memory (WebCodecs §9.4.5).

        Args:
            destination: Writable flat bytes, or a C-contiguous array of uint8. An array with more
                than one dimension has the shape of the copied pixels.
            options: A mapping of ``rect`` (the pixels to copy; by default the visible ones),
                ``layout`` (the positions of the planes; by default packed) and ``format`` (the
                format to convert to: any, where the standard has only RGBA, RGBX, BGRA and BGRX).
            **keywords: The same members in snake_case.

        Returns:
            A future with the positions of the planes: ``[{"offset": bytes, "stride": bytes}, …]``.
            It fails with `InvalidStateError` if the frame is closed, and with `TypeError` if the
            options or the destination are wrong; the message names the path.

        Raises:
            InvalidStateError: No event loop is running; use `data` or `to_ndarray` instead.
        """
        try:
            loop = promise.running_loop()
        except InvalidStateError:
            raise InvalidStateError(
                "VideoFrame.copy_to: no event loop is running; use `data` or `to_ndarray` here"
            ) from None
        future: asyncio.Future[list[dict[str, int]]] = loop.create_future()
        try:
            future.set_result(self._copy(destination, options, keywords))
        except (InvalidStateError, TypeError) as error:
            future.set_exception(error)
        return future

    def clone(self) -> VideoFrame:
        """Return another frame over the same memory (WebCodecs §9.4.5).

        Raises:
            InvalidStateError: The frame is closed.
        """
        if (resource := self._resource) is None or (geometry := self._geometry) is None:
            raise _closed()
        return VideoFrame.over(resource, geometry, self._timestamp, self._duration)

    def retimed(self, timestamp: int, duration: int | None = None) -> VideoFrame:
        """Return a frame over the same memory with another timestamp and duration.

        Args:
            timestamp: Microseconds.
            duration: Microseconds, or None if unknown.

        Raises:
            InvalidStateError: The frame is closed.
        """
        return VideoFrame.over(self.resource, self.geometry, timestamp, duration)

    def close(self) -> None:
        """Drop the reference to the memory; timestamp and duration stay (WebCodecs §9.4.5).

        Further calls do nothing.
        """
        if self._resource is not None:
            self._resource = self._geometry = None

    def to_ndarray(self, format: str | None = None) -> npt.NDArray[np.uint8]:  # noqa: A002  (the standard's name)
        """Return the visible pixels as a read-only NumPy array; to draw on it, copy it.

        In the frame's own format there is no copy. All clones of a frame share the result of a
        conversion. For these two reasons the array is read-only.

        Args:
            format: The format to convert to, such as ``"rgb24"``, ``"bgr24"``, ``"gray8"``,
                ``"rgba"`` or ``"i420"``, in upper or lower case; by default the frame's own.

        Returns:
            An array of uint8 of shape (height, width, channels), or (height, width) for GRAY8. The
            planes of a planar picture are below each other, as in OpenCV: (height * 3 / 2, width)
            for I420. If they do not fill whole rows (odd sizes), the array is flat.

        Raises:
            InvalidStateError: The frame is closed.
            TypeError: There is no such format.
            ImportError: NumPy is not installed.
        """
        from mediadevices.media.numpy_arrays import frame_array

        geometry = self.geometry
        wanted = (
            geometry.format if format is None else read_pixel_format("to_ndarray: format", format)
        )
        if wanted is geometry.format:
            return frame_array(self)
        return frame_array(pixel_operations().convert(self, wanted.name))

    def __buffer__(self, flags: int, /) -> memoryview:
        """Return `data`; since Python 3.12, a frame works wherever a buffer does."""
        return self.data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if (geometry := self._geometry) is None:
            return f"<VideoFrame closed timestamp={self._timestamp}>"
        return (
            f"<VideoFrame {geometry.format.name} {geometry.visible.width}x{geometry.visible.height}"
            f" timestamp={self._timestamp}>"
        )

    def _read_copy_options(
        self, method: str, options: object, keywords: Mapping[str, object]
    ) -> tuple[PixelFormat, DOMRectReadOnly, tuple[PlaneLayout, ...], int]:
        """Parse VideoFrameCopyToOptions (WebCodecs §9.4.6)."""
        geometry = self.geometry
        path = f"VideoFrame.{method}: options"
        given = members(path, options, keywords, _COPY_OPTIONS)
        wanted, rect, layout = geometry.format, geometry.visible, None
        if "format" in given:
            wanted = read_pixel_format(f"{path}.format", given["format"])
        if "rect" in given:
            rect = read_rect(f"{path}.rect", given["rect"])
            size = geometry.coded_width, geometry.coded_height
            check_rect(f"{path}.rect", rect, geometry.format, *size)
        if "layout" in given:
            layout = read_layout(f"{path}.layout", given["layout"])
        places, size_in_bytes = compute_layout(
            f"{path}.layout", wanted, rect.width, rect.height, layout
        )
        return wanted, rect, places, size_in_bytes

    def _copy(
        self, destination: AnyBuffer, options: object, keywords: Mapping[str, object]
    ) -> list[dict[str, int]]:
        wanted, rect, places, size = self._read_copy_options("copy_to", options, keywords)
        shapes = array_shapes(wanted, places, rect.height)
        path = "VideoFrame.copy_to: destination"
        target = writable_bytes(path, destination, size, "B", shapes)
        if wanted is self.geometry.format:
            copy_planes(self.resource, self.geometry, rect, target, places)
        else:
            with (
                VideoFrame(self, visible_rect=rect) as cropped,
                pixel_operations().convert(cropped, wanted.name) as made,
            ):
                copy_planes(made.resource, made.geometry, made.geometry.visible, target, places)
        return [{"offset": place.offset, "stride": place.stride} for place in places]


@lru_cache(maxsize=256)
def _packed_buffer(geometry: FrameGeometry) -> tuple[int, str, list[tuple[int, ...]]]:
    """Return the size in bytes, the typecode and the possible shapes of packed pixels."""
    pixel_format, height = geometry.format, geometry.coded_height
    shapes = array_shapes(pixel_format, geometry.layout, height)
    return pixel_format.byte_size(geometry.coded_width, height), "B", shapes


def _closed() -> InvalidStateError:
    return InvalidStateError(
        "the VideoFrame is closed; take a clone() first if you need it for longer"
    )
