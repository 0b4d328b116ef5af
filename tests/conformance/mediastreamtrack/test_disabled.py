"""Disabled tracks: -MediaElement-disabled-audio-is-silence, -disabled-video-is-black."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import pairwise

from conformance.media import SECONDS, capture, read
from mediadevices import AudioData, VideoFrame


async def colours(frame: VideoFrame) -> tuple[int, int]:
    """Return the largest red, green or blue value and the smallest alpha; close the frame."""
    with frame:
        memory = bytearray(frame.allocation_size({"format": "RGBA"}))
        await frame.copy_to(memory, {"format": "RGBA"})
        alpha = memory[3::4]
        brightest = max(*memory[0::4], *memory[1::4], *memory[2::4])
        return brightest, min(alpha)


async def test_a_disabled_audio_track_is_silent() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        track.enabled = False
        for block in await read(track, 10):
            assert isinstance(block, AudioData)
            channels = block.number_of_channels
            for plane in range(channels):
                options = {"planeIndex": plane, "format": "f32-planar"}
                memory = bytearray(block.allocation_size(options))
                block.copy_to(memory, options)
                assert memory
                assert not any(memory)
            block.close()


async def test_an_enabled_audio_track_is_heard() -> None:
    async with capture(audio=True) as stream:
        (track,) = stream.get_audio_tracks()
        heard = False
        async with asyncio.timeout(SECONDS), aclosing(track.frames()) as blocks:
            async for block in blocks:  # a microphone can be silent at first
                with block:
                    heard = isinstance(block, AudioData) and any(block.data)
                if heard:
                    break
        assert heard


async def test_a_disabled_video_track_is_opaque_black_of_the_right_size() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        settings = track.get_settings()
        (frame,) = await read(track)
        assert (await colours(frame))[0] > 128
        track.enabled = False
        for frame in await read(track, 3):
            assert isinstance(frame, VideoFrame)
            assert (frame.display_width, frame.display_height) == (settings.width, settings.height)
            assert await colours(frame) == (0, 255)
        track.enabled = True
        (frame,) = await read(track)
        assert (await colours(frame))[0] > 128


async def test_black_frames_do_not_exceed_the_rate_of_the_track() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        track.enabled = False
        rate = track.get_settings().frame_rate
        stamps = [frame.timestamp for frame in await read(track, 4)]
        steps = [(b - a) / 1e6 for a, b in pairwise(stamps)]
        assert all(step > 0.5 / rate for step in steps)
