"""MediaStreamTrack-applyConstraints.

The upstream test rejects an *ideal* group id of more than 500 characters, but the standard does
not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import OverconstrainedError, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.filterwarnings("ignore::mediadevices.UnknownConstraintWarning")


@pytest.mark.parametrize(
    ("constraints", "name"),
    [
        ({"groupId": {"exact": "INVALID"}}, "groupId"),
        ({"groupId": {"exact": "X" * 501}}, "groupId"),
        ({"mandatory": {"groupId": "INVALID"}, "groupId": {"exact": "INVALID"}}, "groupId"),
        ({"resizeMode": {"exact": "INVALID"}}, "resizeMode"),
    ],
)
async def test_the_impossible_constraint_is_named(constraints: object, name: str) -> None:
    async with capture(video=True) as stream:
        with pytest.raises(OverconstrainedError) as caught:
            await stream.get_video_tracks()[0].apply_constraints(constraints)
        assert caught.value.constraint == name


async def ideally(name: str, value: str) -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        before = track.get_settings()
        await track.apply_constraints({name: {"ideal": value}})
        assert track.get_settings() == before


@pytest.mark.parametrize("name", ["groupId", "resizeMode"])
async def test_an_impossible_ideal_changes_nothing(name: str) -> None:
    await ideally(name, "INVALID")


@pytest.mark.needs("own agent")  # the upstream test rejects it
async def test_a_very_long_ideal_changes_nothing() -> None:
    await ideally("groupId", "X" * 501)


@pytest.mark.needs("two cameras")
async def test_a_track_does_not_move_to_another_camera(environment: Environment) -> None:
    await environment.set_cameras(2)
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        mine = track.get_settings().group_id
        devices = await navigator.media_devices.enumerate_devices()
        other = next(one for one in devices if one.kind == "videoinput" and one.group_id != mine)
        for name, value in (("groupId", other.group_id), ("deviceId", other.device_id)):
            with pytest.raises(OverconstrainedError) as caught:
                await track.apply_constraints({name: {"exact": value}})
            assert caught.value.constraint == name
        assert track.get_settings().group_id == mine
