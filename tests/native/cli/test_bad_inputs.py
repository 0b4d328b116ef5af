"""Bad input: one line that says what is wrong and what to do, with exit code 1 or 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.command_line import call, run_process

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.testing import FakeDevices

_NO_NAME = "expecting property name enclosed in double quotes"
_NO_PERMISSION = "expected camera, microphone or camera,microphone"

# They fail because of the devices and files of this machine.
FAILURES: dict[str, tuple[list[str], str]] = {
    "an unknown device": (
        ["photo", "a.png", "--device", "Webcam"],
        "error: no camera matches 'Webcam'; available: 'Fake Camera 1' (id ",
    ),
    "a device name that matches two": (
        ["record", "a.wav", "--device", "microphone"],
        "error: 'microphone' matches 2 devices: 'Fake Microphone 1' (id ",
    ),
    "a speaker to record from": (
        ["record", "a.wav", "--device", "Fake Speaker 1"],
        "error: no microphone matches 'Fake Speaker 1'; available: ",
    ),
    "constraints that nothing satisfies": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": 9999}}'],
        (
            "OverconstrainedError: no camera satisfies the constraint 'width'\n"
            "  'Fake Camera 1': rejected; width: requested exact 9999, has 1 to "
        ),
    ),
    "a folder that does not exist": (
        ["photo", "nowhere/a.png"],
        "error: nowhere/a.png: cannot write: No such file or directory",
    ),
    "a folder instead of a file": (
        ["record", "folder.wav"],
        "error: folder.wav: this is a folder",
    ),
}

# They fail on any machine.
WRONG_USAGE: dict[str, tuple[list[str], str]] = {
    "constraints that are not JSON": (
        ["photo", "a.png", "--constraints", '{"width": 640, height: 480}'],
        (
            f"error: --constraints: invalid JSON: {_NO_NAME}, "
            "line 1, column 16, before 'height: 480}'"
        ),
    ),
    "truncated constraints": (
        ["photo", "a.png", "--constraints", '{"width":'],
        "error: --constraints: invalid JSON: expecting value, line 1, column 10, at the end",
    ),
    "constraints that are not an object": (
        ["photo", "a.png", "--constraints", "[640]"],
        'error: --constraints: expected an object such as {"width": 1280}, got [640]',
    ),
    "a constraint of the wrong type": (
        ["photo", "a.png", "--constraints", '{"width": {"min": "wide"}}'],
        "error: --constraints: video.width.min: expected a number, got 'wide'",
    ),
    "an unknown extension": (
        ["photo", "a.gif"],
        "error: a.gif: the name must end in .png or .jpg or .jpeg",
    ),
    "no length": (
        ["record", "a.wav", "--seconds", "0"],
        "error: --seconds: expected a number above 0, got 0",
    ),
    "an infinite length": (
        ["record", "a.wav", "--seconds", "inf"],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "a length that is not a number": (
        ["record", "a.wav", "--seconds", "nan"],
        "error: --seconds: expected a number above 0, got nan",
    ),
    "a negative length": (
        ["record", "a.wav", "--seconds", "-1"],
        "error: --seconds: expected a number above 0, got -1",
    ),
    "a length with 5000 digits": (
        ["record", "a.wav", "--seconds", "9" * 5000],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "an infinite time to monitor": (
        ["monitor", "--seconds", "inf"],
        "error: --seconds: expected a number above 0, got inf",
    ),
    "a time to monitor that is not a number": (
        ["monitor", "--seconds", "nan"],
        "error: --seconds: expected a number above 0, got nan",
    ),
    "a negative time to monitor": (
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
    "a constraint that is not a number": (
        ["photo", "a.png", "--constraints", '{"width": NaN}'],
        "error: --constraints: invalid JSON: NaN is not a JSON number\n",
    ),
    "a constraint that is infinite": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": -Infinity}}'],
        "error: --constraints: invalid JSON: -Infinity is not a JSON number\n",
    ),
    "a constraint that is too large for a float": (
        ["photo", "a.png", "--constraints", '{"width": {"exact": 1e999}}'],
        "error: --constraints: 1e999 is too large\n",
    ),
    "a long string as constraints": (
        ["photo", "a.png", "--constraints", f'["{"a" * 10_000}"]'],
        'error: --constraints: expected an object such as {"width": 1280}, got ["'
        + "a" * 58
        + "...\n",
    ),
    "a long string instead of a number": (
        ["photo", "a.png", "--constraints", f'{{"width": "{"a" * 10_000}"}}'],
        "error: --constraints: video.width: expected a number, got 'aaaa",
    ),
    "a permission that does not exist": (
        ["photo", "a.png", "--allow", "camra"],
        f"error: --allow: {_NO_PERMISSION}, got 'camra'; did you mean 'camera'?",
    ),
}


@pytest.mark.parametrize(
    ("code", "arguments", "message"),
    [
        *((1, *case) for case in FAILURES.values()),
        *((2, *case) for case in WRONG_USAGE.values()),
    ],
    ids=[*FAILURES, *WRONG_USAGE],
)
def test_bad_input_prints_a_line_before_any_device_is_opened(
    fakes: FakeDevices, folder: Path, code: int, arguments: list[str], message: str
) -> None:
    (folder / "folder.wav").mkdir()
    done = call(*arguments)
    assert (done.code, done.out) == (code, "")
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
def test_wrong_usage_has_exit_code_2(arguments: list[str], message: str) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


# --- failures -----------------------------------------------------------------------


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


def test_the_environment_can_deny_synthetic_devices_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDIADEVICES_DENY", "camera")
    done = run_process("photo", "a.png", "--synthetic")
    assert done.code == 1
    assert "NotAllowedError: permission to use the camera is denied" in done.err
    assert "Traceback" not in done.err


def test_an_error_about_a_variable_contains_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert done.err == "error: no camera matches 'x': there is none\n"
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


def test_an_error_of_the_program_is_not_blamed_on_an_option(fakes: FakeDevices) -> None:
    fakes.agent.prompter = lambda request: "perhaps"
    with pytest.raises(TypeError, match="the prompter's answer"):
        call("photo", "a.png")
