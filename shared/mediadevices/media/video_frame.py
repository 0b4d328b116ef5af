"""`VideoFrame`: one picture of a camera or another source (WebCodecs §9.4)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from mediadevices.errors import InvalidStateError
from mediadevices.implementations import pixel_operations
from mediadevices.media.buffer_checks import flat_bytes, sized_bytes, writable_bytes
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
from mediadevices.media.pixel_formats import PIXEL_FORMATS, PixelFormat, find_pixel_format
from mediadevices.webidl import promise
from mediadevices.webidl.conversion import boolean, is_sequence, wrong_type
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    import numpy as np
    import numpy.typing as npt

    from mediadevices.media.media_resource import AnyBuffer

__all__ = ["VideoFrame"]

# idl: without VideoColorSpace, VideoColorSpaceInit, VideoFrame*.colorSpace: no driver tells it; YUV
#   is BT.601.
# idl: without VideoFrameMetadata, VideoFrame*.metadata, Segment, SegmentType, BackgroundBlur,
#   MediaEffectInfo: no driver tells anything of what is in a picture.
# idl: without AlphaOption, VideoFrameInit.alpha: transparency is kept.

#: Pixels across or down, and in all, as in Chromium: whoever shows or blackens a frame makes them.
_MAX_SIDE = 32767
_MAX_PIXELS = 2**28
_MAX_TURN = 2**31 - 1
_MIN_TIME = -(2**63)

# Of both constructors of the standard; those without use here are known so as not to warn.
_SHARED = ("duration", "timestamp", "visible_rect", "display_width", "display_height")
_INIT = (*_SHARED, "rotation", "flip", "alpha", "metadata", "color_space")
_BUFFER_INIT = (*_INIT, "format", "coded_width", "coded_height", "layout", "transfer")
_COPY_OPTIONS = ("rect", "layout", "format", "color_space")


class VideoFrame(Interface):
    """One picture, immutable and sharing its memory with its clones (WebCodecs §9.4).

    Read the pixels with `to_ndarray`, `data`, `planes` or `copy_to`. Close a frame, or use it as a
    context manager, when you are done with it: the memory is free once its last user is gone.

    Args:
        data: The pixels: flat bytes, or a C-contiguous array of uint8, whose shape, if it has more
            than one dimension, is that of `to_ndarray`; or another frame, whose memory is then
            shared. A buffer that can be written to is copied, as the standard says, unless it is in
            `transfer`; a read-only one is shared.
        init: A mapping with the standard's keys, or the same in snake_case:

            * ``format``: such as ``"I420"``, ``"RGBA"`` or ``"BGR24"`` (required for a buffer);
            * ``codedWidth``, ``codedHeight``: pixels, at most 32767 (required for a buffer);
            * ``timestamp``: microseconds (required for a buffer);
            * ``duration``: microseconds;
            * ``layout``: ``[{"offset": bytes, "stride": bytes}, …]``, one for each plane;
            * ``visibleRect``: ``{"x", "y", "width", "height"}`` in coded pixels;
            * ``displayWidth``, ``displayHeight``: pixels, for pixels that are not square;
            * ``rotation``: degrees clockwise, a multiple of 90; ``flip``: mirrored;
            * ``transfer``: a list with `data`, when you give its memory away.
        **keywords: The same members in snake_case; they win over `init`.

    Raises:
        TypeError: Something is missing, of the wrong type, or does not fit together; the message
            names the path.
        InvalidStateError: `data` is a closed frame.

    Example:
        >>> frame = VideoFrame(bytes(6), format="I420", coded_width=2, coded_height=2, timestamp=0)
    """

    # idl: differs constructor: the picture is a frame or memory; keyword arguments are taken too.
    # idl: differs allocationSize, copyTo: keyword arguments are taken too.
    # idl: own wrap, over, resource, geometry: for drivers and for operations on pixels.
    # idl: own data, planes, layout, to_ndarray, buffer protocol: the memory without a copy.
    # idl: own with, closed, retimed: what Python programs do with frames.

    __slots__ = ("_duration", "_geometry", "_resource", "_timestamp")

    _resource: MediaResource | None
    _geometry: FrameGeometry | None
    _timestamp: int
    _duration: int | None

    if not TYPE_CHECKING:
        # The base class looks at every name that is set. Here none can be, and frames are many.
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
            given = members(path, init, keywords, _INIT)
            self._resource = data.resource
            base, self._timestamp, self._duration = data.geometry, data.timestamp, data.duration
        else:
            given = members(path, init, keywords, _BUFFER_INIT)
            self._resource, base = _read_buffer(path, data, given)
            self._timestamp, self._duration = 0, None
            required(f"{path}.timestamp", given, "timestamp")
        self._geometry = _with_view(path, base, given)
        if "timestamp" in given:
            self._timestamp = integer(f"{path}.timestamp", given["timestamp"], _MIN_TIME)
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
        """Make a frame over a driver's memory: no copy, a few microseconds.

        Args:
            buffer: The packed pixels, as for the constructor; nobody may write to them any more.
            format: The format's name in capitals, such as ``"BGR24"``.
            width: Pixels.
            height: Pixels.
            timestamp: Microseconds.
            duration: Microseconds, or None where unknown.
            release: Called once, from any thread, when the memory may be used again: the last
                frame over it is closed or collected, and no view or array of it is left. Python
                3.11 cannot follow a `memoryview`: there, memory that a consumer has seen as one is
                left to the garbage collector, and `release` is not called.

        Returns:
            The frame.

        Raises:
            TypeError: The buffer is not what the format has.
        """
        geometry = packed_geometry(PIXEL_FORMATS[format], width, height)
        sized_bytes("VideoFrame.wrap: buffer", buffer, *_needed(geometry))
        return cls.over(MediaResource(buffer, release), geometry, timestamp, duration)

    @classmethod
    def over(
        cls,
        resource: MediaResource,
        geometry: FrameGeometry,
        timestamp: int,
        duration: int | None = None,
    ) -> Self:
        """Make a frame over memory that is already shared, for operations on pixels.

        Args:
            resource: The memory.
            geometry: Where the pixels are in it; not checked.
            timestamp: Microseconds.
            duration: Microseconds, or None where unknown.

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
        """Pixels across in memory, those that are not visible included; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.coded_width

    @property
    def coded_height(self) -> int:
        """Pixels down in memory, those that are not visible included; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.coded_height

    @property
    def coded_rect(self) -> DOMRectReadOnly | None:
        """All the pixels in memory; None when closed."""
        if self._geometry is None:
            return None
        return DOMRectReadOnly(0, 0, self._geometry.coded_width, self._geometry.coded_height)

    @property
    def visible_rect(self) -> DOMRectReadOnly | None:
        """The pixels that are to be shown; None when closed."""
        return None if self._geometry is None else self._geometry.visible

    @property
    def display_width(self) -> int:
        """Pixels across when shown with square pixels; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.display_width

    @property
    def display_height(self) -> int:
        """Pixels down when shown with square pixels; 0 when closed."""
        return 0 if self._geometry is None else self._geometry.display_height

    @property
    def rotation(self) -> int:
        """Degrees clockwise by which to turn the picture before it is shown: 0, 90, 180 or 270."""
        return 0 if self._geometry is None else self._geometry.rotation

    @property
    def flip(self) -> bool:
        """Whether to mirror the picture, after turning it, before it is shown."""
        return self._geometry is not None and self._geometry.flip

    @property
    def timestamp(self) -> int:
        """When the picture was taken, in microseconds on the clock of all captured media."""
        return self._timestamp

    @property
    def duration(self) -> int | None:
        """For how long to show the picture, in microseconds, where known."""
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
        """Where the pixels are in the memory, for operations on pixels.

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
        """Where each plane lies in `data`, in bytes.

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
        """Copy the pixels to memory of yours (WebCodecs §9.4.5).

        Args:
            destination: Writable flat bytes, or a C-contiguous array of uint8; if it has more than
                one dimension, its shape is that of the pixels that are copied.
            options: A mapping of ``rect`` (the pixels to copy; by default the visible ones),
                ``layout`` (where the planes go; by default packed) and ``format`` (to convert to;
                any format, where the standard has RGBA, RGBX, BGRA and BGRX).
            **keywords: The same members in snake_case.

        Returns:
            A future with where the planes are: ``[{"offset": bytes, "stride": bytes}, …]``. It has
            failed with `InvalidStateError` when the frame is closed, and with `TypeError`, whose
            message names the path, when the options are wrong, or the destination is none or too
            small.

        Raises:
            InvalidStateError: No event loop is running. Outside of one use `data` or `to_ndarray`.
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
        """Return the same picture, over the same memory, at another time.

        Args:
            timestamp: Microseconds.
            duration: Microseconds, or None where unknown.

        Raises:
            InvalidStateError: The frame is closed.
        """
        return VideoFrame.over(self.resource, self.geometry, timestamp, duration)

    def close(self) -> None:
        """Let go of the memory; time-stamp and duration stay (WebCodecs §9.4.5).

        Calling it again does nothing.
        """
        if self._resource is not None:
            self._resource = self._geometry = None

    def to_ndarray(self, format: str | None = None) -> npt.NDArray[np.uint8]:  # noqa: A002  (the standard's name)
        """Return the visible pixels as a read-only NumPy array; copy it to draw on it.

        There is no copy in the frame's own format, and a conversion is made once for all who ask
        for it; that is why the array is read-only.

        Args:
            format: The format to convert to, such as ``"rgb24"``, ``"bgr24"``, ``"gray8"``,
                ``"rgba"`` or ``"i420"``, in upper or lower case; by default the frame's own.

        Returns:
            An array of bytes of shape (height, width, channels), or (height, width) for GRAY8. A
            planar picture has its planes below each other as in OpenCV, (height * 3 / 2, width) for
            I420; where the planes do not fill whole rows (odd sizes), it is flat.

        Raises:
            InvalidStateError: The frame is closed.
            TypeError: There is no such format.
            ImportError: NumPy is not installed.
        """
        from mediadevices.media.numpy_arrays import frame_array

        geometry = self.geometry
        wanted = geometry.format if format is None else _read_format("to_ndarray: format", format)
        if wanted is geometry.format:
            return frame_array(self)
        return frame_array(pixel_operations().convert(self, wanted.name))

    def __buffer__(self, flags: int, /) -> memoryview:
        """The bytes of `data`: Python 3.12 and newer take a frame wherever they take a buffer."""
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
            wanted = _read_format(f"{path}.format", given["format"])
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
            _copy_planes(self.resource, self.geometry, rect, target, places)
        else:
            with (
                VideoFrame(self, visible_rect=rect) as cropped,
                pixel_operations().convert(cropped, wanted.name) as made,
            ):
                _copy_planes(made.resource, made.geometry, made.geometry.visible, target, places)
        return [{"offset": place.offset, "stride": place.stride} for place in places]


