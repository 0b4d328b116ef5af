"""Which channels of the plug-in are a source's, and how they are taken out of its blocks."""

from __future__ import annotations

from array import array
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices_native.microphones.pulse.source_channels import (
    SourceChannels,
    keep_channels,
    source_channels,
)

if TYPE_CHECKING:
    from mediadevices_native.microphones.portaudio.library import Buffer, StreamFlags, StreamTime

AUX = tuple(f"aux{number}" for number in range(32))


@pytest.mark.parametrize(
    ("channel_map", "asked", "kept"),
    [
        ("mono", 1, (0,)),
        ("front-left", 1, (0,)),
        ("aux0", 1, (0,)),
        ("front-right,front-left", 2, (0, 1)),
        ("front-left,front-right,lfe", 6, (0, 1, 5)),
        ("front-left,front-right,aux0", 3, (0, 1, 2)),
        ("side-left,side-right", 8, (6, 7)),
        ("front-left,front-center,front-right,lfe,rear-right,rear-left", 6, (0, 1, 4, 5, 2, 3)),
        ("front-left,front-center,front-right,lfe,side-right,side-left", 8, (0, 1, 4, 5, 6, 7)),
        # Not a layout of Web Audio: as the source has it.
        ("front-center,front-right,front-left", 5, (4, 1, 0)),
        ("front-left,front-right,rear-left,side-right", 8, (0, 1, 2, 7)),
        # The plug-in has no such names: what the server makes of it.
        ("front-left,front-right,top-center", 2, (0, 1)),
        ("mono,mono", 2, (0, 1)),
    ],
)
def test_the_channels_of_a_source(channel_map: str, asked: int, kept: tuple[int, ...]) -> None:
    assert source_channels(channel_map.split(",")) == SourceChannels(asked, kept)


@pytest.mark.parametrize("count", range(2, 25))
def test_an_array_follows_the_plug_ins_eight_places(count: int) -> None:
    asked = 8 + count
    assert source_channels(AUX[:count]) == SourceChannels(asked, tuple(range(8, asked)))


def test_of_an_array_with_more_channels_than_can_be_named_the_first_come() -> None:
    assert source_channels(AUX) == SourceChannels(32, tuple(range(8, 32)))


def test_pipewire_fits_an_array_by_number_and_nothing_else() -> None:
    def on_pipewire(*names: str) -> SourceChannels:
        return source_channels(names, pipewire=True)

    assert on_pipewire(*AUX) == SourceChannels(32, tuple(range(32)), by_number=True)
    assert on_pipewire("aux0") == SourceChannels(1, (0,), by_number=True)
    assert on_pipewire("mono") == SourceChannels(1, (0,))
    assert on_pipewire("front-right", "front-left") == SourceChannels(2, (0, 1))
    # It gives silence for the array's part of a mixture.
    assert on_pipewire("front-left", "front-right", "aux0") == SourceChannels(2, (0, 1))


def test_channels_are_kept_in_their_order() -> None:
    got: list[tuple[bytes, int, object, object]] = []

    def callback(samples: Buffer, frames: int, times: StreamTime, flags: StreamFlags) -> None:
        got.append((bytes(samples), frames, times, flags))

    times = cast("StreamTime", SimpleNamespace())
    flags = cast("StreamFlags", SimpleNamespace())
    block = memoryview(array("f", [0, 1, 2, 3, 10, 11, 12, 13])).cast("B")
    keep_channels(callback, SourceChannels(4, (3, 0, 1)))(block, 2, times, flags)
    assert got == [(array("f", [3, 0, 1, 13, 10, 11]).tobytes(), 2, times, flags)]


def test_where_all_channels_are_kept_nothing_is_copied() -> None:
    def callback(_samples: Buffer, _frames: int, _times: StreamTime, _flags: StreamFlags) -> None:
        pass

    assert keep_channels(callback, SourceChannels(2, (0, 1))) is callback
