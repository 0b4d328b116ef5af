"""GUM-required-constraint-with-ideal-value."""

from __future__ import annotations

from conformance.media import capture, read


async def test_the_ideal_inside_the_required_range_is_delivered() -> None:
    async with capture(video={"width": {"ideal": 320, "min": 160}}) as stream:
        track = stream.get_video_tracks()[0]
        assert track.get_settings().width == 320
        (frame,) = await read(track)
        assert frame.display_width == 320
        frame.close()
