"""GUM-echoCancellation-boolean, -all, -remote-only."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import OverconstrainedError, navigator


@pytest.mark.parametrize("value", [True, False, "all", "remote-only"])
async def test_a_required_echo_cancellation_is_applied_or_rejected(value: bool | str) -> None:
    async with capture(audio=True) as stream:
        settings = stream.get_audio_tracks()[0].get_settings()
        known = stream.get_audio_tracks()[0].get_capabilities()["echoCancellation"]
    # The device id is required because another microphone might support it.
    wanted = {"deviceId": {"exact": settings.device_id}, "echoCancellation": {"exact": value}}
    if value not in known:
        with pytest.raises(OverconstrainedError) as caught:
            await navigator.media_devices.get_user_media({"audio": wanted})
        assert caught.value.constraint == "echoCancellation"
        return
    async with capture(audio=wanted) as stream:
        assert stream.get_audio_tracks()[0].get_settings().echo_cancellation == value
