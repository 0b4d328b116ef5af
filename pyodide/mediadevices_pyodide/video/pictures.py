"""Copying the browser's pictures into Python's memory: once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mediadevices.errors import DOMException, OperationError
from mediadevices.media.frame_geometry import FrameGeometry, packed_geometry
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.video_frame import VideoFrame
from mediadevices_pyodide import ffi
from mediadevices_pyodide.memory import Memory, Slot
from mediadevices_pyodide.video.formats import byte_order

__all__ = ["CanvasCopier", "FrameCopier", "PictureCopier"]

#: How often a copy is tried that Python's growing memory has spoilt.
_ATTEMPTS = 8


class PictureCopier:
    """Makes our `VideoFrame` of a picture of the browser's."""

    __slots__ = ("_memory",)

    def __init__(self) -> None:
        self._memory = Memory()

    async def copy(self, picture: ffi.JsObject, timestamp: int) -> VideoFrame:
        """Copy a picture, which is closed then.

        Args:
            picture: What the source of the pictures gave.
            timestamp: Microseconds of our clock.

        Raises:
            DOMException: The browser cannot copy it; or TypeError.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the memory that no frame uses."""
        self._memory.close()


class FrameCopier(PictureCopier):
    """Copies the browser's `VideoFrame` objects.

    Args:
        wanted: The format to ask for; None for the one that each frame has.
    """

    __slots__ = ("_options", "_wanted")

    def __init__(self, wanted: str | None) -> None:
        super().__init__()
        self._wanted = wanted
        self._options: Mapping[str | None, ffi.JsObject] = {
            name: ffi.to_js({} if name is None else {"format": name}) for name in (None, wanted)
        } | {"RGBA": ffi.to_js({"format": "RGBA"})}

    async def copy(self, picture: ffi.JsObject, timestamp: int) -> VideoFrame:
        """Copy a frame; see `PictureCopier.copy`."""
        try:
            order = await byte_order()
            wanted = self._wanted if order.converts else None
            if wanted is None and picture.format not in PIXEL_FORMATS:
                # A format without a name, as in the memory of a graphics card, or a rare one.
                wanted = "RGBA"
            claimed = str(picture.format) if wanted is None else wanted
            name = order.native.get(claimed, claimed)
            options = self._options[wanted]
            duration = ffi.optional(picture.duration)
            geometry = _geometry(picture, name)
            slot = self._memory.take(int(picture.allocationSize(options)))
            try:
                await _copy(picture, slot, options)
            except BaseException:
                self._memory.give_back(slot)
                raise
        except ffi.JsError as reason:
            raise ffi.error_of(reason) from None
        finally:
            picture.close()
        resource = self._memory.resource(slot)
        return VideoFrame.over(
            resource, geometry, timestamp, None if duration is None else int(duration)
        )


async def _copy(picture: ffi.JsObject, slot: Slot, options: ffi.JsObject) -> None:
    problem: Exception | None = None
    for _ in range(_ATTEMPTS):
        with slot.view() as view:
            try:
                await ffi.awaited(picture.copyTo(view, options))
            except (DOMException, TypeError) as error:
                if view.byteLength:
                    raise
                problem = error
            else:
                if view.byteLength:
                    return
    message = "Python's memory grew faster than a frame could be copied"
    raise OperationError(message) from problem


def _geometry(picture: ffi.JsObject, name: str) -> FrameGeometry:
    visible = picture.visibleRect
    return _described(
        name,
        (int(visible.width), int(visible.height)),
        (int(picture.displayWidth), int(picture.displayHeight)),
        int(getattr(picture, "rotation", 0)),
        bool(getattr(picture, "flip", False)),
    )


@lru_cache(maxsize=64)
def _described(
    name: str,
    size: tuple[int, int],
    display_size: tuple[int, int],
    rotation: int,
    flip: bool,
) -> FrameGeometry:
    geometry = packed_geometry(PIXEL_FORMATS[name], *size)
    if size == display_size and not rotation and not flip:
        return geometry
    return geometry.seen_as(display_size, rotation, flip=flip)


class CanvasCopier(PictureCopier):
    """Draws what a `<video>` shows, and reads it back: slow, and always RGBA.

    For engines without WebCodecs.
    """

    __slots__ = ("_canvas", "_context")

    def __init__(self) -> None:
        super().__init__()
        self._canvas = ffi.window.document.createElement("canvas")
        self._context = self._canvas.getContext("2d", ffi.to_js({"willReadFrequently": True}))

    async def copy(self, picture: ffi.JsObject, timestamp: int) -> VideoFrame:
        """Copy what a `<video>` element shows now; see `PictureCopier.copy`."""
        width, height = int(picture.videoWidth), int(picture.videoHeight)
        if (self._canvas.width, self._canvas.height) != (width, height):
            self._canvas.width, self._canvas.height = width, height
        with ffi.errors():
            self._context.drawImage(picture, 0, 0)
            pixels = self._context.getImageData(0, 0, width, height).data
        slot = self._memory.take(width * height * 4)
        with slot.view() as view:
            view.set(pixels)
        geometry = packed_geometry(PIXEL_FORMATS["RGBA"], width, height)
        return VideoFrame.over(self._memory.resource(slot), geometry, timestamp)
