"""A failure after a device was opened, and before the program has its track, closes the device."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from mediadevices import AbortError, MediaStream, navigator
from mediadevices.current_agent import use_agent
from mediadevices.errors import MediaDevicesWarning
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.local.sources import device_source
from mediadevices.testing import FakeCamera, FakeDriver
from mediadevices.testing.fake_captures import FakeCameraCapture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediadevices.local.permissions.audit import AuditEntry
    from mediadevices.testing import FakeDevices, ManualClock


class Mistake(Exception):
    """Anything that a program or a driver may raise."""


async def check_capture(camera: FakeCamera) -> None:
    async with await navigator.media_devices.get_user_media(video=True):
        assert camera.is_open
    assert not camera.is_open


@pytest.mark.parametrize("event", ["request", "open", "close"])
async def test_a_failing_audit_log_keeps_no_device_open(
    clock: ManualClock, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    def write(entry: AuditEntry) -> None:
        if entry["event"] == event:
            raise MediaDevicesWarning("the disk is full")

    camera = FakeCamera(default=True)
    authority = PermissionAuthority("test", policies={"camera": "grant"}, audit=write)
    agent = LocalAgent([FakeDriver([camera], clock)], authority, secret=b"", clock=clock)
    with use_agent(agent):
        await check_capture(camera)
    agent.close()
    assert "the audit log has a gap" in caplog.text
    assert "the disk is full" in caplog.text


@pytest.fixture
def failing_filter() -> Iterator[None]:
    def fail(record: logging.LogRecord) -> bool:
        raise Mistake

    log = logging.getLogger("mediadevices.permissions")
    level = log.level
    log.addFilter(fail)
    log.setLevel(logging.INFO)
    yield
    log.removeFilter(fail)
    log.setLevel(level)


async def test_a_failing_log_filter_keeps_no_device_open(
    fakes: FakeDevices, failing_filter: None, caplog: pytest.LogCaptureFixture
) -> None:
    await check_capture(fakes.cameras[0])
    assert "the audit log has a gap" in caplog.text


async def test_a_device_without_a_configuration_is_closed(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise Mistake

    monkeypatch.setattr(FakeCameraCapture, "configuration", property(fail))
    with pytest.raises(AbortError):
        await navigator.media_devices.get_user_media(video=True)
    assert fakes.cameras[0].opened == 1
    assert not fakes.cameras[0].is_open


async def test_a_failure_to_create_a_track_closes_its_device(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Mistake

    monkeypatch.setattr(device_source, "LocalTrack", fail)
    with pytest.raises(AbortError):
        await navigator.media_devices.get_user_media(video=True)
    assert fakes.cameras[0].opened == 1
    assert not fakes.cameras[0].is_open


async def test_a_failure_to_create_a_stream_closes_its_devices(
    fakes: FakeDevices, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Mistake

    monkeypatch.setattr(MediaStream, "_adopt", fail)
    with pytest.raises(Mistake):
        await navigator.media_devices.get_user_media(video=True, audio=True)
    await clock.advance(0)
    assert fakes.cameras[0].opened == 1
    assert not fakes.cameras[0].is_open
    assert not fakes.microphones[0].is_open
