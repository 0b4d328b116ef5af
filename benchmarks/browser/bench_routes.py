"""How long a frame takes from the browser into Python's memory, beside plain JavaScript.

    make benchmark-browser

Each line is one route: milliseconds per frame of ours, of the same steps in JavaScript (into
JavaScript's own memory), and the ratio, from one run. What a page does besides is not in it.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import capture
from mediadevices import attach
from mediadevices.platform import pixel_operations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FRAMES, WARM_UP = 40, 15
SIZES = ((640, 480), (1920, 1080))

# Each takes a <video> and a number of frames, and returns milliseconds per frame.
JAVASCRIPT = """
({
  frame: (format) => async (video, count) => {
    const options = format ? {format} : {};
    let target = new Uint8Array(0);
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      const frame = new VideoFrame(video);
      const size = frame.allocationSize(options);
      if (target.length !== size) target = new Uint8Array(size);
      await frame.copyTo(target, options);
      frame.close();
    }
    return (performance.now() - start) / count;
  },
  canvas: () => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", {willReadFrequently: true});
    return async (video, count) => {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const start = performance.now();
      for (let index = 0; index < count; index++) {
        context.drawImage(video, 0, 0);
        context.getImageData(0, 0, canvas.width, canvas.height);
      }
      return (performance.now() - start) / count;
    };
  },
})
"""


async def ours(copy: Callable[[], Awaitable[Any]], count: int) -> float:
    """Return milliseconds per frame; what the copy returns is closed."""
    start = time.perf_counter()
    for _ in range(count):
        (await copy()).close()
    return (time.perf_counter() - start) * 1000 / count


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_routes(width: int, height: int) -> None:
    from mediadevices_pyodide import ffi
    from mediadevices_pyodide.video.formats import byte_order
    from mediadevices_pyodide.video.pictures import CanvasCopier, FrameCopier

    javascript: Any = import_module("pyodide.code").run_js(JAVASCRIPT)
    video: Any = import_module("js").document.createElement("video")
    video.muted = True
    order = await byte_order()
    native, rgba, canvas = FrameCopier(None), FrameCopier("RGBA"), CanvasCopier()

    async def converted(wanted: str) -> Any:
        copier = rgba if wanted == "RGB24" else native
        with await copier.copy(ffi.new("VideoFrame", video), 0) as frame:
            return pixel_operations().convert(frame, wanted)

    routes: list[tuple[str, Callable[[], Awaitable[Any]], Any]] = [
        (
            "VideoFrame, its own format",
            lambda: native.copy(ffi.new("VideoFrame", video), 0),
            javascript.frame(None),
        ),
        (
            "VideoFrame, RGBA by copyTo" if order.converts else "VideoFrame, RGBA refused: BGRA",
            lambda: rgba.copy(ffi.new("VideoFrame", video), 0),
            javascript.frame("RGBA"),
        ),
        ("canvas, RGBA", lambda: canvas.copy(video, 0), javascript.canvas()),
        ("RGB24, the last step in Python", lambda: converted("RGB24"), None),
        ("GRAY8, the last step in Python", lambda: converted("GRAY8"), None),
    ]
    async with capture(video={"width": width, "height": height}) as stream:
        await attach(stream, video)
        await video.play()
        size = f"{video.videoWidth}x{video.videoHeight}"
        for name, copy, plain in routes:
            await ours(copy, WARM_UP)
            mine = await ours(copy, FRAMES)
            if plain is None:
                print(f"| {name} | {size} | {mine:.2f} | | |")
                continue
            await plain(video, WARM_UP)
            theirs = await plain(video, FRAMES)
            ratio = mine / theirs if theirs else float("inf")
            print(f"| {name} | {size} | {mine:.2f} | {theirs:.2f} | {ratio:.1f} |")