@lru_cache(maxsize=256)
def _needed(geometry: FrameGeometry) -> tuple[int, str, list[tuple[int, ...]]]:
    """Return what packed pixels are: how many bytes, of which type, in which shapes."""
    pixel_format, height = geometry.format, geometry.coded_height
    shapes = array_shapes(pixel_format, geometry.layout, height)
    return pixel_format.byte_size(geometry.coded_width, height), "B", shapes


def _closed() -> InvalidStateError:
    return InvalidStateError(
        "the VideoFrame is closed; take a clone() first if you need it for longer"
    )


def _read_format(path: str, value: object) -> PixelFormat:
    if (found := find_pixel_format(value)) is None:
        raise wrong_type(path, f"one of {', '.join(PIXEL_FORMATS)}", value)
    return found


def _read_buffer(
    path: str, data: AnyBuffer, given: Mapping[str, object]
) -> tuple[MediaResource, FrameGeometry]:
    """Read a VideoFrameBufferInit (WebCodecs §9.4.1), but for what a frame has over any memory."""
    pixel_format = _read_format(f"{path}.format", required(f"{path}.format", given, "format"))
    width, height = (
        integer(f"{path}.{key}", required(f"{path}.{key}", given, name), 1, _MAX_SIDE)
        for key, name in (("codedWidth", "coded_width"), ("codedHeight", "coded_height"))
    )
    asked = read_layout(f"{path}.layout", given["layout"]) if "layout" in given else None
    layout, size = compute_layout(f"{path}.layout", pixel_format, width, height, asked)
    shapes = array_shapes(pixel_format, layout, height)
    view = flat_bytes("VideoFrame: data", data, "B", shapes)
    if view.nbytes < size:
        raise TypeError(
            f"VideoFrame: data: {pixel_format.name} {width}x{height} needs {size} bytes, "
            f"got {view.nbytes}"
        )
    transfer = given.get("transfer", ())
    if not is_sequence(transfer):
        raise wrong_type(f"{path}.transfer", "a list of buffers", transfer)
    given_away = any(entry is data for entry in transfer)
    resource = MediaResource(view if view.readonly or given_away else view.tobytes())
    return resource, replace(packed_geometry(pixel_format, width, height), layout=layout)


