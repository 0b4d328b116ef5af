"""The host's side of the tests in web pages."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.request
import wave
from array import array
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from uuid import uuid4

import pytest

from support.browsers import engines, environment, media_files
from support.browsers.commands import Commands
from support.browsers.configurations import BROWSERS, CONFIGURATIONS, lanes_with
from support.browsers.environment import follow_page
from support.browsers.page import PageLost
from support.browsers.server import Ended, PageServer, Question, Reports, Started
from support.browsers.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browsers.server import Message

SECONDS = 20


class StandIn:
    """A page that does nothing, and dies when it is told to."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.death: str | None = None

    def open(self, url: str) -> None:
        self.done.append(("open", url))

    def check(self) -> None:
        if self.death is not None:
            raise PageLost(self.death)

    def click(self, selector: str) -> None:
        self.done.append(("click", selector))

    def screenshot(self, path: Path) -> None:
        path.write_bytes(b"a picture")

    def set_permission(self, name: str, state: str) -> None:
        self.done.append((name, state))


@pytest.fixture
def page() -> StandIn:
    return StandIn()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    """A server of one file, one folder and a few bytes."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "module.mjs").write_text("export {}")
    (tmp_path / "secret").write_text("not for the page")
    content = {
        "/": folder / "module.mjs",
        "/folder/": folder,
        "/settings.json": b"{}",
    }
    with PageServer(content, tmp_path / "console") as server:
        yield server


@pytest.fixture
def commands(page: StandIn, tmp_path: Path) -> Commands:
    return Commands(page, tmp_path / "screenshots", sound=None)


def fetch(server: PageServer, path: str, body: str | None = None) -> tuple[str, str]:
    """Return what the server answers, and the type of it."""
    data = None if body is None else body.encode()
    url = f"http://127.0.0.1:{server.port}{path}"
    with urllib.request.urlopen(url, data, timeout=SECONDS) as response:
        return response.read().decode(), response.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/", "export {}", "text/javascript"),
        ("/folder/module.mjs?v=1", "export {}", "text/javascript"),
        ("/settings.json", "{}", "application/json"),
    ],
)
def test_the_server_gives_what_it_has(
    server: PageServer, path: str, content: str, kind: str
) -> None:
    assert fetch(server, path) == (content, kind)


@pytest.mark.parametrize("path", ["/secret", "/folder/../secret", "/folder/", "/folder/..", "/x"])
def test_the_server_gives_nothing_else(server: PageServer, path: str) -> None:
    with pytest.raises(HTTPError) as failure:
        fetch(server, path)
    assert failure.value.code == HTTPStatus.NOT_FOUND
    failure.value.close()


def test_what_the_page_prints_is_kept(server: PageServer, tmp_path: Path) -> None:
    fetch(server, "/console", "first\n")
    fetch(server, "/console", "zweitens, größer\n")
    assert (tmp_path / "console").read_text() == "first\nzweitens, größer\n"


def test_what_the_page_says_arrives_in_order(server: PageServer) -> None:
    fetch(server, "/started", "test_a")
    fetch(server, "/reports", "1\n2")
    fetch(server, "/ended", '{"code": 1}')
    said = [server.inbox.get(timeout=SECONDS) for _ in range(3)]
    assert said == [Started("test_a"), Reports(["1", "2"]), Ended(1)]


def answer(commands: Commands, command: str, **arguments: object) -> dict[str, object]:
    question = Question(command, arguments)
    commands.execute(question)
    return question.wait()


def test_the_page_waits_for_its_answer(server: PageServer, commands: Commands) -> None:
    answers: list[str] = []
    asking = threading.Thread(
        target=lambda: answers.append(
            fetch(server, "/ask", '{"command": "click", "arguments": {"selector": "#it"}}')[0]
        )
    )
    asking.start()
    question = server.inbox.get(timeout=SECONDS)
    assert isinstance(question, Question)
    assert answers == []
    commands.execute(question)
    asking.join(SECONDS)
    assert answers == ['{"value": null}']


def test_commands_do_what_they_say(page: StandIn, commands: Commands, tmp_path: Path) -> None:
    assert answer(commands, "click", selector="#it") == {"value": None}
    assert answer(commands, "set_permission", name="camera", state="denied") == {"value": None}
    assert page.done == [("click", "#it"), ("camera", "denied")]
    path = tmp_path / "screenshots" / "it.png"
    assert answer(commands, "screenshot", name="it") == {"value": str(path)}
    assert path.read_bytes() == b"a picture"


@pytest.mark.parametrize(
    ("command", "arguments", "story"),
    [
        ("dance", {}, "there is no command 'dance', only click,"),
        ("click", {"on": "#it"}, "click: TypeError: "),
        ("screenshot", {"name": "../it"}, "is not a file's name"),
        ("set_permission", {"name": "camera", "state": "open"}, "it cannot be 'open'"),
        ("set_permission", {"name": "midi", "state": "denied"}, "no permission 'midi'"),
        ("pulse_unload_source", {"name": "desk"}, "in the configuration 'pulse' only"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    page: StandIn, commands: Commands, command: str, arguments: dict[str, str], story: str
) -> None:
    (kind, reason), *_ = answer(commands, command, **arguments).items()
    assert kind == "error"
    assert story in str(reason)
    assert page.done == []


def reports_of(config: pytest.Config, name: str) -> Reports:
    made = [
        pytest.TestReport(name, (name, 0, name), {}, "passed", None, when)
        for when in ("setup", "call", "teardown")
    ]
    hook = config.hook.pytest_report_to_serializable
    return Reports([json.dumps(hook(config=config, report=report)) for report in made])


class Follow:
    """Follows a page that says certain things about the tests a and b."""

    def __init__(
        self, server: PageServer, page: StandIn, commands: Commands, config: pytest.Config
    ) -> None:
        self._server = server
        self._config = config
        self._following = follow_page(server, page, commands, ["a", "b"], config)
        self.reported: list[str] = []

    def __call__(self, *messages: Message | str) -> None:
        for message in messages:
            put = reports_of(self._config, message) if isinstance(message, str) else message
            self._server.inbox.put(put)
        self.reported += [report.nodeid for report in self._following]


@pytest.fixture
def follow(
    server: PageServer,
    page: StandIn,
    commands: Commands,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> Follow:
    for name in ("_START_SECONDS", "_TEST_SECONDS", "_END_SECONDS"):
        monkeypatch.setattr(environment, name, 0.3)
    return Follow(server, page, commands, pytestconfig)


def test_every_report_arrives_and_every_question_is_answered(follow: Follow) -> None:
    question = Question("click", {"selector": "#it"})
    follow(Started("a"), question, "a", Started("b"), "b", Ended(1))
    assert follow.reported == ["a"] * 3 + ["b"] * 3
    assert question.wait() == {"value": None}


@pytest.mark.parametrize(
    ("messages", "story"),
    [
        ([], "the first test does not start"),
        ([Started("a")], "a does not end"),
        ([Started("a"), "a"], "the next test does not start"),
        (["a", "b"], "pytest does not end after its last test"),
        (["a", Ended(1)], "pytest ended with code 1 before its last test"),
        (["a", "b", Ended(3)], "pytest ended with code 3 after its last test"),
    ],
)
def test_a_page_that_stops_is_noticed(
    follow: Follow, messages: list[Message | str], story: str
) -> None:
    with pytest.raises(PageLost, match=f"^{story}$"):
        follow(*messages)


def test_a_page_that_dies_is_noticed_at_once(follow: Follow, page: StandIn) -> None:
    page.death = "the page has crashed"
    with pytest.raises(PageLost, match="the page has crashed"):
        follow(Started("a"))


def test_the_cameras_file_numbers_its_frames(tmp_path: Path) -> None:
    media_files.write_camera_file(path := tmp_path / "camera.y4m")
    head, _, body = path.read_bytes().partition(b"\n")
    assert head == b"YUV4MPEG2 W320 H240 F30:1 Ip A1:1 C420"
    size = len(b"FRAME\n") + 320 * 240 * 3 // 2
    frames = [body[start : start + size] for start in range(0, len(body), size)]
    assert len(frames) == 300
    for number, frame in enumerate(frames):
        luma, chroma = frame[6 : 6 + 320 * 240], frame[6 + 320 * 240 :]
        assert set(luma) == {16 + number % 220}
        assert set(chroma) == {128}


def test_the_microphones_file_has_the_tone_without_a_seam(tmp_path: Path) -> None:
    media_files.write_microphone_file(path := tmp_path / "microphone.wav")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 48000)
        samples = array("h", file.readframes(file.getnframes()))
    assert max(samples) == -min(samples) == 16384
    rising = [n for n in range(len(samples)) if samples[n - 1] < 0 <= samples[n]]
    assert len(rising) == 440 * 10
    assert rising[0] == 0  # from the last sample to the first


def test_every_configuration_is_had_by_some_lane() -> None:
    assert all(set(lanes_with(name)) <= set(BROWSERS) for name in CONFIGURATIONS)
    assert all(lanes_with(name) for name in CONFIGURATIONS)
    assert lanes_with("nonsense") == ()


class Family:
    """The processes that a browser is made of: they inherit a variable."""

    def __init__(self) -> None:
        self._mark = f"TEST_FAMILY={uuid4()}"
        name, _, value = self._mark.partition("=")
        self.variables = {name: value}

    def members(self) -> list[int]:
        found: list[int] = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # it has ended meanwhile, or belongs to somebody else
                continue
        return found

    def kill(self) -> None:
        for member in self.members():
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:  # with its parent
                continue


@pytest.fixture(params=[lane for lane in BROWSERS if lane != "oldpyodide"])
def lane(request: pytest.FixtureRequest) -> str:
    if reason := engines.why_not(request.param):
        pytest.skip(reason)
    lane: str = request.param
    return lane


def test_a_browser_ends_with_everything_that_it_started(lane: str, server: PageServer) -> None:
    family = Family()
    origin = f"http://127.0.0.1:{server.port}"
    with engines.open_page(lane, Setting("default", origin, family.variables)) as page:
        page.open(f"{origin}/settings.json")
        page.check()
        assert family.members()
    deadline = time.monotonic() + SECONDS
    while left := family.members():
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def test_a_browser_that_is_killed_is_noticed(lane: str, server: PageServer) -> None:
    family = Family()
    origin = f"http://127.0.0.1:{server.port}"
    with engines.open_page(lane, Setting("default", origin, family.variables)) as page:
        page.open(f"{origin}/settings.json")
        family.kill()
        deadline = time.monotonic() + SECONDS
        with pytest.raises(PageLost):  # noqa: PT012  (it may take a moment)
            while time.monotonic() < deadline:
                page.check()
