"""``mediadevices doctor``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.cli import doctor as doctor_module
from mediadevices_native.findings import Finding
from mediadevices_native.identity import secret_path
from support.command_line import call, run_process

if TYPE_CHECKING:
    from collections.abc import Callable


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


def test_a_healthy_machine_is_told_to_be_so(healthy: None) -> None:
    done = call("doctor")
    assert done.code == 0
    assert "ok /dev/video0: HD Webcam: 9 modes\n" in done.out
    assert "-- " not in done.out
    assert "MEDIADEVICES_ALLOW=camera,microphone" in done.out


def test_what_is_wrong_comes_with_its_remedy_and_exit_code_1(
    healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding("/dev/video0", False, "HD Webcam: no permission", "join the group video")
    monkeypatch.setattr(doctor_module, "_cameras", lambda: [finding])
    done = call("doctor")
    assert done.code == 1
    assert "-- /dev/video0: HD Webcam: no permission\n     join the group video\n" in done.out


def test_as_json_it_is_a_list_of_findings(healthy: None) -> None:
    findings = json.loads(call("doctor", "--json").out)
    assert {tuple(finding) for finding in findings} == {("subject", "ok", "text", "remedy")}
    assert "/dev/video0" in [finding["subject"] for finding in findings]


def test_a_missing_library_does_not_hide_the_rest(
    healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = ModuleNotFoundError("No module named 'videodev2'", name="videodev2.videodev2")
    monkeypatch.setattr(doctor_module, "_cameras", failing(missing))
    monkeypatch.setattr(doctor_module, "_microphones", failing(OSError("broken")))
    done = call("doctor")
    assert done.code == 1
    assert "-- cameras: No module named 'videodev2'\n     pip install videodev2\n" in done.out
    assert "-- microphones: the examination failed: OSError('broken')" in done.out
    assert "ok device ids: kept for 'mediadevices' in " in done.out


@pytest.mark.parametrize(
    ("variable", "value", "code", "text"),
    [
        ("MEDIADEVICES_ALLOW", "camera", 0, "the camera: granted; the microphone: nobody can be"),
        ("MEDIADEVICES_DENY", "camera", 1, "-- permission: the camera: denied"),
        ("MEDIADEVICES_ALLOW", "kamera", 1, "-- permission: MEDIADEVICES_ALLOW: expected"),
        ("MEDIADEVICES_SYNTHETIC", "1", 0, "programs get synthetic devices"),
    ],
)
def test_it_tells_what_the_environment_decides(
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


def test_a_spoilt_secret_is_told_with_its_path(healthy: None) -> None:
    path = secret_path("mediadevices")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"short")
    done = call("doctor")
    assert done.code == 1
    assert f"-- device ids: {path}: expected 32 bytes, found 5\n     delete the file" in done.out


def test_on_this_machine_it_ends_with_findings_whatever_is_there() -> None:
    done = run_process("doctor", "--json")
    findings = json.loads(done.out)
    assert done.code == (0 if all(finding["ok"] for finding in findings) else 1)
    assert "PortAudio" in [finding["subject"] for finding in findings]
