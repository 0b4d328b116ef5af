"""``mediadevices doctor``."""

from __future__ import annotations

import errno
import json
import sys
from fractions import Fraction
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from mediadevices.local.permissions.decisions import Decision
from mediadevices_native.application.identity import secret_path
from mediadevices_native.application.remembered_answers import RememberedPermissions, answer_path
from mediadevices_native.cameras import diagnose
from mediadevices_native.cli import doctor as doctor_module
from mediadevices_native.cli import opencv_packages
from mediadevices_native.diagnostics import Finding
from mediadevices_native.microphones import PortAudioMicrophoneDriver
from mediadevices_native.microphones.alsa.devices import AlsaCards
from mediadevices_native.microphones.linux_system import LinuxMicrophones
from mediadevices_native.microphones.portaudio.library import PortAudio
from mediadevices_native.microphones.pulse.sound_server import NoSoundServerError
from support.command_line import call, run_process
from support.failing_import import fail_import
from support.fake_sounddevice import FakeSoundDevice, row
from support.fake_v4l2 import FakeMachine, FakeNode, Size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mediadevices_native.microphones.pulse.sound_server import SoundServer
    from support.faults import FaultNotes


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a camera and a microphone."""
    for name, found in (
        ("_cameras", Finding("/dev/video0", True, "HD Webcam: 9 modes")),
        ("_microphones", Finding("PortAudio", True, "It is there.")),
    ):
        monkeypatch.setattr(doctor_module, name, lambda found=found: [found])


def failing(error: Exception) -> Callable[[], list[Finding]]:
    def examine() -> list[Finding]:
        raise error

    return examine


def test_a_healthy_machine_has_only_ok_findings(healthy: None) -> None:
    done = call("doctor")
    assert done.code == 0
    assert "ok /dev/video0: HD Webcam: 9 modes\n" in done.out
    assert "-- " not in done.out
    assert "MEDIADEVICES_ALLOW=camera,microphone" in done.out


def test_a_problem_is_printed_with_its_remedy_and_has_exit_code_1(
    healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("/dev/video0", False, "HD Webcam: no permission", "join the group video")
    monkeypatch.setattr(doctor_module, "_cameras", lambda: [finding])
    done = call("doctor")
    assert done.code == 1
    assert "-- /dev/video0: HD Webcam: no permission\n     join the group video\n" in done.out


def test_the_json_output_is_a_list_of_findings(healthy: None) -> None:
    findings = json.loads(call("doctor", "--json").out)
    assert {tuple(finding) for finding in findings} == {("subject", "ok", "text", "remedy")}
    assert "/dev/video0" in [finding["subject"] for finding in findings]


@pytest.mark.parametrize(
    ("installed", "ok", "kept"),
    [
        (
            {"opencv-python": "4.12.0", "opencv-contrib-python": "4.11.0"},
            False,
            "opencv-contrib-python",
        ),
        (
            {"opencv-python": "4.12.0", "opencv-python-headless": "4.12.0"},
            True,
            "opencv-python",
        ),
        (
            {"opencv-python-headless": "4.12.0", "opencv-contrib-python-headless": "4.10.0"},
            False,
            "opencv-contrib-python-headless",
        ),
    ],
)
def test_two_packages_of_opencv_are_reported(
    healthy: None,
    monkeypatch: pytest.MonkeyPatch,
    installed: dict[str, str],
    ok: bool,
    kept: str,
) -> None:
    fake_installation(monkeypatch, installed)
    done = call("doctor")
    names = " ".join(installed)
    listed = " and ".join(f"{name} {number}" for name, number in installed.items())
    assert done.code == (0 if ok else 1)
    assert (
        f"{'ok' if ok else '--'} OpenCV packages: {listed} share the folder cv2 and overwrite "
        f"each other's files\n     keep one: pip uninstall {names}; pip install {kept}\n"
    ) in done.out


@pytest.mark.parametrize("installed", [{}, {"opencv-python": "4.12.0"}])
def test_one_package_of_opencv_is_not_reported(
    healthy: None, monkeypatch: pytest.MonkeyPatch, installed: dict[str, str]
) -> None:
    fake_installation(monkeypatch, installed)
    assert "OpenCV packages" not in call("doctor").out


def fake_installation(monkeypatch: pytest.MonkeyPatch, installed: dict[str, str]) -> None:
    def version(name: str) -> str:
        if name in installed:
            return installed[name]
        raise PackageNotFoundError(name)

    monkeypatch.setattr(opencv_packages, "version", version)


def test_a_missing_library_does_not_hide_the_rest(
    healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = ModuleNotFoundError("No module named 'videodev2'", name="videodev2.videodev2")
    monkeypatch.setattr(doctor_module, "_cameras", failing(missing))
    monkeypatch.setattr(doctor_module, "_microphones", failing(OSError("broken")))
    done = call("doctor")
    assert done.code == 1
    assert "-- cameras: No module named 'videodev2'\n     pip install videodev2\n" in done.out
    assert "-- microphones: the check failed: OSError('broken')" in done.out
    assert "ok device ids: stored for 'mediadevices' in " in done.out


@pytest.mark.parametrize(
    ("variable", "value", "code", "text"),
    [
        ("MEDIADEVICES_ALLOW", "camera", 0, "the camera: granted; the microphone: the user cannot"),
        ("MEDIADEVICES_DENY", "camera", 1, "-- permission: the camera: denied"),
        ("MEDIADEVICES_ALLOW", "kamera", 1, "-- permission: MEDIADEVICES_ALLOW: expected"),
        ("MEDIADEVICES_SYNTHETIC", "1", 0, "programs get synthetic devices"),
    ],
)
def test_it_reports_settings_of_the_environment(
    healthy: None,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: int,
    text: str,
) -> None:
    monkeypatch.setenv(variable, value)
    done = call("doctor")
    assert (done.code, text in done.out) == (code, True), done.out


def test_a_corrupt_secret_is_reported_with_its_path(healthy: None) -> None:
    for name in ("mediadevices", "doorbell"):
        path = secret_path(name)
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        path.write_bytes(b"short")
    done = call("doctor")
    assert done.code == 1
    for name in ("mediadevices", "doorbell"):
        told = f"-- device ids: {secret_path(name)}: expected 32 bytes, found 5\n     delete the f"
        assert done.out.count(told) == 1


def test_remembered_answers_are_reported(healthy: None) -> None:
    assert "ok remembered" not in call("doctor").out
    memory = RememberedPermissions("mediadevices")
    memory.remember({"camera": Decision("granted", "user")})
    granted = call("doctor")
    assert granted.code == 0
    assert "ok remembered: the camera: granted\n     to be asked again: " in granted.out
    memory.remember({"microphone": Decision("denied", "user")})
    assert "-- remembered: the camera: granted; the microphone: denied" in call("doctor").out
    paths = answer_path("mediadevices", "camera"), answer_path("doorbell", "camera")
    for path in paths:
        path.write_bytes(b"spoilt")
    spoilt = call("doctor")
    assert spoilt.code == 1
    assert "-- remembered: the microphone: denied\n" in spoilt.out
    for path in paths:
        told = f"-- remembered: {path}: it contains no answer\n     delete the file"
        assert spoilt.out.count(told) == 1


def test_the_audit_log_is_reported(
    healthy: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv("MEDIADEVICES_AUDIT_LOG", str(path))
    assert f"ok audit log: programs write to {path}" in call("doctor").out
    assert not path.exists()
    path.touch(0o644)
    assert f"ok audit log: programs write to {path}" in call("doctor").out
    monkeypatch.setenv("MEDIADEVICES_AUDIT_LOG", str(tmp_path / "no" / "audit.jsonl"))
    done = call("doctor")
    assert done.code == 1
    assert f"-- audit log: {tmp_path}/no/audit.jsonl: its folder is missing" in done.out
    assert "name another file in MEDIADEVICES_AUDIT_LOG" in done.out


def test_it_works_on_this_machine() -> None:
    done = run_process("doctor", "--json")
    findings = json.loads(done.out)
    assert done.code == (0 if all(finding["ok"] for finding in findings) else 1)
    assert "PortAudio" in [finding["subject"] for finding in findings]


# --- what may be wrong with a machine -------------------------------------------------------------


class Machine:
    """A simulated machine for `doctor`: cameras, sound cards and libraries."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cameras = FakeMachine(folder / "cameras")
        self.proc = folder / "asound"
        self.proc.mkdir()
        self.has_server = True
        self.sound = FakeSoundDevice([])
        self._monkeypatch = monkeypatch

    def plug_in_camera(self, **state: object) -> None:
        sizes = {"YUYV": [Size(640, 480, (Fraction(1, 30),))]}
        self.cameras.plug_usb("video0", FakeNode(card="HD Webcam", formats=sizes, **state))

    def plug_in_microphone(self) -> None:
        folder = self.proc / "card0" / "pcm0c"
        folder.mkdir(parents=True)
        (folder / "info").write_text("name: USB Audio\n")
        (self.proc / "cards").write_text(" 0 [Headset        ]: USB-Audio - Nice Headset\n")
        self.sound = FakeSoundDevice([row("Headset: USB Audio (hw:0,0)", inputs=1)])

    def doctor(self, *, installed: bool = True) -> str:
        """Return the output of `doctor` without the host-dependent first and last line."""

        def connect() -> SoundServer:
            raise NoSoundServerError("no PulseAudio or PipeWire server answers")

        if not installed:
            no_library = OSError("PortAudio library not found")
            no_opencv = ModuleNotFoundError("No module named 'cv2'", name="cv2")
            fail_import(self._monkeypatch, "sounddevice", no_library)
            fail_import(self._monkeypatch, "cv2", no_opencv)
            load_opencv, load_sound = [], []  # the real ones
        else:
            load_opencv = [lambda: SimpleNamespace(__version__="5.0.0")]
            load_sound = [lambda: self.sound]
        driver = PortAudioMicrophoneDriver(
            LinuxMicrophones(PortAudio(*load_sound), connect, AlsaCards(self.proc))
        )
        self._monkeypatch.setattr(
            doctor_module, "_cameras", lambda: diagnose(self.cameras.cameras(), *load_opencv)
        )
        self._monkeypatch.setattr(doctor_module, "_microphones", driver.diagnose)
        done = call("doctor")
        assert done.code == (1 if "-- " in done.out else 0)
        lines = done.out.replace(str(self.cameras.root), "").splitlines()
        assert lines[0].startswith("ok mediadevices: version ")
        assert lines[-1].startswith("ok device ids: stored for 'mediadevices' in ")
        return "\n".join(lines[1:-1])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("MEDIADEVICES_ALLOW", "camera,microphone")
    return Machine(tmp_path, monkeypatch)


