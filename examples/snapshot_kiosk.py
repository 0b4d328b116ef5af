"""The snapshot kiosk of the draft of 28 June 2012, with its callbacks, its URL and its `stop()`.

On the desktop, `python snapshot_kiosk.py` takes one photo. In a web page, the kiosk can also show
the camera in a `<video>`: `SnapshotKiosk(document.getElementById("monitor"))`.
"""

import asyncio
from typing import Any

from mediadevices import Event, VideoFrame, legacy


class SnapshotKiosk:
    """A camera that takes photos.

    Args:
        monitor: In a web page, the `<video>` element to show the camera in.
    """

    def __init__(self, monitor: Any = None) -> None:
        self.monitor = monitor
        self.stream: legacy.LocalMediaStream | None = None
        self.message = "Loading..."
        self.decided = asyncio.Event()
        legacy.navigator.get_user_media({"video": True}, self.got_stream, self.no_stream)

    def got_stream(self, stream: legacy.LocalMediaStream) -> None:
        """Open the kiosk: the user has allowed the camera."""
        self.stream = stream
        self.message = ""
        stream.onended = self.no_stream
        if self.monitor is not None:
            url = legacy.URL.create_object_url(stream)
            self.shown = asyncio.ensure_future(legacy.attach_url(self.monitor, url))
        self.decided.set()

    def no_stream(self, _: legacy.NavigatorUserMediaError | Event) -> None:
        """Close the kiosk: the user said no, there is no camera, or the camera was unplugged."""
        self.stream = None
        self.message = "No camera available."
        self.decided.set()

    async def snapshot(self) -> VideoFrame:
        """Take a photo; the caller closes it."""
        if self.stream is None:
            raise RuntimeError(self.message)
        [track] = self.stream.video_tracks
        async for frame in track.modern.frames():  # the drafts had no frames
            assert isinstance(frame, VideoFrame)
            return frame
        raise RuntimeError(self.message)

    def close(self) -> None:
        """Close the camera."""
        if self.stream is not None:
            self.stream.stop()


async def main() -> None:
    """Wait for the camera, take a photo, and print its size and brightness."""
    kiosk = SnapshotKiosk()
    await kiosk.decided.wait()
    try:
        with await kiosk.snapshot() as photo:
            gray = bytearray(photo.allocation_size(format="GRAY8"))
            await photo.copy_to(gray, format="GRAY8")
            print(f"snapshot: {photo.display_width} x {photo.display_height} pixels,", end=" ")
            print(f"mean brightness {sum(gray) / len(gray):.1f} of 255")
    except RuntimeError as error:
        print(error)
    finally:
        kiosk.close()


if __name__ == "__main__":
    asyncio.run(main())
