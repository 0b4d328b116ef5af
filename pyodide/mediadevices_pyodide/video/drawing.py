"""Draws Python frames on a canvas."""

from __future__ import annotations

import math

from mediadevices.media.video_frame import VideoFrame
from mediadevices_pyodide import ffi
from mediadevices_pyodide.video.browser_frames import js_pixels

__all__ = ["Drawing"]


class Drawing:
    """A hidden canvas, which has the size of the last frame that was drawn."""

    def __init__(self) -> None:
        self.canvas = _empty_canvas()
        # `captureStream` requires a canvas with a context.
        self._context = self.canvas.getContext("2d")
        # Holds the pixels of a frame before they are rotated and scaled.
        self._pixels = _empty_canvas()

    async def draw(self, frame: VideoFrame) -> None:
        """Draw a frame with its rotation, flip and display size.

        Raises:
            DOMException: The browser rejects the frame; or TypeError.
        """
        geometry = frame.geometry
        size = (geometry.display_width, geometry.display_height)
        _resize(self.canvas, *size)
        with ffi.errors():
            if geometry.format.family != "rgb":
                pixels = js_pixels(frame)
                try:
                    self._draw(pixels, frame)
                finally:
                    pixels.close()
                return
            image = await _image_data(frame)
            visible = (geometry.visible.width, geometry.visible.height)
            if visible == size and not geometry.rotation and not geometry.flip:
                self._context.putImageData(image, 0, 0)
                return
            _resize(self._pixels, *visible)
            self._pixels.getContext("2d").putImageData(image, 0, 0)
            self._draw(self._pixels, frame)

    def _draw(self, picture: ffi.JsObject, frame: VideoFrame) -> None:
        across, down = frame.display_width, frame.display_height
        context = self._context
        context.resetTransform()
        context.translate(across / 2, down / 2)
        if frame.flip:
            context.scale(-1, 1)
        context.rotate(math.radians(frame.rotation))
        if frame.rotation % 180:
            across, down = down, across
        # Replace the old pixels, also where the new picture is transparent.
        context.globalCompositeOperation = "copy"
        context.drawImage(picture, -across / 2, -down / 2, across, down)


def _empty_canvas() -> ffi.JsObject:
    canvas = ffi.window.document.createElement("canvas")
    canvas.width = canvas.height = 0
    return canvas


def _resize(canvas: ffi.JsObject, width: int, height: int) -> None:
    """Resize a canvas, which clears it, unless it has that size."""
    if (canvas.width, canvas.height) != (width, height):
        canvas.width, canvas.height = width, height


async def _image_data(frame: VideoFrame) -> ffi.JsObject:
    visible = frame.geometry.visible
    memory = bytearray(4 * visible.width * visible.height)
    await frame.copy_to(memory, format="RGBA")
    pixels = ffi.to_typed_array(memoryview(memory))
    clamped = ffi.new("Uint8ClampedArray", pixels.buffer)
    return ffi.new("ImageData", clamped, visible.width, visible.height)
