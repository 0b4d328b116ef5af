"""aiortc's MediaPlayer: `python aiortc_player.py FILM RATE`, at rate 0 as fast as it goes."""

import asyncio
import sys
import time

from aiortc.contrib import media
from aiortc.mediastreams import MediaStreamError
from measurement import Measured

path, rate = sys.argv[1], float(sys.argv[2])
taken_at = []
hand_over = asyncio.run_coroutine_threadsafe


def paced(coroutine, loop):
    """Hand a frame over when a camera would; MediaPlayer reads files ahead of time."""
    if rate:
        time.sleep(1 / rate)
    taken_at.append(time.monotonic_ns())
    return hand_over(coroutine, loop)


media.asyncio.run_coroutine_threadsafe = paced


async def main():
    track = media.MediaPlayer(path).video
    await track.recv()
    measured, number = Measured(), 0
    try:
        while True:
            frame = await track.recv()
            number += 1
            measured.count(taken_at[number])
            frame.to_ndarray(format="bgr24")  # the others read arrays too
            if rate and number == 100:
                break
    except MediaStreamError:
        pass
    measured.report()
    track.stop()


asyncio.run(main())