def test_without_libraries_it_says_what_to_install(machine: Machine) -> None:
    assert machine.doctor(installed=False) == (
        "-- OpenCV: cameras need OpenCV: No module named 'cv2'\n"
        "     install it with: pip install opencv-python-headless\n"
        "-- cameras: no camera was found\n"
        "     plug one in; in a virtual machine or container, pass it through\n"
        "-- PortAudio: The PortAudio library is missing (PortAudio library not found)\n"
        "     apt install libportaudio2\n"
        "ok permission: the camera: granted; the microphone: granted"
    )


def test_with_the_sound_server_down_it_says_how_to_start_it(machine: Machine) -> None:
    machine.plug_in_camera()
    assert machine.doctor() == (
        "ok OpenCV: version 5.0.0\n"
        "ok /dev/video0: HD Webcam (046d:0892): 1 modes\n"
        "ok PortAudio: It is there and lists 0 devices.\n"
        "ok sound server: no PulseAudio or PipeWire server answers; microphones are ALSA's cards, "
        "one program at a time.\n"
        "     if there should be one: systemctl --user start pipewire-pulse, or "
        "pulseaudio --start\n"
        "-- microphones: There is none.\n"
        "     Plug one in, or start the sound server.\n"
        "ok permission: the camera: granted; the microphone: granted"
    )
    machine.plug_in_microphone()
    assert "ok microphone Nice Headset: USB Audio: alsa:Headset:0\n" in machine.doctor()


