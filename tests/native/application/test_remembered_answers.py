"""Answers that are kept for an application, each in a file that its user alone can read."""

from __future__ import annotations

import json
import multiprocessing
import stat
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotAllowedError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.local.permissions.decisions import Decision
from mediadevices_native import agent as agent_module
from mediadevices_native import forget_permissions
from mediadevices_native.agent import create_agent
from mediadevices_native.application.identity import application_secret, secret_path
from mediadevices_native.application.remembered_answers import (
    Answer,
    RememberedPermissions,
    all_remembered,
    answer_path,
    load_answer,
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
    assert not answer_path("doorbell", "camera").exists()


@pytest.mark.usefixtures("real_devices")
async def test_a_grant_that_is_revoked_is_asked_for_again_in_the_next_run() -> None:
    await Run({"camera": True, "remember": True}).run()
    assert (await Run(True).run(revoke=True)).state == "prompt"
    assert len((await Run(True).run()).asked) == 1
    assert all_remembered() == ([], [])


@pytest.mark.usefixtures("real_devices")
async def test_a_deleted_answer_is_asked_for_again_in_the_next_run() -> None:
    await Run({"camera": False, "remember": True}).run()
    forget_permissions("doorbell")
    forget_permissions("doorbell")
    assert len((await Run(True).run()).asked) == 1


@pytest.mark.usefixtures("real_devices")
@pytest.mark.parametrize(
    ("remembered_answer", "variable", "state"),
    [(True, "MEDIADEVICES_DENY", "denied"), (False, "MEDIADEVICES_ALLOW", "granted")],
)
async def test_the_environment_overrides_stored_answers(
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


@pytest.mark.usefixtures("real_devices")
async def test_a_file_of_version_0_1_0_grants_nothing() -> None:
    old = secret_path("doorbell").with_suffix(".permissions")
    old.parent.mkdir(mode=0o700, parents=True)
    kept = {"camera": {"state": "granted", "device": ""}}
    old.write_text(json.dumps({"application": "doorbell", "permissions": kept}))
    assert len((await Run(True).run()).asked) == 1
    assert all_remembered() == ([], [])


async def test_for_synthetic_devices_nothing_is_remembered() -> None:
    agent = create_agent(application="doorbell", synthetic=True, environment={})
    agent.set_permission_policy("camera", "ask")
    agent.prompter = lambda _request: {"camera": True, "remember": True}
    with use_agent(agent):
        async with await navigator.media_devices.get_user_media(video=True):
            pass
    agent.close()
    assert not answer_path("doorbell", "camera").exists()


async def test_synthetic_devices_ignore_stored_answers() -> None:
    RememberedPermissions("doorbell").remember({"camera": Decision("denied", "user")})
    run = await Run(False, environment={"MEDIADEVICES_SYNTHETIC": "1"}).run()
    assert (run.state, run.asked) == ("granted", [])


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the user's folder to the user")
def test_no_other_user_can_read_the_file_beside_the_secret() -> None:
    application_secret("doorbell")
    RememberedPermissions("doorbell").remember(GRANTED)
    path = answer_path("doorbell", "camera")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {file.suffix for file in path.parent.iterdir()} == {".camera", ".secret"}


def test_the_file_has_the_application_and_the_answer() -> None:
    memory = RememberedPermissions("doorbell")
    memory.remember(GRANTED)
    memory.remember({"microphone": Decision("denied", "user")})
    assert json.loads(answer_path("doorbell", "camera").read_text()) == {
        "application": "doorbell",
        "permission": "camera",
        "state": "granted",
        "device": "an id",
    }
    camera = Decision("granted", "remembered", "an id")
    microphone = Decision("denied", "remembered")
    assert memory.recall() == {"camera": camera, "microphone": microphone}
    assert all_remembered() == (
        [Answer("doorbell", "camera", camera), Answer("doorbell", "microphone", microphone)],
        [],
    )


@pytest.mark.parametrize("name", ["\udcff\udcfe", "\ud800", "line\nbreak", "a" * 3000, "ü/\0"])
def test_an_application_can_have_any_name(name: str) -> None:
    RememberedPermissions(name).remember(GRANTED)
    assert RememberedPermissions(name).recall()["camera"].state == "granted"
    assert [answer.application for answer in all_remembered()[0]] == [name]
    assert RememberedPermissions(name[:-1]).recall() == {}
    forget_permissions(name)
    assert all_remembered() == ([], [])


def test_an_answer_is_forgotten_by_the_path_of_the_program_in_any_spelling(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    name = str(home / "doorbell.py")
    for spelling in (name, "./doorbell.py", f"{home}/x/../doorbell.py"):
        RememberedPermissions(name).remember(GRANTED)
        forget_permissions(spelling)
        assert RememberedPermissions(name).recall() == {}


# --- processes at once ----------------------------------------------------------------------------

ROUNDS = 40


def answer_each_round(permission: str, barrier: object) -> None:
    memory = RememberedPermissions("doorbell")
    for _ in range(ROUNDS):
        barrier.wait(30)
        memory.remember({permission: Decision("granted", "user")})
        barrier.wait(30)


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_processes_that_answer_at_once_lose_no_answer() -> None:
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(3)
    processes = [
        context.Process(target=answer_each_round, args=(permission, barrier))
        for permission in ("camera", "microphone")
    ]
    for process in processes:
        process.start()
    lost = 0
    for _ in range(ROUNDS):
        barrier.wait(30)
        barrier.wait(30)
        lost += len(RememberedPermissions("doorbell").recall()) < 2
        forget_permissions("doorbell")
    for process in processes:
        process.join(30)
    assert lost == 0


def answer_until_told(done: object) -> None:
    memory = RememberedPermissions("doorbell")
    while not done.is_set():
        memory.remember({"microphone": Decision("granted", "user")})


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_revoked_permission_stays_so_while_another_process_answers() -> None:
    context = multiprocessing.get_context("fork")
    done = context.Event()
    process = context.Process(target=answer_until_told, args=(done,))
    process.start()
    memory, path = RememberedPermissions("doorbell"), answer_path("doorbell", "camera")
    came_back = 0
    for _ in range(ROUNDS):
        memory.remember(GRANTED)
        memory.remember({"camera": Decision()})
        deadline = time.monotonic() + 0.01
        while time.monotonic() < deadline:
            came_back += load_answer(path) is not None
    done.set()
    process.join(30)
    assert came_back == 0
    assert "microphone" in memory.recall()
