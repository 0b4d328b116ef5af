"""MediaDevices-enumerateDevices-per-origin-ids: a program is an origin, its run a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import MediaDeviceInfo, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.needs("document")


async def exposed() -> list[MediaDeviceInfo]:
    """Return all devices, with their ids."""
    async with capture(video=True, audio=True):
        devices = await navigator.media_devices.enumerate_devices()
    assert all(device.device_id and device.group_id for device in devices)
    return devices


def device_ids(devices: list[MediaDeviceInfo]) -> set[tuple[str, str]]:
    return {(device.kind, device.device_id) for device in devices}


def group_ids(devices: list[MediaDeviceInfo]) -> set[str]:
    return {device.group_id for device in devices}


def described(devices: list[MediaDeviceInfo]) -> list[tuple[str, str]]:
    return sorted((device.kind, device.label) for device in devices)


async def test_documents_of_an_origin_share_device_ids_but_not_group_ids(
    environment: Environment,
) -> None:
    first = await exposed()
    await environment.fresh_document()
    second = await exposed()
    for one, other in zip(first, second, strict=True):
        assert (one.kind, one.label, one.device_id) == (other.kind, other.label, other.device_id)
    assert not group_ids(first) & group_ids(second)


async def test_origins_share_neither(environment: Environment) -> None:
    first = await exposed()
    await environment.other_program()
    assert (await navigator.permissions.query({"name": "camera"})).state == "prompt"
    second = await exposed()
    assert described(first) == described(second)
    assert not device_ids(first) & device_ids(second)
    assert not group_ids(first) & group_ids(second)


async def test_clearing_the_data_of_an_origin_changes_its_ids(
    environment: Environment,
) -> None:
    first = await exposed()
    await environment.clear_data()
    second = await exposed()
    assert described(first) == described(second)
    assert not device_ids(first) & device_ids(second)
    assert not group_ids(first) & group_ids(second)
