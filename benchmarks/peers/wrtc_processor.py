"""wrtc's processor on its synthetic camera: `python wrtc_processor.py WIDTH HEIGHT RATE FRAMES`."""

import asyncio
import sys

import webrtc
from measurement import Measured

width, height, rate, frames = map(int, sys.argv[1:])


async def main():
    video = webrtc.MediaTrackConstraints(width=width, height=height, frame_rate=rate)
    constraints = webrtc.MediaStreamConstraints(video=video)
    stream = await webrtc.media_devices.get_user_media(constraints)
    [track] = stream.get_video_tracks()
    processor = webrtc.MediaStreamTrackProcessor(webrtc.MediaStreamTrackProcessorInit(track=track))
    measured = None
    async for frame in processor.readable:
        if measured is None:
            measured = Measured()
        else:
            measured.count(frame.timestamp * 1000)  # the clock is that of time.monotonic
        frame.close()
        if measured.frames == frames:
            break
    measured.report()
    track.stop()


asyncio.run(main())
