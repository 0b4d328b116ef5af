"""The contentHint attribute (Content Hints §2)."""

from __future__ import annotations

import pytest

from conformance.media import capture

HINTS = {
    "audio": ["speech", "speech-recognition", "music", ""],
    "video": ["motion", "detail", "text", ""],
}


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_a_hint_is_empty_and_accepts_the_values_of_its_kind(kind: str) -> None:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        assert track.content_hint == ""
        for hint in HINTS[kind]:
            track.content_hint = hint
            assert track.content_hint == hint


@pytest.mark.parametrize(("kind", "foreign"), [("audio", "motion"), ("video", "music")])
async def test_a_value_of_the_other_kind_changes_nothing(kind: str, foreign: str) -> None:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        track.content_hint = HINTS[kind][0]
        track.content_hint = foreign
        track.content_hint = "doesnotexist"
        assert track.content_hint == HINTS[kind][0]


async def test_a_clone_has_the_hint_of_its_original() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_tracks()
        track.content_hint = "detail"
        async with track.clone() as clone:
            assert clone.content_hint == "detail"
            clone.content_hint = "text"
            assert track.content_hint == "detail"
