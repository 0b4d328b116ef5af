"""Microphones that come and go while a program runs: told soon, once each, in the right order."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import pulsectl
import pytest

from mediadevices import DeviceChangeEvent, MediaDevices, MediaStreamTrack
from support.sound import Recording, level, loudest, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.faults import FaultNotes
    from support.pulse_server import SoundServer

SOON = 1.0  # second; the aim is 0.2, which a machine that does five things at once may miss


@pytest.fixture
def mixer(pulse_server: SoundServer) -> Iterator[pulsectl.Pulse]:
    """Another program that changes one thing at a time."""
    with pulsectl.Pulse("a mixer") as pulse:
        yield pulse


class Changes:
    """The `devicechange` events of a program."""

    def __init__(self, media_devices: MediaDevices) -> None:
        self.seen: list[DeviceChangeEvent] = []
        self.times: list[float] = []
        media_devices.ondevicechange = self._note

    def _note(self, event: DeviceChangeEvent) -> None:
        self.seen.append(event)
        self.times.append(time.monotonic())

    async def next(self, since: float) -> float:
        """Wait for one more, and return the seconds since the change."""
        count = len(self.seen)
        await until(lambda: len(self.seen) > count)
        return self.times[-1] - since


def plug(mixer: pulsectl.Pulse, name: str) -> int:
    """Plug a microphone in that hears the headset's tone; return its module."""
    description = f"source_properties=device.description={name.title()}"
    arguments = f"source_name={name} master=headset_sink.monitor {description}"
    return mixer.module_load("module-remap-source", arguments)


def labels(event: DeviceChangeEvent) -> list[str]:
    return [device.label for device in event.devices if device.kind == "audioinput"]


async def capture(media_devices: MediaDevices, audio: object = True) -> MediaStreamTrack:
    [track] = (await media_devices.get_user_media({"audio": audio})).get_tracks()
    return track


@pytest.mark.fault("microphone", "another one is plugged in, or out")
async def test_each_change_is_reported_once_and_soon_during_a_capture(
    mixer: pulsectl.Pulse, media_devices: MediaDevices, fault: FaultNotes
) -> None:
    recording = Recording(await capture(media_devices))
    changes = Changes(media_devices)
    took: list[float] = []
    for _ in range(5):
        start = time.monotonic()
        module = plug(mixer, "extra")
        took.append(await changes.next(start))
        assert "Extra" in labels(changes.seen[-1])
        [inserted] = changes.seen[-1].user_inserted_devices
        assert inserted.label == "Extra"
        start = time.monotonic()
        mixer.module_unload(module)
        took.append(await changes.next(start))
        assert "Extra" not in labels(changes.seen[-1])
        assert changes.seen[-1].user_inserted_devices == []
    await asyncio.sleep(0.3)  # in which nothing more comes
    assert len(changes.seen) == 10
    assert max(took) < SOON
    await recording.stop()
    assert recording.events == []
    fault.sees("one `devicechange` for each change", statistics.median(took))
    fault.sees("one `devicechange` for each change, at the latest", max(took))


async def test_changes_that_the_program_cannot_see_are_not_reported(
    mixer: pulsectl.Pulse, media_devices: MediaDevices, pulse_server: SoundServer
) -> None:
    recording = Recording(await capture(media_devices))
    changes = Changes(media_devices)
    headset = mixer.get_source_by_name("headset")
    mixer.volume_set_all_chans(headset, 0.9)
    mixer.volume_set_all_chans(headset, 1.0)
    await asyncio.to_thread(pulse_server.server.mute, pulse_server.headset)
    await asyncio.to_thread(pulse_server.server.mute, pulse_server.headset, False)
    await recording.sees("mute", "unmute")
    await asyncio.sleep(0.3)
    assert changes.seen == []
    await recording.stop()


async def test_the_default_one_comes_first_and_the_others_in_the_servers_order(
    mixer: pulsectl.Pulse, media_devices: MediaDevices
) -> None:
    (await capture(media_devices)).stop()
    changes = Changes(media_devices)
    modules: list[int] = []
    for name in ("zebra", "ape"):
        start = time.monotonic()
        modules.append(plug(mixer, name))
        await changes.next(start)
    assert labels(changes.seen[-1]) == ["Headset Microphone", "Desk Microphone", "Zebra", "Ape"]
    start = time.monotonic()
    mixer.source_default_set("ape")
    await changes.next(start)
    assert labels(changes.seen[-1]) == ["Ape", "Headset Microphone", "Desk Microphone", "Zebra"]
    found = await media_devices.enumerate_devices()
    assert [one.label for one in found if one.kind == "audioinput"] == labels(changes.seen[-1])
    kinds = [one.kind for one in found]
    assert kinds == sorted(kinds, key=["audioinput", "videoinput", "audiooutput"].index)
    track = await capture(media_devices)
    assert track.label == "Ape"
    track.stop()
    mixer.source_default_set("headset")
    for module in modules:
        mixer.module_unload(module)


async def test_a_microphone_plugged_in_later_is_captured_beside_another_capture(
    mixer: pulsectl.Pulse, media_devices: MediaDevices
) -> None:
    first = Recording(await capture(media_devices))
    await first.hear(0.4)
    changes = Changes(media_devices)
    start = time.monotonic()
    module = plug(mixer, "later")
    await changes.next(start)
    [device] = changes.seen[-1].user_inserted_devices
    later = await capture(media_devices, {"deviceId": {"exact": device.device_id}})
    assert later.label == "Later"
    second = Recording(later)
    await second.hear(0.6)
    await second.stop()
    mixer.module_unload(module)
    await first.hear(0.2)
    await first.stop()
    assert loudest(second.samples(0.4)[:, 0]) == pytest.approx(440, abs=3)
    assert first.events == []
    assert np.all(level(first.samples(0.4)[:, 0], 440)[:-1] > 0.3)
