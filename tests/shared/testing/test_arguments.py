"""A typo in what a test passes to the fakes, or in a prompter's answer, is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from mediadevices import navigator
from mediadevices.driver import AudioMode, Range, VideoMode
from mediadevices.testing import (
    FakeCamera,
    FakeMicrophone,
    FakeSpeaker,
    install_fake_devices,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices.testing import FakeDevices


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FakeCamera(controls={"zom": Range(1, 4)}),
            "FakeCamera: controls: there is no video property 'zom'; did you mean 'zoom'?",
        ),
        (
            lambda: FakeCamera(controls={"white_balance_mode": ("manual",)}),
            (
                "FakeCamera: controls: there is no video property 'white_balance_mode'; "
                "did you mean 'whiteBalanceMode'?"
            ),
        ),
        (
            lambda: FakeCamera(controls={"echoCancellation": (True,)}),
            "FakeCamera: controls: there is no video property 'echoCancellation'",
        ),
        (
            lambda: FakeCamera(controls={"torch": True}),
            "FakeCamera: controls['torch']: expected a Range or a tuple of values, got True",
        ),
        (lambda: FakeCamera(controls=5), "FakeCamera: controls: expected a mapping, got 5"),
        (
            lambda: FakeCamera(controls={"zoom": Range(1, 4)}, initial={"zooom": 2}),
            "FakeCamera: initial: there is no video property 'zooom'; did you mean 'zoom'?",
        ),
        (
            lambda: FakeCamera(facing_mode="usr"),
            (
                "FakeCamera: facing_mode: expected one of 'user', 'environment', 'left', 'right', "
                "got 'usr'; did you mean 'user'?"
            ),
        ),
        (
            lambda: FakeCamera(modes=[VideoMode(64, 48, 30), (640, 480, 30)]),
            "FakeCamera: modes[1]: expected a VideoMode, got",
        ),
        (
            lambda: FakeCamera(modes=VideoMode(64, 48, 30)),
            "FakeCamera: modes: expected a list of VideoMode objects, got",
        ),
        (lambda: FakeCamera(delivers=(64, 48, 30)), "FakeCamera: delivers: expected a VideoMode"),
        (lambda: FakeCamera(default="yes"), "FakeCamera: default: expected True or False"),
        (lambda: FakeCamera(label=None), "FakeCamera: label: expected a string, got None"),
        (lambda: FakeCamera(open_delay=-1), "FakeCamera: open_delay: expected seconds, 0 or more"),
        (lambda: FakeMicrophone(modes=[VideoMode(64, 48, 30)]), "FakeMicrophone: modes[0]"),
        (
            lambda: FakeMicrophone(controls={"zoom": Range(1, 4)}),
            "there is no audio property 'zoom'",
        ),
        (
            lambda: FakeMicrophone(initial={"voiceIsolatoin": True}),
            "there is no audio property 'voiceIsolatoin'; did you mean 'voiceIsolation'?",
        ),
        (lambda: FakeMicrophone(frequency=440.5), "frequency: expected a whole number of Hertz"),
        (lambda: FakeMicrophone(level=2), "FakeMicrophone: level: expected a number from 0 to 1"),
        (lambda: FakeSpeaker(group=5), "FakeSpeaker: group: expected a string, got 5"),
        (
            lambda: install_fake_devices(cameras="2"),
            "cameras: expected a number of devices or a list of FakeCamera objects, got '2'",
        ),
        (lambda: install_fake_devices(cameras=True), "cameras: expected a number of devices"),
        (
            lambda: install_fake_devices(speakers=-1),
            "speakers: expected a number of devices or a list",
        ),
        (
            lambda: install_fake_devices(microphones=[FakeCamera()]),
            "install_fake_devices: microphones[0]: expected a FakeMicrophone, got",
        ),
    ],
)
def test_a_wrong_argument_of_a_fake_is_named(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        make()


@pytest.mark.parametrize("cls", [FakeCamera, FakeMicrophone, FakeSpeaker])
def test_a_misspelt_attribute_of_a_fake_cannot_be_set(cls: type) -> None:
    with pytest.raises(AttributeError, match="open_dealy"):
        cls().open_dealy = 3


def test_right_arguments_are_taken() -> None:
    camera = FakeCamera(
        modes=(VideoMode(64, 48, 30),),
        controls={"zoom": Range(1, 4), "focusMode": ("manual", "continuous")},
        initial={"zoom": 2},
        facing_mode="user",
        open_delay=0.5,
    )
    microphone = FakeMicrophone(modes=[AudioMode(16000, 2)], frequency=1000, level=1)
    with install_fake_devices([camera], [microphone], speakers=0) as fakes:
        assert (fakes.cameras, fakes.microphones, fakes.speakers) == ([camera], [microphone], [])


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda fakes: setattr(fakes, "answer", "grnt"),
            (
                "FakeDevices.answer: expected one of 'grant', 'deny', 'leave open', got 'grnt'; "
                "did you mean 'grant'?"
            ),
        ),
        (
            lambda fakes: fakes.fail_to_open(fakes.cameras[0], "bussy"),
            (
                "fail_to_open: reason: expected one of 'busy', 'error', got 'bussy'; "
                "did you mean 'busy'?"
            ),
        ),
        (
            lambda fakes: fakes.set_permission("camra", "granted"),
            (
                "set_permission: name: expected one of 'camera', 'microphone', got 'camra'; "
                "did you mean 'camera'?"
            ),
        ),
        (
            lambda fakes: fakes.set_permission("camera", "grant"),
            (
                "state: expected one of 'granted', 'denied', 'prompt', got 'grant'; "
                "did you mean 'granted'?"
            ),
        ),
        (lambda fakes: fakes.plug("Fake Camera 1"), "plug: device: expected a fake device"),
    ],
)
def test_a_wrong_argument_of_the_controls_is_named(
    use: Callable[[FakeDevices], object], message: str
) -> None:
    with install_fake_devices() as fakes, pytest.raises(TypeError, match=re.escape(message)):
        use(fakes)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"camra": True},
            (
                "the prompter's answer: key: expected 'camera', 'microphone' or 'remember', "
                "got 'camra'; did you mean 'camera'?"
            ),
        ),
        ({"camera": True, "remeber": True}, "got 'remeber'; did you mean 'remember'?"),
        ({"camera": True, "x": True}, "expected 'camera', 'microphone' or 'remember', got 'x'"),
    ],
)
async def test_an_unknown_key_of_a_prompters_answer_is_named(answer: Any, message: str) -> None:
    with install_fake_devices():
        navigator.permissions.prompter = lambda _: answer
        with pytest.raises(TypeError, match=re.escape(message)):
            await navigator.media_devices.get_user_media(video=True)
        status = await navigator.permissions.query({"name": "camera"})
        assert status.state == "prompt"


async def test_a_prompter_can_answer_for_more_than_was_asked() -> None:
    with install_fake_devices():
        navigator.permissions.prompter = lambda _: {"camera": True, "microphone": True}
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            assert len(stream.get_tracks()) == 1
