"""MediaStreamTrack-getCapabilities: a track and its device have the same capabilities."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import InputDeviceInfo, MediaTrackCapabilities, navigator

RANGES = {
    "audio": ["sampleRate", "sampleSize", "latency", "channelCount"],
    "video": ["width", "height", "aspectRatio", "frameRate"],
}
BOOLEANS = {
    "audio": ["echoCancellation", "autoGainControl", "noiseSuppression", "voiceIsolation"],
    "video": [],
}
LISTS = {"audio": [], "video": ["facingMode", "resizeMode"]}
STRINGS = {"audio": ["deviceId", "groupId"], "video": ["deviceId", "groupId"]}
ENUMERATIONS = {
    "facingMode": {"user", "environment", "left", "right"},
    "resizeMode": {"none", "crop-and-scale"},
}


def rows(*tables: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, name) for table in tables for kind, names in table.items() for name in names]


async def capabilities(kind: str, of: str) -> MediaTrackCapabilities:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        if of == "track":
            return track.get_capabilities()
        for device in await navigator.media_devices.enumerate_devices():
            if device.device_id == track.get_settings().device_id and device.kind.startswith(kind):
                assert isinstance(device, InputDeviceInfo)
                return device.get_capabilities()
    raise AssertionError("the track's device is not in the list")


of_both = pytest.mark.parametrize("of", ["track", "device"])


@of_both
@pytest.mark.parametrize(("kind", "name"), rows(RANGES, BOOLEANS, LISTS, STRINGS))
async def test_a_capability_is_present(kind: str, name: str, of: str) -> None:
    assert name in await capabilities(kind, of)


@of_both
@pytest.mark.parametrize(("kind", "name"), rows(RANGES))
async def test_a_range_has_exactly_min_and_max(kind: str, name: str, of: str) -> None:
    found = (await capabilities(kind, of))[name]
    assert set(found) == {"min", "max"}
    assert found["min"] <= found["max"]


@of_both
@pytest.mark.parametrize(("kind", "name"), rows(BOOLEANS))
async def test_a_list_of_booleans_has_each_at_most_once(kind: str, name: str, of: str) -> None:
    found = (await capabilities(kind, of))[name]
    booleans = [value for value in found if isinstance(value, bool)]
    assert 1 <= len(booleans) <= 2
    assert len(set(booleans)) == len(booleans)
    assert booleans == found[: len(booleans)]  # strings such as "all" can follow


@of_both
@pytest.mark.parametrize(("kind", "name"), rows(STRINGS))
async def test_an_id_is_a_string(kind: str, name: str, of: str) -> None:
    found = (await capabilities(kind, of))[name]
    assert isinstance(found, str)
    assert found


@of_both
@pytest.mark.parametrize(("kind", "name"), rows(LISTS))
async def test_modes_are_of_the_enumeration(kind: str, name: str, of: str) -> None:
    found = (await capabilities(kind, of))[name]
    assert set(found) <= ENUMERATIONS[name]
    assert len(set(found)) == len(found)


@of_both
@pytest.mark.parametrize("mode", ["none", "crop-and-scale"])
async def test_both_resize_modes_are_listed(of: str, mode: str) -> None:
    assert mode in (await capabilities("video", of))["resizeMode"]


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_a_track_has_the_capabilities_of_its_device(kind: str) -> None:
    assert await capabilities(kind, "track") == await capabilities(kind, "device")


async def test_scaling_and_decimation_determine_the_smallest_values() -> None:
    found = await capabilities("video", "track")
    assert found["width"]["min"] == found["height"]["min"] == 1
    assert found["frameRate"]["min"] == 0


async def test_capabilities_do_not_depend_on_constraints_and_outlive_the_track() -> None:
    async with capture(video=True) as stream:
        (track,) = stream.get_video_tracks()
        before = track.get_capabilities()
        await track.apply_constraints({"width": {"max": 100}})
        assert track.get_capabilities() == before
        track.stop()
        assert track.get_capabilities() == before
