"""The smallest complete driver: read this first when you add one.

It has one camera with one mode, and no control. Every line is needed to keep the contract of
`mediadevices.driver`, and the tests hold it to that contract as they hold the real drivers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from mediadevices.driver import Capture, Configuration, Device, Sink, VideoMode
from mediadevices.media.video_frame import VideoFrame

__all__ = ["StubDriver"]

MODE = VideoMode(width=64, height=48, frame_rate=20.0, pixel_format="I420")
GREY = bytes([128]) * (MODE.width * MODE.height * 3 // 2)


class StubDriver:
    """A driver with one grey camera that is always there."""

    name = "stub"

    async def list_devices(self) -> Sequence[Device]:
        """Find the one camera. A real driver must not open it for that."""
        return [Device(kind="videoinput", key="stub-0", label="Stub Camera", modes=(MODE,))]

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:  # noqa: ARG002  (it never changes)
        """Watch nothing, since the list never changes; the function that stops it does nothing."""
        return lambda: None

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:  # noqa: ARG002  (there is one of each)
        """Open the camera. A real driver does this in a thread, and raises `NotReadableError`."""
        return StubCapture(sink)


class StubCapture:
    """The opened camera: a task that delivers a frame twenty times a second."""

    def __init__(self, sink: Sink) -> None:
        self._task = asyncio.create_task(self._run(sink))

    @property
    def configuration(self) -> Configuration:
        """What the camera does: the only thing it can."""
        return Configuration(MODE)

    async def configure(self, configuration: Configuration, /) -> Configuration:  # noqa: ARG002  (as above)
        """Change nothing, and say so by what is returned."""
        return self.configuration

    async def close(self) -> None:
        """Stop. When this returns the sink is called no more; again does nothing."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self, sink: Sink) -> None:
        while True:
            now = time.monotonic_ns() // 1000
            frame = VideoFrame.wrap(GREY, "I420", MODE.width, MODE.height, timestamp=now)
            if not sink.deliver(frame):
                return  # The event loop was closed: nobody will call close.
            await asyncio.sleep(1 / MODE.frame_rate)