@pytest.mark.fault("camera", "held by another program (`mediadevices doctor`)")
def test_a_camera_in_use_is_reported_with_the_program_that_uses_it(
    machine: Machine, fault: FaultNotes
) -> None:
    machine.plug_in_camera(busy=True)
    machine.plug_in_microphone()
    descriptors = machine.cameras.root / "proc" / "4711" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to(machine.cameras.root / "dev" / "video0")
    (descriptors.parent / "comm").write_text("cheese\n")
    told = "-- /dev/video0: HD Webcam (046d:0892): in use by cheese (process 4711)\n"
    assert f"{told}     close it there first\nok PortAudio: " in machine.doctor()
    fault.sees(f"`{told.strip()}`")


@pytest.mark.fault("camera", "no permission for the device file (`mediadevices doctor`)")
def test_missing_permission_for_a_device_file_is_reported_with_its_group(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, fault: FaultNotes
) -> None:
    machine.plug_in_camera(open_error=errno.EACCES)
    machine.plug_in_microphone()
    monkeypatch.setattr(type(machine.proc), "group", lambda path: "video")
    told = "-- /dev/video0: HD Webcam (046d:0892): no permission\n"
    assert (
        f"{told}     add yourself to the group video (sudo usermod -aG video $USER) and log in "
        "again\nok PortAudio: "
    ) in machine.doctor()
    fault.sees(f"`{told.strip()}`, and the group to join")


def test_without_platformdirs_it_says_what_to_install(
    healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    done = call("doctor")
    assert done.code == 1
    assert "-- device ids: " in done.out
    assert "\n     pip install platformdirs\n" in done.out
