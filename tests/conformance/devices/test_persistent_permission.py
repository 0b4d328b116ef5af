"""MediaDevices-enumerateDevices-persistent-permission: each document exposes devices anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.media import capture
from mediadevices import navigator

if TYPE_CHECKING:
    from conformance.environment import Environment


@pytest.mark.needs("document")
async def test_a_fresh_document_sees_nothing_though_the_permission_is_granted(
    environment: Environment,
) -> None:
    async with capture(video=True):
        pass
    await environment.fresh_document()
    assert (await navigator.permissions.query({"name": "camera"})).state == "granted"
    devices = await navigator.media_devices.enumerate_devices()
    assert [device.kind for device in devices] == ["audioinput", "videoinput"]
    for device in devices:
        assert (device.device_id, device.label, device.group_id) == ("", "", "")
