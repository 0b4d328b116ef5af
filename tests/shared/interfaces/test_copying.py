"""Objects of the API can be neither copied nor pickled, except descriptions of devices."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from mediadevices import (
    AudioData,
    MediaStreamTrackProcessor,
    VideoFrame,
    VideoTrackGenerator,
    navigator,
)
from mediadevices.testing import install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Callable

COPIES: dict[str, Callable[[object], object]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
}
pytestmark = pytest.mark.parametrize("how", COPIES)


async def test_a_refused_copy_suggests_the_alternative(how: str) -> None:
    with install_fake_devices():
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            [track] = stream.get_tracks()
            for thing in (stream, track):
                with pytest.raises(TypeError, match=r"neither copied nor pickled.*clone\(\)"):
                    COPIES[how](thing)
            assert track.ready_state == "live"


def test_frames_and_blocks_are_cloned_too(how: str) -> None:
    frame = VideoFrame(bytes(1), format="GRAY8", coded_width=1, coded_height=1, timestamp=0)
    block = AudioData(
        data=bytes(1),
        format="u8",
        sample_rate=8000,
        number_of_frames=1,
        number_of_channels=1,
        timestamp=0,
    )
    for thing in (frame, block):
        with pytest.raises(TypeError, match=r"neither copied nor pickled.*clone\(\)"):
            COPIES[how](thing)
        assert thing.clone().data == thing.data


async def test_objects_without_clone_are_not_copied(how: str) -> None:
    with install_fake_devices():
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            [track] = stream.get_tracks()
            processor, generator = MediaStreamTrackProcessor(track), VideoTrackGenerator()
            things = [
                navigator.media_devices,
                navigator.permissions,
                await navigator.permissions.query({"name": "camera"}),
                processor,
                processor.readable,
                processor.readable.get_reader(),
                track.frames(),
                track.events("ended"),
                generator,
                generator.writable,
                generator.writable.get_writer(),
                track.stats,
            ]
            for thing in things:
                with pytest.raises(TypeError, match=f"^{type(thing).__name__} can be neither"):
                    COPIES[how](thing)


async def test_a_copy_of_a_device_info_is_the_same_object(how: str) -> None:
    with install_fake_devices():
        device = (await navigator.media_devices.enumerate_devices())[0]
        if how == "pickle":
            with pytest.raises(TypeError, match=r"to_json\(\)"):
                pickle.dumps(device)
        else:
            assert COPIES[how](device) is device
