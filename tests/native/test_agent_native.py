"""The desktop's agent: what it is made of, and what the environment decides."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotAllowedError, NotFoundError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.implementations import default_agent
from mediadevices.local.agent import LocalAgent
from mediadevices_native import agent as agent_module
from mediadevices_native.agent import create_agent, native_drivers
from mediadevices_native.application.environment import parse_permissions, policies, wants_synthetic
from support.own_home import use_own_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_own_home(monkeypatch, tmp_path)


@pytest.fixture
def no_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise ModuleNotFoundError("No module named 'videodev2'", name="videodev2")

    monkeypatch.setattr(agent_module, "_cameras", missing)
    monkeypatch.setattr(agent_module, "_microphones", missing)


# --- what it is made of ---------------------------------------------------------------------------


def test_the_agent_of_the_desktop_has_both_drivers() -> None:
    assert [driver.name for driver in native_drivers()] == ["opencv", "portaudio"]
    agent = default_agent()
    assert isinstance(agent, LocalAgent)
    assert agent.name == "native"


def test_making_the_agent_imports_no_capture_library() -> None:
    code = (
        "import sys; from mediadevices.implementations import default_agent; default_agent();"
        "print([name for name in ('cv2', 'numpy', 'sounddevice') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert shown.stdout.strip() == "[]"


async def test_with_nothing_installed_there_are_no_devices_and_the_error_says_where_to_look(
    no_drivers: None, caplog: pytest.LogCaptureFixture
) -> None:
    with use_agent(create_agent(environment={})) as agent:
        assert await navigator.media_devices.enumerate_devices() == []
        with pytest.raises(NotFoundError, match="mediadevices doctor"):
            await navigator.media_devices.get_user_media(video=True)
        assert isinstance(agent, LocalAgent)
        agent.close()
    assert [message for message in caplog.messages if "there are no" in message] == [
        f"there are no {kind}: No module named 'videodev2'; see `mediadevices doctor`"
        for kind in ("cameras", "microphones")
    ]


# --- synthetic devices ----------------------------------------------------------------------------


async def test_the_environment_selects_synthetic_devices_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MEDIADEVICES_SYNTHETIC", "1")
    with use_agent(default_agent()) as agent:
        assert agent.name == "synthetic"
        async with (await navigator.media_devices.get_user_media(video=True)).get_tracks()[
            0
        ] as track:
            assert track.label == "Synthetic Camera"
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "synthetic" in caplog.text


# --- permission -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "camera", "microphone"),
    [
        ({}, "prompt", "prompt"),
        ({"MEDIADEVICES_ALLOW": "camera"}, "granted", "prompt"),
        ({"MEDIADEVICES_ALLOW": " Camera , microphone,"}, "granted", "granted"),
        ({"MEDIADEVICES_DENY": "camera,microphone"}, "denied", "denied"),
        ({"MEDIADEVICES_ALLOW": "camera", "MEDIADEVICES_DENY": "microphone"}, "granted", "denied"),
        ({"MEDIADEVICES_SYNTHETIC": "1"}, "granted", "granted"),
        ({"MEDIADEVICES_SYNTHETIC": "1", "MEDIADEVICES_DENY": "camera"}, "denied", "granted"),
    ],
)
async def test_the_environment_decides_beforehand(
    environment: dict[str, str], camera: str, microphone: str
) -> None:
    with use_agent(create_agent(environment=environment)):
        states = [
            (await navigator.permissions.query({"name": name})).state
            for name in ("camera", "microphone")
        ]
    assert states == [camera, microphone]


async def test_without_a_prompter_the_error_says_how_to_grant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = create_agent(synthetic=True, environment={})
    agent.prompter = None
    agent.set_permission_policy("camera", "ask")
    with use_agent(agent), pytest.raises(NotAllowedError, match="MEDIADEVICES_ALLOW=camera"):
        await navigator.media_devices.get_user_media(video=True)
    agent.close()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"MEDIADEVICES_ALLOW": "camra"}, r"MEDIADEVICES_ALLOW: .*'camra'; did you mean 'camera'"),
        ({"MEDIADEVICES_DENY": "all"}, "MEDIADEVICES_DENY: expected camera, microphone or"),
        (
            {"MEDIADEVICES_ALLOW": "camera", "MEDIADEVICES_DENY": "camera"},
            "MEDIADEVICES_ALLOW and MEDIADEVICES_DENY both name 'camera'",
        ),
        ({"MEDIADEVICES_SYNTHETIC": "perhaps"}, "MEDIADEVICES_SYNTHETIC: expected 1 or 0"),
    ],
)
def test_an_invalid_variable_is_an_error_that_names_it(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        create_agent(environment=environment)


@pytest.mark.parametrize(
    ("read", "given", "result"),
    [
        (wants_synthetic, {}, False),
        (wants_synthetic, {"MEDIADEVICES_SYNTHETIC": "No"}, False),
        (wants_synthetic, {"MEDIADEVICES_SYNTHETIC": " TRUE "}, True),
        (policies, {"MEDIADEVICES_ALLOW": ""}, {}),
    ],
)
def test_the_values_of_variables_are_read_kindly(
    read: Callable[[dict[str, str]], object], given: dict[str, str], result: object
) -> None:
    assert read(given) == result


def test_a_name_given_twice_counts_once() -> None:
    assert parse_permissions("camera,CAMERA", "--allow") == ("camera",)