def _with_view(path: str, base: FrameGeometry, given: Mapping[str, object]) -> FrameGeometry:
    """Initialize Visible Rect, Orientation, and Display Size (WebCodecs §9.4.6)."""
    visible, rotation, flip = base.visible, base.rotation, base.flip
    if "visible_rect" in given:
        visible = read_rect(f"{path}.visibleRect", given["visible_rect"])
        check_rect(f"{path}.visibleRect", visible, base.format, base.coded_width, base.coded_height)
    if "rotation" in given:
        turn = integer(f"{path}.rotation", given["rotation"], -_MAX_TURN, _MAX_TURN)
        if turn % 90:
            raise TypeError(f"{path}.rotation: expected a multiple of 90, got {turn}")
        rotation = (rotation - turn if flip else rotation + turn) % 360
    if "flip" in given:
        flip ^= boolean(given["flip"], f"{path}.flip")
    if ("display_width" in given) != ("display_height" in given):
        raise TypeError(f"{path}: displayWidth and displayHeight must be given together")
    if "display_width" in given:
        width = integer(f"{path}.displayWidth", given["display_width"], 1, _MAX_SIDE)
        height = integer(f"{path}.displayHeight", given["display_height"], 1, _MAX_SIDE)
    else:
        width, height = base.display_width, base.display_height
        if base.rotation % 180:
            width, height = height, width
        # The shape of a pixel stays as it was.
        width = max(1, round(width * visible.width / base.visible.width))
        height = max(1, round(height * visible.height / base.visible.height))
        if rotation % 180:
            width, height = height, width
    if width * height > _MAX_PIXELS:
        raise TypeError(f"{path}: a picture of {width}x{height} has more than {_MAX_PIXELS} pixels")
    return replace(base, visible=visible).displayed_as((width, height), rotation, flip=flip)


def _copy_planes(
    resource: MediaResource,
    geometry: FrameGeometry,
    rect: DOMRectReadOnly,
    target: memoryview,
    places: tuple[PlaneLayout, ...],
) -> None:
    source = resource.view
    for index, (plane, place) in enumerate(zip(geometry.format.planes, places, strict=True)):
        start, stride = geometry.first_sample(index, rect), geometry.layout[index].stride
        row_bytes, rows = plane.row_bytes(rect.width), plane.rows(rect.height)
        if stride == place.stride == row_bytes:
            size = row_bytes * rows
            target[place.offset : place.offset + size] = source[start : start + size]
            continue
        for row in range(rows):
            here, there = start + row * stride, place.offset + row * place.stride
            target[there : there + row_bytes] = source[here : here + row_bytes]
