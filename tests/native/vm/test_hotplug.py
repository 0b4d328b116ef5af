"""Sound cards that come and go, and what a program that records sees of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from mediadevices import DeviceChangeEvent, MediaDevices, MediaStreamTrack
from support.sound import Recording, loudest, until
from support.sound_cards import RATE, played, playing, tone, unplugged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mediadevices import MediaDeviceInfo
    from support.faults import FaultNotes

SECOND = "Loopback PCM [Mic2:0]"


def microphones(event: DeviceChangeEvent) -> list[str]:
    return [device.label for device in event.devices if device.kind == "audioinput"]


def second_card(devices: Sequence[MediaDeviceInfo]) -> MediaDeviceInfo:
    [found] = [one for one in devices if (one.kind, one.label) == ("audioinput", SECOND)]
    return found


async def capture(media_devices: MediaDevices, device_id: str) -> MediaStreamTrack:
    audio = {"deviceId": {"exact": device_id}}
    [track] = (await media_devices.get_user_media({"audio": audio})).get_tracks()
    return track


@pytest.mark.fault("microphone", "its sound card is unplugged while it is captured, and comes back")
async def test_an_unplugged_card_ends_its_track_and_has_its_id_again_when_it_is_back(
    media_devices: MediaDevices, tmp_path: Path, fault: FaultNotes
) -> None:
    [first] = (await media_devices.get_user_media({"audio": True})).get_tracks()
    other = Recording(first)  # goes on all the while
    device = second_card(await media_devices.enumerate_devices())
    seen: list[tuple[float, DeviceChangeEvent]] = []
    media_devices.ondevicechange = lambda event: seen.append((time.monotonic(), event))

    with playing("Mic2", tone(1000), tmp_path):
        await until(lambda: played("Mic2") > 0, 30)
        recording = Recording(await capture(media_devices, device.device_id))
        await recording.hear(0.5)
        unbound = time.monotonic()
        with unplugged("Mic2") as unplugging:
            await until(lambda: "ended" in recording.events, 30)
            await until(lambda: bool(seen), 30)
            assert set(recording.events[:-1]) <= {"mute"}
            fault.sees("`ended`", recording.times[-1] - unbound)
            fault.sees("`devicechange` without it", seen[0][0] - unbound)
            assert SECOND not in microphones(seen[-1][1])
            # It could not go while the device was open.
            assert await asyncio.to_thread(unplugging.wait, 30) == 0
            count = len(seen)
            bound = time.monotonic()
    await until(lambda: len(seen) > count, 30)
    fault.sees("`devicechange` with it, and its id", seen[count][0] - bound)
    await asyncio.sleep(1)  # in which nothing more comes
    assert (count, len(seen)) == (1, 2)
    assert SECOND in microphones(seen[-1][1])
    assert device.device_id in {one.device_id for one in seen[-1][1].user_inserted_devices}

    with playing("Mic2", tone(1000), tmp_path):
        await until(lambda: played("Mic2") > 0, 30)
        recording = Recording(await capture(media_devices, device.device_id))
        await recording.hear(1)
        await recording.stop()
    await other.stop()
    # The machine is too slow to lose no samples, which blurs a tone.
    assert loudest(recording.samples(0.5)[:, 0], RATE) == pytest.approx(1000, rel=0.1)
    assert "ended" not in other.events


async def test_a_card_plugged_in_while_another_is_captured_is_captured_beside_it(
    media_devices: MediaDevices, tmp_path: Path
) -> None:
    """PortAudio's list is frozen then, and does not have it."""
    seen: list[DeviceChangeEvent] = []
    with unplugged("Mic2") as unplugging:
        assert await asyncio.to_thread(unplugging.wait, 30) == 0
        [track] = (await media_devices.get_user_media({"audio": True})).get_tracks()
        first = Recording(track)
        await first.hear(0.3)
        media_devices.ondevicechange = seen.append
    await until(lambda: bool(seen) and SECOND in microphones(seen[-1]), 30)
    device = second_card(seen[-1].user_inserted_devices)
    with playing("Mic2", tone(1000), tmp_path):
        await until(lambda: played("Mic2") > 0, 30)
        second = Recording(await capture(media_devices, device.device_id))
        await second.hear(1.5)
        await second.stop()
    await first.hear(0.3)
    await first.stop()
    assert "ended" not in first.events
    heard = loudest(second.samples(0.5)[:, 0], second.blocks[0].sample_rate)
    assert heard == pytest.approx(1000, rel=0.1)
