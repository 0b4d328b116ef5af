"""Blocks of silence."""

import pytest

from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.media.silence import silence
from support.tones import samples_of


@pytest.mark.parametrize("name", SAMPLE_FORMATS)
def test_silence_is_silent_in_every_format(name: str) -> None:
    quiet = silence(name, 48000, 480, 2, 3)
    assert (quiet.format, quiet.number_of_frames, quiet.number_of_channels) == (name, 480, 2)
    assert (quiet.timestamp, quiet.duration) == (3, 10_000)
    assert samples_of([quiet]) == [0.0] * 480
    assert samples_of([quiet], 1) == [0.0] * 480


def test_silent_blocks_share_their_memory() -> None:
    assert silence("s16", 48000, 480, 1, 0).data.obj is silence("s16", 48000, 480, 1, 9).data.obj
