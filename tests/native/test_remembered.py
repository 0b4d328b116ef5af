"""Answers that are kept for an application, in a file that its user alone can read."""

from __future__ import annotations

import json
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaDevicesWarning, NotAllowedError, navigator
from mediadevices.agents import use_agent
from mediadevices.local.permission_decisions import Decision
from mediadevices_native import agent as agent_module
from mediadevices_native import forget_permissions, remembered
from mediadevices_native.agent import create_agent
from mediadevices_native.identity import application_secret
from mediadevices_native.remembered import (
    RememberedPermissions,
    all_remembered,
    permissions_path,
)
from mediadevices_native.synthetic import synthetic_driver
from support.own_home import use_own_home

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices import PermissionRequest

GRANTED = {"camera": Decision("granted", "user", "an id")}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    use_own_home(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def real_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices that the agent takes for real ones."""
    monkeypatch.setattr(agent_module, "native_drivers", lambda: [synthetic_driver()])


class Run:
    """One run of a program that uses the camera.

    Args:
        answer: What the user answers if asked.
        application: The program's name.
        environment: The program's environment.
    """

    def __init__(
        self,
        answer: object,
        application: str = "doorbell",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.asked: list[PermissionRequest] = []
        self.state = ""
        self._answer = answer
        self._application = application
        self._environment = environment or {}

    def _prompt(self, request: PermissionRequest) -> object:
        self.asked.append(request)
        return self._answer

    async def run(self, *, revoke: bool = False) -> Run:
        agent = create_agent(application=self._application, environment=self._environment)
        agent.prompter = self._prompt
        with use_agent(agent):
            try:
                async with await navigator.media_devices.get_user_media(video=True):
                    if revoke:
                        await navigator.permissions.revoke({"name": "camera"})
            except NotAllowedError:
                pass
            self.state = (await navigator.permissions.query({"name": "camera"})).state
        agent.close()
        return self


# --- from one run to the next ---------------------------------------------------------------------


@pytest.mark.usefixtures("real_devices")
@pytest.mark.parametrize(("answer", "state"), [(True, "granted"), (False, "denied")])
async def test_an_answer_that_is_to_be_remembered_holds_for_the_next_run(
    answer: bool, state: str
) -> None:
    first = await Run({"camera": answer, "remember": True}).run()
    second = await Run(not answer).run()
    assert (len(first.asked), len(second.asked)) == (1, 0)
    assert (first.state, second.state) == (state, state)
    other = await Run(True, application="lift").run()
    assert len(other.asked) == 1


@pytest.mark.usefixtures("real_devices")
async def test_any_other_answer_does_not() -> None:
    for _ in "12":
        assert len((await Run(True).run()).asked) == 1
    assert not permissions_path("doorbell").exists()


@pytest.mark.usefixtures("real_devices")
async def test_a_grant_that_is_revoked_is_asked_for_again_in_the_next_run() -> None:
    await Run({"camera": True, "remember": True}).run()
    assert (await Run(True).run(revoke=True)).state == "prompt"
    assert len((await Run(True).run()).asked) == 1
    assert all_remembered() == {}


@pytest.mark.usefixtures("real_devices")
async def test_what_is_forgotten_is_asked_for_again_in_the_next_run() -> None:
    await Run({"camera": False, "remember": True}).run()
    forget_permissions("doorbell")
    forget_permissions("doorbell")
    assert len((await Run(True).run()).asked) == 1


@pytest.mark.usefixtures("real_devices")
@pytest.mark.parametrize(
    ("remembered_answer", "variable", "state"),
    [(True, "MEDIADEVICES_DENY", "denied"), (False, "MEDIADEVICES_ALLOW", "granted")],
)
async def test_the_environment_outranks_what_is_remembered(
    remembered_answer: bool, variable: str, state: str
) -> None:
    await Run({"camera": remembered_answer, "remember": True}).run()
    run = await Run(remembered_answer, environment={variable: "camera"}).run()
    assert (run.state, run.asked) == (state, [])


@pytest.mark.usefixtures("real_devices")
@pytest.mark.parametrize("application", ["python", "/home/me/.venv/bin/uvicorn"])
async def test_nothing_is_remembered_for_a_name_that_programs_share(application: str) -> None:
    RememberedPermissions(application).remember(GRANTED)
    for _ in "12":
        run = await Run({"camera": True, "remember": True}, application=application).run()
        assert [request.can_remember for request in run.asked] == [False]


@pytest.mark.usefixtures("real_devices")
async def test_always_for_one_main_py_says_nothing_of_another(home: Path) -> None:
    trusted, other = str(home / "trusted" / "main.py"), str(home / "downloads" / "main.py")
    await Run({"camera": True, "remember": True}, application=trusted).run()
    assert (await Run(False, application=trusted).run()).state == "granted"
    run = await Run(False, application=other).run()
    assert (run.state, [request.application for request in run.asked]) == ("denied", [other])


async def test_for_synthetic_devices_nothing_is_remembered() -> None:
    agent = create_agent(application="doorbell", synthetic=True, environment={})
    agent.set_permission_policy("camera", "ask")
    agent.prompter = lambda _request: {"camera": True, "remember": True}
    with use_agent(agent):
        async with await navigator.media_devices.get_user_media(video=True):
            pass
    agent.close()
    assert not permissions_path("doorbell").exists()


async def test_synthetic_devices_are_granted_whatever_is_remembered() -> None:
    RememberedPermissions("doorbell").remember({"camera": Decision("denied", "user")})
    run = await Run(False, environment={"MEDIADEVICES_SYNTHETIC": "1"}).run()
    assert (run.state, run.asked) == ("granted", [])


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the user's folder to the user")
def test_nobody_else_can_read_the_file_beside_the_secret() -> None:
    application_secret("doorbell")
    RememberedPermissions("doorbell").remember(GRANTED)
    path = permissions_path("doorbell")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {file.suffix for file in path.parent.iterdir()} == {".permissions", ".secret"}


def test_the_file_tells_whom_it_is_about_and_what_was_answered() -> None:
    memory = RememberedPermissions("doorbell")
    memory.remember(GRANTED)
    memory.remember({"microphone": Decision("denied", "user")})
    assert json.loads(permissions_path("doorbell").read_text()) == {
        "application": "doorbell",
        "permissions": {
            "camera": {"state": "granted", "device": "an id"},
            "microphone": {"state": "denied", "device": ""},
        },
    }
    assert memory.recall() == {
        "camera": Decision("granted", "remembered", "an id"),
        "microphone": Decision("denied", "remembered"),
    }
    assert all_remembered() == {"doorbell": memory.recall()}


SPOILT = [
    b"",
    b"\xff\xfe",
    b"[]",
    b'{"application": "doorbell"}',
    b'{"application": "doorbell", "permissions": {"camera": "granted"}}',
    b'{"application": "doorbell", "permissions": {"camera": {"state": "maybe", "device": ""}}}',
]


@pytest.mark.usefixtures("real_devices")
@pytest.mark.parametrize("content", SPOILT)
async def test_with_a_spoilt_file_the_user_is_asked_and_warned(content: bytes) -> None:
    path = permissions_path("doorbell")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.warns(MediaDevicesWarning, match="not known|could not be changed") as told:
        run = await Run({"camera": True, "remember": True}).run()
    assert (len(run.asked), run.state) == (1, "granted")
    assert [str(warning.message).partition(":")[0] for warning in told] == [
        "earlier answers are not known",
        "what is remembered could not be changed",
    ]
    for warning in told:
        assert f"{path}: it holds no answers" in str(warning.message)
        assert "delete the file" in str(warning.message)
    assert path.read_bytes() == content


@pytest.mark.usefixtures("real_devices")
async def test_where_the_file_cannot_be_written_the_answer_holds_for_this_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path, content: bytes) -> None:  # as root may write everywhere
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(remembered, "write_private", refuse)
    with pytest.warns(MediaDevicesWarning, match="Permission denied; let this user read and write"):
        run = await Run({"camera": True, "remember": True}).run()
    assert run.state == "granted"
    assert len((await Run(True).run()).asked) == 1


def test_without_the_library_of_folders_nothing_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.warns(MediaDevicesWarning, match="pip install platformdirs"):
        assert RememberedPermissions("doorbell").recall() == {}


def test_one_spoilt_file_does_not_hide_the_others() -> None:
    RememberedPermissions("doorbell").remember(GRANTED)
    permissions_path("lift").write_bytes(b"spoilt")
    with pytest.warns(MediaDevicesWarning, match=r"lift.*\.permissions"):
        assert list(all_remembered()) == ["doorbell"]


def test_an_answer_is_forgotten_by_the_path_of_the_program_in_any_spelling(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    name = str(home / "doorbell.py")
    for spelling in (name, "./doorbell.py", f"{home}/x/../doorbell.py"):
        RememberedPermissions(name).remember(GRANTED)
        forget_permissions(spelling)
        assert RememberedPermissions(name).recall() == {}
