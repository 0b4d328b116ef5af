"""The devices as the sound server, the kernel and PortAudio list them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices.driver import AudioMode
from mediadevices_native.microphones.alsa.devices import (
    AlsaAddress,
    AlsaCards,
    alsa_devices,
    find_alsa_device,
    is_outdated,
)
from mediadevices_native.microphones.portaudio.host_devices import find_host_device, host_devices
from mediadevices_native.microphones.portaudio.library import (
    PortAudio,
    PortAudioDevice,
    SoundDevice,
)
from mediadevices_native.microphones.pulse.devices import PulseAddress, pulse_devices
from mediadevices_native.microphones.pulse.sound_server import Endpoint, ServerSnapshot
from mediadevices_native.microphones.pulse.source_channels import SourceChannels
from support.fake_sounddevice import FakeSoundDevice, row

if TYPE_CHECKING:
    from pathlib import Path

STEREO = ("front-left", "front-right")
MICROPHONE = Endpoint(7, "alsa_input.usb", "Webcam", 44100, STEREO, 24)
MONITOR = Endpoint(8, "sink.monitor", "Monitor of Speaker", 48000, STEREO, 16, is_monitor=True)
SPEAKER = Endpoint(3, "sink", "Speaker", 48000, STEREO, 16)


def no_usb(_path: str) -> str:
    return ""


def snapshot(*sources: Endpoint, default: str = "", sinks: tuple[Endpoint, ...] = ()):
    return ServerSnapshot(sources, sinks, (), default, "sink")


# The sound server.


def test_a_source_is_a_microphone_with_its_own_name_and_format() -> None:
    (device,) = pulse_devices(snapshot(MICROPHONE, MONITOR, default="alsa_input.usb"), no_usb)
    assert (device.kind, device.label, device.key) == (
        "audioinput",
        "Webcam",
        "pulse:alsa_input.usb",
    )
    assert device.modes == (AudioMode(44100, 2, 24, 0.01),)
    assert device.default
    assert device.address == PulseAddress("alsa_input.usb", SourceChannels(2, (0, 1)))
    assert device.controls["echoCancellation"] == (False,)


def test_a_microphone_says_how_to_get_its_channels() -> None:
    array = replace(MICROPHONE, channel_map=("aux0", "aux1", "aux2"))
    on_pipewire = replace(snapshot(array), is_pipewire=True)
    for server, channels in (
        (snapshot(array), SourceChannels(11, (8, 9, 10))),
        (on_pipewire, SourceChannels(3, (0, 1, 2), by_number=True)),
    ):
        (device,) = pulse_devices(server, no_usb)
        assert device.modes == (AudioMode(44100, 3, 24, 0.01),)
        assert device.address == PulseAddress("alsa_input.usb", channels)


def test_a_source_derived_from_a_monitor_is_a_microphone() -> None:
    remapped = replace(MICROPHONE, properties={"device.master_device": "sink.monitor"})
    assert len(pulse_devices(snapshot(MONITOR, remapped), no_usb)) == 1


def test_a_sink_is_a_speaker() -> None:
    (device,) = pulse_devices(snapshot(sinks=(SPEAKER,)), no_usb)
    assert (device.kind, device.label, device.default) == ("audiooutput", "Speaker", True)
    assert device.modes == ()


@pytest.mark.parametrize(
    ("properties", "card", "group"),
    [
        ({"sysfs.path": "/devices/usb/sound/card1", "device.bus_path": "b"}, 1, "usb:/devices/usb"),
        ({"sysfs.path": "/devices/pci/sound/card1", "device.bus_path": "pci-0"}, 1, "bus:pci-0"),
        ({}, 4, "pulse-card:4"),
        ({}, None, ""),
    ],
)
def test_the_devices_of_one_unit_are_one_group(
    properties: dict[str, str], card: int | None, group: str
) -> None:
    source = replace(MICROPHONE, properties=properties, card=card)
    sink = replace(SPEAKER, properties=properties, card=card)
    devices = pulse_devices(
        snapshot(source, sinks=(sink,)),
        lambda path: f"usb:{path[:12]}" if "usb" in path else "",
    )
    assert [device.group_key for device in devices] == [group, group]


def usb_source(name: str, port: str, serial: str = "Generic_USB_Audio", device: int = 0):
    properties = {
        "device.bus": "usb",
        "device.bus_path": f"pci-0000:00:14.0-usb-0:{port}:1.0",
        "device.serial": serial,
        "alsa.device": str(device),
    }
    return replace(MICROPHONE, name=name, properties=properties)


def keys(*sources: Endpoint) -> dict[str, str]:
    """Return the keys by what the server calls the microphones."""
    devices = pulse_devices(snapshot(*sources), no_usb)
    assert len({device.key for device in devices}) == len(sources)
    return {cast("PulseAddress", device.address).name: device.key for device in devices}


def test_microphones_of_one_model_are_known_by_their_ports() -> None:
    """The server gives the second one another name, and which is the second is chance."""
    first = keys(usb_source("usb-Generic", "1"), usb_source("usb-Generic.2", "2"))
    again = keys(usb_source("usb-Generic", "2"), usb_source("usb-Generic.2", "1"))
    alone = keys(usb_source("usb-Generic", "2"))
    assert first["usb-Generic"] == again["usb-Generic.2"]
    assert first["usb-Generic.2"] == again["usb-Generic"] == alone["usb-Generic"]


def test_a_usb_microphone_in_another_port_or_another_one_in_its_port_is_another() -> None:
    before = keys(usb_source("one", "1", "Maker_Headset_77"))["one"]
    assert keys(usb_source("one", "1", "Maker_Headset_77"))["one"] == before
    assert keys(usb_source("one", "2", "Maker_Headset_77"))["one"] != before
    assert keys(usb_source("one", "1", "Maker_Headset_78"))["one"] != before


def test_two_microphones_of_one_usb_device_are_two() -> None:
    found = keys(usb_source("front", "1", device=0), usb_source("back", "1", device=1))
    assert found["front"] != found["back"]
    assert len(keys(usb_source("a", "1"), usb_source("b", "1"))) == 2


# The kernel's sound cards.


def card(
    root: Path, number: int, card_id: str, name: str, *devices: str, port: str = "", ids: str = ""
) -> None:
    folder = root / f"card{number}"
    for device in devices:  # such as "0c:USB Audio"
        place, _, title = device.partition(":")
        (folder / f"pcm{place}" / "sub0").mkdir(parents=True)
        (folder / f"pcm{place}" / "info").write_text(f"card: {number}\nname: {title}\n")
        (folder / f"pcm{place}" / "sub0" / "status").write_text("closed\n")
    with (root / "cards").open("a") as cards:
        cards.write(f"{number:2} [{card_id:15}]: USB-Audio - {name}\n")
        place = f"usb-0000:00:14.0-{port}, high speed" if port else "0xf7d10000 irq 31"
        cards.write(f"                      {name} at {place}\n")
    (folder / "usbid").write_text(f"{ids}\n")


def listed(*rows: dict[str, object]) -> list[PortAudioDevice]:
    return PortAudio(lambda: cast("SoundDevice", FakeSoundDevice(list(rows)))).devices()


def test_each_card_is_a_microphone_and_the_plug_ins_are_not(tmp_path: Path) -> None:
    card(tmp_path, 0, "Headset", "Nice Headset", "0c:USB Audio", "0p:USB Audio")
    card(tmp_path, 2, "Loop", "Loopback", "1c:Loopback PCM")
    rows = listed(
        row("Nice Headset: USB Audio (hw:0,0)", inputs=1, outputs=2),
        row("Loopback: PCM (hw:2,1)", inputs=32),
        row("sysdefault", inputs=128),
        row("default", inputs=128),
    )
    devices = alsa_devices(AlsaCards(tmp_path).ports(), rows, no_usb)
    assert [(one.kind, one.key, one.label, one.default) for one in devices] == [
        ("audioinput", "alsa:Headset:0", "Nice Headset: USB Audio", True),
        ("audioinput", "alsa:Loop:1", "Loopback PCM", False),
        ("audiooutput", "alsa:Headset:0", "Nice Headset: USB Audio", True),
    ]
    assert devices[0].modes == (AudioMode(44100, 1),)
    assert [mode for mode in devices[1].modes if isinstance(mode, AudioMode)] == [
        AudioMode(44100, 2),
        AudioMode(44100, 1),
        AudioMode(44100, 32),
    ]
    assert devices[0].group_key == devices[2].group_key != devices[1].group_key


def test_a_card_on_usb_is_in_the_group_of_its_unit(tmp_path: Path) -> None:
    card(tmp_path, 3, "C920", "Webcam", "0c:USB Audio")
    (device,) = alsa_devices(AlsaCards(tmp_path).ports(), [], lambda path: f"usb of {path}")
    assert device.group_key == "usb of /sys/class/sound/card3"


def test_two_cards_with_one_name_are_distinguished(tmp_path: Path) -> None:
    card(tmp_path, 0, "C920", "Webcam", "0c:USB Audio")
    card(tmp_path, 1, "C920_1", "Webcam", "0c:USB Audio")
    devices = alsa_devices(AlsaCards(tmp_path).ports(), [], no_usb)
    assert [one.label for one in devices] == [
        "Webcam: USB Audio [C920:0]",
        "Webcam: USB Audio [C920_1:0]",
    ]


def test_cards_of_one_model_are_known_by_their_ports(tmp_path: Path) -> None:
    def keys(folder: str, *ports: str) -> dict[str, str]:
        for number, port in enumerate(ports):
            card_id = f"Device_{number}" if number else "Device"
            card(tmp_path / folder, number, card_id, "USB", "0c:USB", port=port, ids="0d8c:0014")
        found = alsa_devices(AlsaCards(tmp_path / folder).ports(), [], no_usb)
        return {cast("AlsaAddress", one.address).card: one.key for one in found}

    first, again = keys("first", "1.2", "3"), keys("again", "3", "1.2")
    assert first["Device"] == again["Device_1"] != first["Device_1"]
    assert first["Device_1"] == again["Device"] == keys("alone", "3")["Device"]


def test_another_card_in_the_same_port_is_another(tmp_path: Path) -> None:
    found: set[str] = set()
    for ids in ("0d8c:0014", "0d8c:0015"):
        card(tmp_path / ids, 0, "Device", "USB", "0c:USB", port="1", ids=ids)
        (device,) = alsa_devices(AlsaCards(tmp_path / ids).ports(), [], no_usb)
        found.add(device.key)
    assert len(found) == 2


def test_a_microphone_that_portaudio_leaves_out_is_listed_with_usual_modes(tmp_path: Path) -> None:
    card(tmp_path, 0, "Held", "Held", "0c:USB Audio")
    cards = AlsaCards(tmp_path)
    (device,) = alsa_devices(cards.ports(), listed(), no_usb)
    assert device.modes == (AudioMode(48000, 2), AudioMode(48000, 1))
    assert is_outdated(listed(), cards.ports())
    assert not is_outdated(listed(row("Held: USB Audio (hw:0,0)")), cards.ports())
    assert is_outdated(listed(row("Held: USB Audio (hw:0,0)")), [])


def test_default_counts_only_where_there_is_nothing_else() -> None:
    (device,) = alsa_devices([], listed(row("default"), row("sysdefault")), no_usb)
    assert (device.key, device.label, device.default) == ("alsa:default", "Default", True)
    assert alsa_devices([], listed(), no_usb) == ()


def test_a_card_is_found_by_its_id_when_its_number_has_changed(tmp_path: Path) -> None:
    card(tmp_path, 0, "Other", "Other", "0c:USB Audio")
    card(tmp_path, 3, "Mine", "Mine", "0c:USB Audio")
    rows = listed(row("Other: USB Audio (hw:0,0)"), row("Mine: USB Audio (hw:3,0)"))
    found = find_alsa_device(rows, AlsaAddress("Mine", 0), AlsaCards(tmp_path))
    assert found is not None
    assert found.name == "Mine: USB Audio (hw:3,0)"
    assert find_alsa_device(rows, AlsaAddress("Gone", 0), AlsaCards(tmp_path)) is None
    assert find_alsa_device(rows, AlsaAddress("Mine", 1), AlsaCards(tmp_path)) is None


def test_the_process_that_uses_a_card_is_known(tmp_path: Path) -> None:
    card(tmp_path, 0, "Held", "Held", "0c:USB Audio")
    cards = AlsaCards(tmp_path, tmp_path)
    address = AlsaAddress("Held", 0)
    assert cards.holder(address) == ""
    status = tmp_path / "card0" / "pcm0c" / "sub0" / "status"
    status.write_text("state: RUNNING\nowner_pid   : 4321\ntrigger_time: 1.5\n")
    assert cards.holder(address) == "process 4321"
    (tmp_path / "4321").mkdir()
    (tmp_path / "4321" / "comm").write_text("arecord\n")
    assert cards.holder(address) == "process 4321 (arecord)"
    assert cards.holder(AlsaAddress("Gone", 0)) == ""


def test_a_machine_without_sound_cards_has_none(tmp_path: Path) -> None:
    assert AlsaCards(tmp_path / "missing").ports() == ()


# macOS and Windows.


def host_rows() -> list[PortAudioDevice]:
    module = FakeSoundDevice(
        [
            row("Microphone", 1, 1),
            row("Microphone", 1, 1),
            row("Speakers", 1, 0, 2),
            row("Microphone", 0, 1),
        ],
        ("MME", "Windows WASAPI"),
        default_input=1,
    )
    return PortAudio(lambda: cast("SoundDevice", module)).devices()


def test_the_preferred_interface_lists_the_devices_and_the_others_are_left_out() -> None:
    devices = host_devices(host_rows())
    assert [(one.kind, one.key, one.label, one.default) for one in devices] == [
        ("audioinput", "portaudio:Windows WASAPI:Microphone", "Microphone", False),
        ("audioinput", "portaudio:Windows WASAPI:Microphone:2", "Microphone #2", True),
        ("audiooutput", "portaudio:Windows WASAPI:Speakers", "Speakers", False),
    ]


def test_of_two_devices_of_one_name_the_right_one_is_opened() -> None:
    rows = host_rows()
    for device in host_devices(rows)[:2]:
        found = find_host_device(rows, device.address)
        assert found is not None
        assert found.default_input is device.default
    assert find_host_device([], host_devices(rows)[0].address) is None
