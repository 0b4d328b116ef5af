"""Why a device was or was not chosen: the notes of errors, and the debug log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotReadableError, OverconstrainedError, navigator
from mediadevices.driver import VideoMode
from mediadevices.testing import FakeCamera, install_fake_devices

if TYPE_CHECKING:
    from mediadevices.testing import FakeDevices, ManualClock


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", ()))


async def expose_cameras() -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        pass


async def test_the_notes_compare_every_candidate_with_the_constraints(
    clock: ManualClock,
) -> None:
    small = FakeCamera(label="Small", modes=(VideoMode(320, 240, 30.0),))
    large = FakeCamera(label="Large", modes=(VideoMode(1280, 720, 30.0),))
    with install_fake_devices([small, large], clock=clock):
        await expose_cameras()
        with pytest.raises(OverconstrainedError, match="'width'") as caught:
            await navigator.media_devices.get_user_media(video={"width": {"min": 2000}})
    lines = notes(caught.value).splitlines()
    assert len(lines) == 2
    for line, label, width in zip(lines, ("Small", "Large"), ("320", "1280"), strict=True):
        assert label in line
        assert "min 2000" in line
        assert width in line


async def test_constraints_that_no_device_satisfies_together(fakes: FakeDevices) -> None:
    await expose_cameras()
    wanted = {"height": {"min": 1}, "width": {"exact": 639}, "resizeMode": {"exact": "none"}}
    with pytest.raises(OverconstrainedError, match="these constraints together") as caught:
        await navigator.media_devices.get_user_media(video=wanted)
    assert caught.value.constraint == ""
    assert notes(caught.value).endswith("not together: width exact 639, resizeMode exact none")


async def test_constraints_that_cannot_be_applied_together(fakes: FakeDevices) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        [track] = stream.get_tracks()
        wanted = {"width": {"exact": 639}, "resizeMode": {"exact": "none"}}
        with pytest.raises(OverconstrainedError, match="these constraints together") as caught:
            await track.apply_constraints(wanted)
        assert caught.value.constraint == ""
        assert notes(caught.value).endswith("not together: width exact 639, resizeMode exact none")
        for name, value in wanted.items():
            await track.apply_constraints({name: value})


async def test_apply_constraints_explains_its_failure(fakes: FakeDevices) -> None:
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        with pytest.raises(OverconstrainedError, match="Fake Camera 1") as caught:
            await stream.get_tracks()[0].apply_constraints({"height": {"min": 5000}})
    assert "min 5000" in notes(caught.value)


async def test_a_device_that_could_not_be_opened_is_noted(fakes: FakeDevices) -> None:
    fakes.fail_to_open(fakes.cameras[0])
    with pytest.raises(NotReadableError, match="another program") as caught:
        await navigator.media_devices.get_user_media(video=True)
    assert "Fake Camera 1" in notes(caught.value)


async def test_the_debug_log_explains_a_selection(
    fakes: FakeDevices, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "mediadevices"):
        async with await navigator.media_devices.get_user_media(video={"width": 320}):
            pass
    assert "'Fake Camera 1': best" in caplog.text
    assert "requested ideal 320" in caplog.text
