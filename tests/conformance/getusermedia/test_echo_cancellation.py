"""GUM-echoCancellation-boolean, -all, -remote-only."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import OverconstrainedError, navigator


@pytest.mark.parametrize("value", [True, False])
async def test_echo_cancellation_can_be_required(value: bool) -> None:
    async with capture(audio={"echoCancellation": {"exact": value}}) as stream:
        assert stream.get_audio_tracks()[0].get_settings().echo_cancellation is value


@pytest.mark.parametrize("value", ["all", "remote-only"])
async def test_a_mode_of_echo_cancellation_is_the_setting_or_refused(value: str) -> None:
    async with capture(audio=True) as stream:
        known = stream.get_audio_tracks()[0].get_capabilities()["echoCancellation"]
    wanted = {"audio": {"echoCancellation": {"exact": value}}}
    if value not in known:
        with pytest.raises(OverconstrainedError) as caught:
            await navigator.media_devices.get_user_media(wanted)
        assert caught.value.constraint == "echoCancellation"
        return
    async with capture(**wanted) as stream:
        assert stream.get_audio_tracks()[0].get_settings().echo_cancellation == value
