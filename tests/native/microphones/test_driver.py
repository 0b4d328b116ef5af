"""Which devices there are on which system, and what is missing where there are none."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices.driver import AudioMode, Configuration, Device
from mediadevices.errors import NotReadableError
from mediadevices_native.hardware import hotplug
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from mediadevices_native.microphones.alsa.devices import AlsaCards
from mediadevices_native.microphones.host_system import HostMicrophones
from mediadevices_native.microphones.linux_system import LinuxMicrophones
from mediadevices_native.microphones.portaudio.library import (
    PortAudio,
    PortAudioMissingError,
    SoundDevice,
)
from mediadevices_native.microphones.pulse.sound_server import (
    Endpoint,
    NoSoundServerError,
    ServerSnapshot,
    SoundServer,
)
from support.fake_sounddevice import FakeSoundDevice, row
from support.sound import Recorder, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.faults import FaultNotes

PULSE = row("pulse", inputs=32, outputs=32)
CARD = row("Headset: USB Audio (hw:0,0)", inputs=1)
SNAPSHOT = ServerSnapshot(
    sources=(Endpoint(1, "desk", "Desk", 48000, ("front-left", "front-right"), 16),),
    sinks=(Endpoint(1, "speaker", "Speaker", 48000, ("front-left", "front-right"), 16),),
    streams=(),
    default_source="desk",
    default_sink="speaker",
)


class Server:
    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def snapshot(self) -> ServerSnapshot:
        return SNAPSHOT


def server() -> SoundServer:
    return cast("SoundServer", Server())


def no_server() -> SoundServer:
    raise NoSoundServerError("no PulseAudio or PipeWire server answers")


def cards(folder: Path) -> AlsaCards:
    (folder / "card0" / "pcm0c").mkdir(parents=True)
    (folder / "card0" / "pcm0c" / "info").write_text("name: USB Audio\n")
    (folder / "cards").write_text(" 0 [Headset        ]: USB-Audio - Nice Headset\n")
    return AlsaCards(folder)


def driver_of(
    module: FakeSoundDevice,
    connect: Callable[[], SoundServer] = no_server,
    alsa: AlsaCards | None = None,
) -> PortAudioMicrophoneDriver:
    return PortAudioMicrophoneDriver(
        LinuxMicrophones(portaudio_of(module), connect, alsa or AlsaCards(Path("/nowhere")))
    )


def host_driver_of(
    module: FakeSoundDevice, fingerprint: Callable[[], object] | None = None
) -> PortAudioMicrophoneDriver:
    return PortAudioMicrophoneDriver(HostMicrophones(portaudio_of(module), fingerprint))


def portaudio_of(module: FakeSoundDevice) -> PortAudio:
    return PortAudio(lambda: cast("SoundDevice", module))


def labels(devices: tuple[Device, ...]) -> list[tuple[str, str]]:
    return [(one.kind, one.label) for one in devices]


async def test_with_a_server_its_sources_and_sinks_are_the_devices(tmp_path: Path) -> None:
    driver = driver_of(FakeSoundDevice([PULSE, CARD]), server, cards(tmp_path))
    assert labels(await driver.list_devices()) == [
        ("audioinput", "Desk"),
        ("audiooutput", "Speaker"),
    ]


async def test_a_server_that_portaudio_cannot_reach_leaves_the_cards(tmp_path: Path) -> None:
    driver = driver_of(FakeSoundDevice([CARD]), server, cards(tmp_path))
    assert labels(await driver.list_devices()) == [
        ("audioinput", "Nice Headset: USB Audio"),
        ("audiooutput", "Speaker"),
    ]
    findings = {one.subject: one for one in driver.diagnose()}
    assert not findings["sound server"].ok
    assert findings["sound server"].remedy == "apt install libasound2-plugins"


async def test_a_server_that_came_after_portaudio_is_used() -> None:
    module = FakeSoundDevice([])
    driver = driver_of(module, server)
    module.present.append(PULSE)
    assert ("audioinput", "Desk") in labels(await driver.list_devices())


async def test_a_server_that_has_gone_leaves_no_default_that_leads_nowhere() -> None:
    default = row("default", inputs=32)
    module = FakeSoundDevice([PULSE, default])
    driver = driver_of(module)
    module.present[:] = []
    assert await driver.list_devices() == ()

    module.present[:] = [PULSE, default]
    module._initialize()
    others = module._StreamBase(module, {"samplerate": 48000})  # PortAudio cannot look again.
    assert await driver.list_devices() == ()
    others.close()

    driver = driver_of(FakeSoundDevice([default]))
    assert labels(await driver.list_devices()) == [("audioinput", "Default")]


async def test_without_a_server_the_cards_are_the_devices(tmp_path: Path) -> None:
    driver = driver_of(FakeSoundDevice([CARD]), alsa=cards(tmp_path))
    assert labels(await driver.list_devices()) == [("audioinput", "Nice Headset: USB Audio")]


async def test_a_card_that_came_after_portaudio_is_listed_with_its_modes(tmp_path: Path) -> None:
    module = FakeSoundDevice([])
    driver = driver_of(module, alsa=cards(tmp_path))
    await driver.list_devices()
    module.present.append(CARD)
    (device,) = await driver.list_devices()
    assert device.modes == (AudioMode(44100, 1),)


async def test_a_card_that_came_while_another_is_open_is_reached_by_a_fallback_route(
    tmp_path: Path,
) -> None:
    module = FakeSoundDevice([row("sysdefault", inputs=128)])
    driver = driver_of(module, alsa=cards(tmp_path))
    others = module._StreamBase(module, {"samplerate": 48000})  # PortAudio cannot look again.
    module.present.append(CARD)
    (device,) = await driver.list_devices()
    capture = await driver.open(device, Configuration(device.modes[0]), Recorder())
    stream = module.streams[-1]
    assert stream.options["device"] == 0
    assert stream.environment["ALSA_CARD"] == "Headset"
    await capture.close()
    others.close()
    capture = await driver.open(device, Configuration(device.modes[0]), Recorder())
    assert module.streams[-1].options["device"] == 1
    await capture.close()


async def test_a_second_device_of_a_card_has_no_fallback_route(tmp_path: Path) -> None:
    alsa = cards(tmp_path)
    (tmp_path / "card0" / "pcm0c").rename(tmp_path / "card0" / "pcm1c")
    module = FakeSoundDevice([row("sysdefault", inputs=128)])
    others = module._StreamBase(module, {"samplerate": 48000})
    driver = driver_of(module, alsa=alsa)
    (device,) = await driver.list_devices()
    with pytest.raises(NotReadableError, match="does not see"):
        await driver.open(device, Configuration(device.modes[0]), Recorder())
    others.close()


async def test_on_other_systems_portaudio_lists_the_devices() -> None:
    module = FakeSoundDevice([row("Built-in Microphone", inputs=1)], ("Core Audio",))
    driver = host_driver_of(module)
    (device,) = await driver.list_devices()
    assert device.key == "portaudio:Core Audio:Built-in Microphone"
    recorder = Recorder()
    capture = await driver.open(device, Configuration(device.modes[0]), recorder)
    module.streams[0].give(bytes(441 * 4))
    assert recorder.blocks[0].number_of_frames == 441
    await capture.close()


async def test_without_portaudio_there_are_no_microphones_and_doctor_says_why(
    tmp_path: Path,
) -> None:
    def missing() -> SoundDevice:
        raise PortAudioMissingError("The PortAudio library is missing: apt install libportaudio2")

    for connect, expected in ((no_server, []), (server, [("audiooutput", "Speaker")])):
        driver = PortAudioMicrophoneDriver(
            LinuxMicrophones(PortAudio(missing), connect, AlsaCards(tmp_path))
        )
        assert labels(await driver.list_devices()) == expected
        (finding,) = driver.diagnose()
        assert not finding.ok
        assert finding.remedy == "apt install libportaudio2"


async def test_without_a_microphone_doctor_says_so() -> None:
    findings = {one.subject: one for one in driver_of(FakeSoundDevice()).diagnose()}
    assert findings["PortAudio"].ok
    assert not findings["microphones"].ok


async def test_a_held_card_is_an_error_that_names_the_holder(tmp_path: Path) -> None:
    module = FakeSoundDevice([CARD], fail_to_open="Device unavailable [PaErrorCode -9985]")
    driver = driver_of(module, alsa=cards(tmp_path))
    (device,) = await driver.list_devices()
    status = tmp_path / "card0" / "pcm0c" / "sub0" / "status"
    status.parent.mkdir()
    status.write_text("owner_pid   : 99999999\n")
    expected = (
        r"Nice Headset: USB Audio: PortAudio: Device unavailable \[PaErrorCode -9985\]; "
        "process 99999999 has it open"
    )
    with pytest.raises(NotReadableError, match=expected):
        await driver.open(device, Configuration(device.modes[0]), Recorder())


@pytest.mark.fault("microphone", "no permission for the device file")
async def test_a_card_that_may_not_be_opened_says_permission_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    cards(tmp_path)
    node = tmp_path / "pcmC0D0c"
    node.touch()
    monkeypatch.setattr(os, "access", lambda path, _: path != node)  # root may open everything
    monkeypatch.setattr(type(node), "group", lambda _: "audio")
    # PortAudio leaves out what it cannot open.
    driver = driver_of(FakeSoundDevice([]), alsa=AlsaCards(tmp_path, tmp_path, tmp_path))
    (device,) = await driver.list_devices()
    leave = f"no permission for {node}; add yourself to the group audio"
    with pytest.raises(NotReadableError, match=re.escape(leave)):
        await driver.open(device, Configuration(device.modes[0]), Recorder())
    fault.sees("`NotReadableError`: no permission for the file, and the group to join")
    (finding,) = (one for one in driver.diagnose() if one.subject.startswith("microphone "))
    assert (finding.ok, finding.text) == (False, f"no permission for {node}")
    assert "group audio" in finding.remedy
    monkeypatch.undo()
    assert all(one.ok for one in driver.diagnose() if one.subject.startswith("microphone "))


async def test_a_device_of_another_driver_is_refused() -> None:
    device = Device(kind="audioinput", key="x", label="Stranger")
    with pytest.raises(NotReadableError, match="Stranger"):
        await driver_of(FakeSoundDevice()).open(device, Configuration(AudioMode(1, 1)), Recorder())


async def test_an_unplugged_card_ends_the_capture(tmp_path: Path) -> None:
    module = FakeSoundDevice([CARD])
    driver = driver_of(module, alsa=cards(tmp_path))
    (device,) = await driver.list_devices()
    recorder = Recorder()
    capture = await driver.open(device, Configuration(device.modes[0]), recorder)
    module.streams[0].give(bytes(441 * 4))
    (tmp_path / "cards").write_text("--- no soundcards ---\n")
    await until(lambda: recorder.ended)
    assert recorder.events == [("muted", True), ("end", None)]
    await until(lambda: module.streams[0].closed)
    await capture.close()


def no_threads() -> bool:
    return not any(one.name.startswith("mediadevices") for one in threading.enumerate())


async def test_on_other_systems_a_new_device_is_noticed_by_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 0.05)
    module = FakeSoundDevice([row("Built-in", inputs=1)], ("Core Audio",))
    driver = host_driver_of(module)
    changed = threading.Event()
    stop = await driver.watch(changed.set)
    assert not await asyncio.to_thread(changed.wait, 0.2)
    module.present.append(row("Headset", inputs=1))
    assert await asyncio.to_thread(changed.wait, 5)
    stop()
    await until(no_threads)


async def test_on_other_systems_portaudio_rests_while_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 0.01)
    names, looks, changed = ["Built-in"], list[str](), threading.Event()
    module = FakeSoundDevice([row("Built-in", inputs=1)], ("Core Audio",))

    def look() -> object:
        looks.append("look")
        return list(names)

    driver = host_driver_of(module, look)
    stop = await driver.watch(changed.set)
    await driver.list_devices()
    starts = module.starts
    seen = len(looks)
    await until(lambda: len(looks) > seen + 5)
    assert module.starts == starts
    assert not changed.is_set()
    names.append("Headset")
    module.present.append(row("Headset", inputs=1))
    assert await asyncio.to_thread(changed.wait, 5)
    stop()
    assert ("audioinput", "Headset") in labels(await driver.list_devices())


async def test_no_thread_is_left_when_watching_stops() -> None:
    driver = driver_of(FakeSoundDevice())
    stop = await driver.watch(lambda: None)
    assert any(one.name.startswith("mediadevices") for one in threading.enumerate())
    stop()
    stop()
    await until(no_threads)
