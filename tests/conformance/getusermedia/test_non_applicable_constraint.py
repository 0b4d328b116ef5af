"""GUM-non-applicable-constraint: impossible constraints of the other kind are ignored."""

from __future__ import annotations

import pytest

from conformance.media import capture

VIDEO_VALID = {
    "width": {"min": 0},
    "height": {"min": 0},
    "frameRate": {"min": 0},
    "aspectRatio": {"min": 0},
    "facingMode": {"ideal": "environment"},
    "resizeMode": {"ideal": "none"},
}
VIDEO_ABSURD = {
    "width": {"min": 100_000_000},
    "height": {"min": 100_000_000},
    "frameRate": {"min": 100_000_000},
    "aspectRatio": {"min": 100_000_000},
    "facingMode": {"exact": "INVALID"},
    "resizeMode": {"exact": "INVALID"},
}
AUDIO_VALID = {
    "volume": {"min": 0},
    "sampleRate": {"min": 0},
    "sampleSize": {"min": 0},
    "echoCancellation": {"ideal": True},
    "autoGainControl": {"ideal": True},
    "noiseSuppression": {"ideal": True},
    "voiceIsolation": {"ideal": True},
    "latency": {"min": 0},
    "channelCount": {"min": 0},
}
AUDIO_ABSURD = {
    "volume": {"min": 100_000_000},
    "sampleRate": {"min": 100_000_000},
    "sampleSize": {"min": 100_000_000},
    "echoCancellation": {"exact": True},
    "autoGainControl": {"exact": True},
    "noiseSuppression": {"exact": True},
    "voiceIsolation": {"exact": True},
    "latency": {"max": 0},
    "channelCount": {"min": 100_000_000},
}


@pytest.mark.parametrize("constraints", [VIDEO_VALID, VIDEO_ABSURD])
async def test_video_constraints_do_not_affect_audio(constraints: dict[str, object]) -> None:
    async with capture(audio=constraints) as stream:
        assert [track.kind for track in stream.get_tracks()] == ["audio"]


@pytest.mark.filterwarnings("ignore::mediadevices.UnknownConstraintWarning")
@pytest.mark.parametrize("constraints", [AUDIO_VALID, AUDIO_ABSURD])
async def test_audio_constraints_do_not_affect_video(constraints: dict[str, object]) -> None:
    async with capture(video=constraints) as stream:
        assert [track.kind for track in stream.get_tracks()] == ["video"]
