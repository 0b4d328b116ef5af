"""``mediadevices monitor``."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from mediadevices.current_agent import use_agent
from mediadevices.errors import NotReadableError
from mediadevices_native.cli import device_monitor
from mediadevices_native.cli.device_monitor import DeviceMonitor
from mediadevices_native.cli.errors import CommandError
from support.command_line import call
from support.sound import until

if TYPE_CHECKING:
    from mediadevices.testing import FakeDevices


def test_without_a_terminal_it_prints_a_line_per_second_and_per_event(fakes: FakeDevices) -> None:
    done = call("monitor", "--seconds", 2)
    assert (done.code, done.err) == (0, "")
    lines = [re.sub(r"^\d\d:\d\d:\d\d  ", "", line) for line in done.out.splitlines()]
    assert lines[:2] == [
        "microphone Fake Microphone 1: 48000 Hz, channels: 1",
        "camera Fake Camera 1: 640x480, 30 frames a second",
    ]
    assert len(lines) == 4
    found = re.fullmatch(r"microphone: █+·+ +-6 dB; camera: ([\d.]+) frames a second", lines[3])
    assert found
    assert 3 < float(found[1]) < 38  # 30, less what a busy machine drops
    assert not any(device.is_open for device in (*fakes.cameras, *fakes.microphones))


def test_ctrl_c_ends_it_normally(fakes: FakeDevices) -> None:
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    done = call("monitor")
    timer.join()
    assert (done.code, done.err) == (0, "")
    assert not any(device.is_open for device in (*fakes.cameras, *fakes.microphones))


def test_with_device_it_captures_only_from_that_device(fakes: FakeDevices) -> None:
    done = call("monitor", "--seconds", 0.25, "--device", "Microphone 2")
    assert "Fake Microphone 2" in done.out
    assert [one.opened for one in (*fakes.cameras, *fakes.microphones)] == [0, 0, 1]


async def test_it_captures_again_after_a_camera_is_replugged(fakes: FakeDevices) -> None:
    camera = fakes.cameras[0]
    async with DeviceMonitor(fakes.agent, {"video": None}, None) as watched:
        fakes.unplug(camera)
        await until(lambda: len(watched.devices) == 3)
        await until(lambda: watched.captures[0].track is None)
        await until(lambda: watched.captures[0].reading().startswith("there is no camera"))
        fakes.plug(camera)
        await until(lambda: watched.captures[0].track is not None)
        watched.check()
    said = [text for _, text in watched.events]
    assert "videoinput Fake Camera 1: unplugged" in said
    assert "camera Fake Camera 1: ended" in said
    assert "videoinput Fake Camera 1: plugged in" in said
    assert camera.opened == 2
    assert not camera.is_open


async def test_it_retries_a_camera_that_is_in_use(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_monitor, "_RETRY_SECONDS", 0.05)
    fakes.fail_to_open(fakes.cameras[0], NotReadableError("in use by cheese"))
    async with DeviceMonitor(fakes.agent, {"video": None, "audio": None}, None) as watched:
        assert "in use by cheese" in watched.captures[0].reading()
        assert watched.captures[1].track is not None
        await asyncio.sleep(0.2)
        fakes.fail_to_open(fakes.cameras[0], None)
        await until(lambda: watched.captures[0].track is not None)
    assert sum("in use by cheese" in text for _, text in watched.events) == 1


async def test_muting_is_an_event_and_is_displayed(fakes: FakeDevices) -> None:
    async with DeviceMonitor(fakes.agent, {"audio": None}, None) as watched:
        fakes.mute(fakes.microphones[0])
        await until(lambda: any("mute" in text for _, text in watched.events))
        assert watched.captures[0].reading().endswith("(muted)")


async def test_a_denied_permission_is_not_requested_again(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    async with DeviceMonitor(fakes.agent, {"video": None}, None) as watched:
        fakes.plug(type(fakes.cameras[0])(label="Another"))
        await until(lambda: len(watched.devices) == 5)
        await asyncio.sleep(0.02)
        assert "denied" in watched.captures[0].reading()
    assert len(fakes.requests) == 1


async def test_a_wrong_option_ends_it(fakes: FakeDevices) -> None:
    with pytest.raises(CommandError, match="--constraints: invalid JSON"):
        async with DeviceMonitor(fakes.agent, {"video": None}, "{"):
            pass


async def test_the_number_of_stored_events_is_limited(fakes: FakeDevices) -> None:
    with use_agent(fakes.agent):
        watched = DeviceMonitor(fakes.agent, {}, None)
        for count in range(1000):
            watched.log_event(str(count))
    assert len(watched.events) < 50
    assert watched.events[-1][1] == "999"
