"""Capture from a camera and a microphone: the same program for the desktop and a web page.

On the desktop, run `python same_program.py`. For a web page, run `mediadevices serve`: its example
page fetches this file, imports it and awaits `main()`.
"""

import asyncio
import math

from mediadevices import MediaStreamTrack, navigator

FRAMES = 20
SECONDS_OF_SOUND = 0.5
TIME_LIMIT = 20  # seconds, because a device may hang


async def main() -> None:
    """Capture from a camera and a microphone for a moment, and print facts about the media."""
    constraints = {"video": {"width": 640, "height": 480}, "audio": True}
    async with (
        asyncio.timeout(TIME_LIMIT),
        # Leaving this block closes both devices, also after an error.
        await navigator.media_devices.get_user_media(constraints) as stream,
    ):
        for device in await navigator.media_devices.enumerate_devices():
            print(f"{device.kind:12}{device.label}")
        [camera] = stream.get_video_tracks()
        [microphone] = stream.get_audio_tracks()
        await look(camera)
        await listen(microphone)
    print("closed:", ", ".join(track.ready_state for track in stream.get_tracks()))


async def look(camera: MediaStreamTrack) -> None:
    """Print the size, format, brightness and rate of a camera's frames."""
    print("camera:", camera.label)
    times = []
    async for frame in camera.frames():
        with frame:
            times.append(frame.timestamp)
            if len(times) < FRAMES:
                continue
            gray = bytearray(frame.allocation_size(format="GRAY8"))
            await frame.copy_to(gray, format="GRAY8")
            print(f"  size: {frame.display_width} x {frame.display_height}")
            print(f"  format: {frame.format}")
            print(f"  mean brightness: {sum(gray) / len(gray):.1f} of 255")
        break
    rate = (len(times) - 1) / (times[-1] - times[0]) * 1e6  # the times are in microseconds
    print(f"  frame rate: {rate:.1f} per second")


async def listen(microphone: MediaStreamTrack) -> None:
    """Print the format, sample rate and level of a microphone's sound."""
    print("microphone:", microphone.label)
    count, energy = 0, 0.0
    async for block in microphone.frames():
        with block:
            [samples, *_] = block.converted("f32-planar").channels()
            count += len(samples)
            energy += sum(sample * sample for sample in samples)
            if count < SECONDS_OF_SOUND * block.sample_rate:
                continue
            print(f"  format: {block.format}, {block.number_of_channels} channel(s)")
            print(f"  sample rate: {block.sample_rate:.0f} Hz")
        break
    level = 10 * math.log10(max(energy / count, 1e-10))  # silence has no logarithm
    print(f"  level: {level:.1f} dBFS")


if __name__ == "__main__":
    asyncio.run(main())
