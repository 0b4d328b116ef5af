"""Before a kind of device is exposed, no error reveals the devices of that kind."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotAllowedError, OverconstrainedError, navigator
from mediadevices.testing import FakeCamera, FakeMicrophone, install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from mediadevices import PermissionRequest
    from mediadevices.testing import FakeDevices

SECRET = "Very Private Device"


@pytest.fixture
def fakes() -> Iterator[FakeDevices]:
    camera = FakeCamera(label=f"{SECRET} camera", key=f"{SECRET} 1", default=True)
    microphone = FakeMicrophone(label=f"{SECRET} microphone", key=f"{SECRET} 2", default=True)
    with install_fake_devices([camera], [microphone]) as fakes:
        yield fakes


async def told_by(operation: Awaitable[object]) -> str:
    """Return the text of an operation's error, with the variables of its traceback."""
    try:
        await operation
    except Exception as error:  # noqa: BLE001  (whatever it is)
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        linked = [repr(vars(one)) for one in (error, error.__cause__, error.__context__) if one]
        return "".join(told.format()) + "".join(linked)
    pytest.fail("the operation succeeded")


IMPOSSIBLE = {"audio": {"deviceId": {"exact": "x"}}, "video": {"width": {"min": 100_000}}}


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_before_a_decision_the_error_names_no_device(fakes: FakeDevices, kind: str) -> None:
    told = await told_by(navigator.media_devices.get_user_media({kind: IMPOSSIBLE[kind]}))
    assert "OverconstrainedError" in told
    assert "logging.getLogger" in told  # where the details are
    assert SECRET not in told
    assert not fakes.requests


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_when_denied_the_error_names_no_device(fakes: FakeDevices, kind: str) -> None:
    for name in ("camera", "microphone"):
        fakes.set_permission(name, "denied")
    told = await told_by(navigator.media_devices.get_user_media({kind: IMPOSSIBLE[kind]}))
    assert "NotAllowedError" in told
    assert "OverconstrainedError" not in told
    assert SECRET not in told


async def test_a_refusal_names_no_device(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    told = await told_by(navigator.media_devices.get_user_media(audio=True, video=True))
    assert "NotAllowedError" in told
    assert SECRET not in told


async def test_without_a_prompter_the_error_names_no_device(fakes: FakeDevices) -> None:
    navigator.permissions.prompter = None
    for operation in (
        navigator.media_devices.get_user_media(video=True),
        navigator.permissions.request({"name": "camera"}),
    ):
        told = await told_by(operation)
        assert "the user cannot be asked" in told
        assert SECRET not in told


async def test_the_error_for_a_disallowed_constraint_names_no_device(fakes: FakeDevices) -> None:
    told = await told_by(navigator.media_devices.get_user_media(video={"torch": {"exact": True}}))
    assert "video.torch" in told
    assert SECRET not in told


async def test_the_traceback_keeps_the_frames_of_a_failing_prompter(fakes: FakeDevices) -> None:
    def broken_prompter(request: PermissionRequest) -> bool:
        message = "a mistake in the program"
        raise LookupError(message)

    navigator.permissions.prompter = broken_prompter
    told = await told_by(navigator.media_devices.get_user_media(video=True))
    assert "in broken_prompter" in told
    assert "in _ask" not in told


async def test_a_kind_without_permission_stays_hidden(fakes: FakeDevices) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        told = await told_by(
            navigator.media_devices.get_user_media(
                video=IMPOSSIBLE["video"], audio=IMPOSSIBLE["audio"]
            )
        )
    assert "'deviceId'" in told  # The check of the microphone fails first.
    assert SECRET not in told


async def test_after_exposure_the_notes_name_devices(fakes: FakeDevices) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        pass
    with pytest.raises(OverconstrainedError) as caught:
        await navigator.media_devices.get_user_media(video=IMPOSSIBLE["video"])
    assert any(SECRET in note for note in caught.value.__notes__)


async def test_the_debug_log_names_devices_before_permission(
    fakes: FakeDevices, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG, "mediadevices"),
        pytest.raises(OverconstrainedError),
    ):
        await navigator.media_devices.get_user_media(video=IMPOSSIBLE["video"])
    assert SECRET in caplog.text


async def test_the_audit_log_lists_devices_only_with_permission(
    fakes: FakeDevices, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.answer = "deny"
    with caplog.at_level(logging.INFO, "mediadevices.permissions"):
        with pytest.raises(NotAllowedError):
            await navigator.media_devices.get_user_media(video=True)
        assert SECRET not in str([vars(record) for record in caplog.records])
        fakes.set_permission("camera", "granted")
        async with await navigator.media_devices.get_user_media(video=True):
            pass
    assert SECRET in str([vars(record) for record in caplog.records])
