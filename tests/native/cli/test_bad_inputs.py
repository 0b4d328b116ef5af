"""Bad input to the command line: one line that says what is wrong and what to do, exit code 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.command_line import call, run_process

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.testing import FakeDevices

_NO_NAME = "expecting property name enclosed in double quotes"
_NO_PERMISSION = "expected camera, microphone or camera,microphone"

BAD: dict[str, tuple[list[str], str]] = {
    "an unknown device": (
        ["photo", "a.png", "--device", "Webcam"],
        "error: no camera is 'Webcam'; there is: 'Fake Camera 1' (id ",
    ),
    "a device that can be two": (
        ["record", "a.wav", "--device", "microphone"],
        "error: 'microphone' can be any of 2: 'Fake Microphone 1' (id ",
    ),
    "a speaker to record from": (
        ["record", "a.wav", "--device", "Fake Speaker 1"],
        "error: no microphone is 'Fake Speaker 1'; there is: ",
    ),
    "constraints that are no JSON": (
        ["photo", "a.png", "--constraints", '{"width": 640, height: 480}'],
        f"error: --constraints: no JSON: {_NO_NAME}, line 1, column 16, before 'height: 480}}'",
    ),
    "constraints that stop in the middle": (
        ["photo", "a.png", "--constraints", '{"width":'],
        "error: --constraints: no JSON: expecting value, line 1, column 10, at the end",
    ),
    "constraints that are no object": (
        ["photo", "a.png", "--constraints", "[640]"],
        'error: --constraints: expected an object such as {"width": 1280}, got [640]',
    ),
    "a constraint of the wrong type": (
        ["photo", "a.png", "--constraints", '{"width": {"min": "wide"}}'],
        "error: --constraints: video.width.min: expected a number, got 'wide'",
    ),
    "constraints that nothing satisfies": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": 9999}}'],
        (
            "OverconstrainedError: no camera satisfies the constraint 'width'\n"
            "  'Fake Camera 1': rejected; width: requested exact 9999, has 1 to "
        ),
    ),
    "an ending that says nothing": (
        ["photo", "a.gif"],
        "error: a.gif: the name must end in .png or .jpg or .jpeg",
    ),
    "a folder that is not there": (
        ["photo", "nowhere/a.png"],
        "error: nowhere/a.png: it cannot be written: No such file or directory",
    ),
    "a folder for a file": (
        ["record", "folder.wav"],
        "error: folder.wav: this is a folder",
    ),
    "no length at all": (
        ["record", "a.wav", "--seconds", "0"],
        "error: --seconds: expected a number above 0, got 0",
    ),
    "a length for ever": (
        ["record", "a.wav", "--seconds", "inf"],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "a length that is no number": (
        ["record", "a.wav", "--seconds", "nan"],
        "error: --seconds: expected a number above 0, got nan",
    ),
    "a length below nothing": (
        ["record", "a.wav", "--seconds", "-1"],
        "error: --seconds: expected a number above 0, got -1",
    ),
    "a length with 5000 digits": (
        ["record", "a.wav", "--seconds", "9" * 5000],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "to monitor for ever": (
        ["monitor", "--seconds", "inf"],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "to monitor for no number": (
        ["monitor", "--seconds", "nan"],
        "error: --seconds: expected a number above 0, got nan",
    ),
    "to monitor for less than nothing": (
        ["monitor", "--seconds", "-1"],
        "error: --seconds: expected a number above 0, got -1",
    ),
    "a constraint with 5000 digits": (
        ["photo", "a.png", "--constraints", f'{{"width": {"1" * 5000}}}'],
        "error: --constraints: a number of 5000 digits is too large\n",
    ),
    "a constraint with 400 digits": (
        ["record", "a.wav", "--constraints", f'{{"sampleRate": {{"exact": -{"1" * 400}}}}}'],
        "error: --constraints: a number of 401 digits is too large\n",
    ),
    "a constraint that is no number": (
        ["photo", "a.png", "--constraints", '{"width": NaN}'],
        "error: --constraints: no JSON: NaN is no number there\n",
    ),
    "a constraint that is infinite": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": -Infinity}}'],
        "error: --constraints: no JSON: -Infinity is no number there\n",
    ),
    "a constraint that is too large for a float": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": 1e999}}'],
        "error: --constraints: 1e999 is too large\n",
    ),
    "constraints of a long text": (
        ["photo", "a.png", "--constraints", f'["{"a" * 10_000}"]'],
        'error: --constraints: expected an object such as {"width": 1280}, got ["'
        + "a" * 58
        + "...\n",
    ),
    "a long text for a number": (
        ["photo", "a.png", "--constraints", f'{{"width": "{"a" * 10_000}"}}'],
        "error: --constraints: video.width: expected a number, got 'aaaa",
    ),
    "a permission that does not exist": (
        ["photo", "a.png", "--allow", "camra"],
        f"error: --allow: {_NO_PERMISSION}, got 'camra'; did you mean 'camera'?",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_told_in_a_line_before_any_device_is_opened(
    fakes: FakeDevices, folder: Path, arguments: list[str], message: str
) -> None:
    (folder / "folder.wav").mkdir()
    done = call(*arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(message)
    assert [one.opened for one in (*fakes.cameras, *fakes.microphones)] == [0, 0, 0]
    assert [file.name for file in folder.iterdir()] == ["folder.wav"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photo"], "OUT.png|OUT.jpg"),
        (["record", "a.wav", "--seconds", "long"], "--seconds"),
        (["photo", "a.png", "--delay", "-1"], "--delay"),
        (["photo", "a.png", "--delay", "61"], "--delay"),
        (["serve", "--port", "-1"], "--port"),
        (["serve", "--port", "9" * 5000], "--port"),
        (["monitor", "--seconds", ""], "--seconds"),
        (["film", "a.mp4"], "'film'"),
        (["photo", "a.png", "--devise", "x"], "--device"),
    ],
)
def test_a_wrong_call_is_told_with_exit_code_2(arguments: list[str], message: str) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


# --- what the world refuses -----------------------------------------------------------------------


def test_a_denied_permission_says_how_to_grant(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    done = call("photo", "a.png")
    assert done.code == 1
    assert done.err.startswith("NotAllowedError: permission to use the camera is denied; grant it")
    assert "--allow camera" in done.err
    assert fakes.cameras[0].opened == 0


def test_allow_grants_without_a_question(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    assert call("photo", "a.png", "--delay", 0, "--allow", "camera").code == 0
    assert fakes.requests == []


def test_what_the_environment_denies_a_synthetic_device_denies_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDIADEVICES_DENY", "camera")
    done = run_process("photo", "a.png", "--synthetic")
    assert done.code == 1
    assert "NotAllowedError: permission to use the camera is denied" in done.err
    assert "Traceback" not in done.err


def test_a_bad_variable_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIADEVICES_ALLOW", "everything")
    done = call("devices")
    assert done.code == 1
    assert done.err.startswith("error: MEDIADEVICES_ALLOW: expected camera, microphone or")


def test_without_a_camera_photo_says_so(fakes: FakeDevices, folder: Path) -> None:
    fakes.unplug(fakes.cameras[0])
    for arguments in (["photo", "a.png"], ["photo", "a.png", "--json"]):
        done = call(*arguments)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("NotFoundError: there is no camera")
    done = call("photo", "a.png", "--device", "x")
    assert done.err == "error: no camera is 'x': there is none at all\n"
    assert list(folder.iterdir()) == []


def test_a_camera_that_is_in_use_says_so(fakes: FakeDevices) -> None:
    fakes.fail_to_open(fakes.cameras[0])
    done = call("photo", "a.png")
    assert done.code == 1
    assert "NotReadableError: 'Fake Camera 1' is used by another program" in done.err


def test_without_opencv_photo_says_what_to_install(
    fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cv2", None)
    done = call("photo", "a.png")
    assert done.code == 1
    assert "pip install opencv-python-headless" in done.err
    assert fakes.cameras[0].opened == 0


def test_an_error_that_is_no_ones_input_is_not_blamed_on_an_option(fakes: FakeDevices) -> None:
    fakes.agent.prompter = lambda request: "perhaps"
    with pytest.raises(TypeError, match="the prompter's answer"):
        call("photo", "a.png")
