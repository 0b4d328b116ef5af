"""Runs tests in a browser that is started for one configuration."""

from __future__ import annotations

import queue
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support import pulse_server
from support.browsers import engines, media_files, site
from support.browsers.commands import Commands
from support.browsers.page import PageLost
from support.browsers.server import Ended, PageServer, Question, Reports, Started
from support.browsers.setting import Setting
from support.pulse_server import PulseServer
from support.report_file import RemoteFailure, failure_text, report_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pytest

    from support.browsers.configurations import Configuration
    from support.browsers.page import Page
    from support.browsers.server import Message

__all__ = ["BrowserEnvironment", "follow_page"]

# For one browser with all its tests.
_SECONDS = 900
# Until the first test starts, because the page must load Pyodide and pytest.
_START_SECONDS = 90
# A test times out after a minute; this ends one that blocks its event loop.
_TEST_SECONDS = 80
_END_SECONDS = 20
_POLL_SECONDS = 0.1
# Pytest's own exit codes for "all passed" and "some failed".
_ORDERLY = (0, 1)


class BrowserEnvironment:
    """Runs tests in one page; downloads are kept in the checkout's `.cache`.

    Args:
        root: The checkout.
        lane: The browser's lane.
        configuration: How the browser is started.
    """

    def __init__(self, root: Path, lane: str, configuration: Configuration) -> None:
        self.name = lane
        self._root = root
        self._configuration: Configuration = configuration

    def available(self) -> str | None:
        """Prepare what the page loads; return the reason if that fails, or None."""
        if self._configuration == "pulse" and (reason := pulse_server.why_not()):
            return reason
        if self._configuration == "no-devices" and (devices := _own_devices()):
            return f"this machine has devices, which no browser can be kept from: {devices}"
        return engines.why_not(self.name) or site.prepare(self._root, self.name)

    def run(
        self, node_ids: Sequence[str], options: Sequence[str], config: pytest.Config
    ) -> Generator[pytest.TestReport]:
        """Run tests in one page; see `support.remote.Environment`."""
        arguments = [f"--inside={self.name}", "-v", "-p", "no:cacheprovider", "--capture=sys"]
        arguments += ["--continue-on-collection-errors", *options, *node_ids]
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="page-")))
            console = folder / "console"
            try:
                content = site.content(self._root, self.name, arguments, config)
                server = stack.enter_context(PageServer(content, console))
                yield from self._in_page(stack, folder, server, node_ids, config)
            # The wheel's build and the sound server raise RuntimeError.
            except (PageLost, RuntimeError) as error:
                what = f"{self.name} ({self._configuration}): {error}"
                raise RemoteFailure(failure_text(console, what)) from error

    def _in_page(
        self,
        stack: ExitStack,
        folder: Path,
        server: PageServer,
        node_ids: Sequence[str],
        config: pytest.Config,
    ) -> Generator[pytest.TestReport]:
        host = "insecure.test" if self._configuration == "insecure" else "127.0.0.1"
        sound = self._sound_server(stack)
        camera, microphone = self._media_files(folder)
        setting = Setting(
            self._configuration,
            origin=f"http://{host}:{server.port}",
            variables=sound.environment if sound is not None else _NO_SOUND,
            camera_file=camera,
            microphone_file=microphone,
        )
        page = stack.enter_context(engines.open_page(self.name, setting))
        page.open(setting.origin)
        commands = Commands(
            page,
            self._root / ".cache" / "screenshots",
            sound if self._configuration == "pulse" else None,
        )
        yield from follow_page(server, page, commands, node_ids, config)

    def _sound_server(self, stack: ExitStack) -> PulseServer | None:
        """Start a private sound server, if the browser needs one."""
        wanted = self._configuration == "pulse"
        # Without one their AudioContext does not run. Chromium has a fake output.
        wanted |= self.name in {"firefox", "webkit"} and self._configuration != "no-devices"
        if not wanted or pulse_server.why_not():
            return None
        sound = stack.enter_context(PulseServer())
        microphone = sound.load_source("desk", "Desk Microphone")
        sound.set_default(microphone)
        sound.play_tone(microphone, 440)
        return sound

    def _media_files(self, folder: Path) -> tuple[Path | None, Path | None]:
        if self._configuration != "files":
            return None, None
        camera, microphone = folder / "camera.y4m", folder / "microphone.wav"
        media_files.write_camera_file(camera)
        media_files.write_microphone_file(microphone)
        return camera, microphone


def _own_devices() -> str:
    folder = Path("/dev")
    return ", ".join(map(str, [*folder.glob("video*"), *folder.glob("snd/pcm*c")]))


# Hide the user's sound server from a browser without a private one.
_NO_SOUND = {"PULSE_SERVER": "unix:/nonexistent"}


def follow_page(
    server: PageServer,
    page: Page,
    commands: Commands,
    node_ids: Sequence[str],
    config: pytest.Config,
) -> Generator[pytest.TestReport]:
    """Yield the reports of the tests, and execute the commands of the tests.

    Args:
        server: The page's server.
        page: The open page.
        commands: Executes the commands.
        node_ids: The tests to be reported.
        config: The configuration of the host, which parses the reports.

    Raises:
        PageLost: The page or its browser crashed, hangs, took too long, or ended before all tests
            were reported.
    """
    waiting = set(node_ids)
    last: list[pytest.TestReport] = []
    patience = _Patience(time.monotonic())
    while True:
        match _next(server, page, patience):
            case Question() as question:
                commands.execute(question)
            case Started(node_id):
                patience.begin(f"{node_id} does not end", _TEST_SECONDS)
            case Reports(lines):
                reports = [report_of(line, config) for line in lines]
                waiting.difference_update(r.nodeid for r in reports if r.when == "teardown")
                if waiting:
                    patience.begin("the next test does not start", _END_SECONDS)
                    yield from reports
                else:
                    # Hold the last reports back: a crash at the end fails the last test.
                    patience.begin("pytest does not end after its last test", _END_SECONDS)
                    last = reports
            case Ended(code):
                if waiting:
                    raise PageLost(f"pytest ended with code {code} before its last test")
                if code not in _ORDERLY:
                    raise PageLost(f"pytest ended with code {code} after its last test")
                yield from last
                return


@dataclass(slots=True)
class _Patience:
    """The time limit for the next message, and the failure if it does not arrive."""

    start: float
    what: str = "the first test does not start"
    deadline: float = 0

    def __post_init__(self) -> None:
        self.begin(self.what, _START_SECONDS)

    def begin(self, what: str, seconds: float) -> None:
        self.what = what
        self.deadline = min(time.monotonic() + seconds, self.start + _SECONDS)

    def check(self) -> None:
        if time.monotonic() > self.deadline:
            raise PageLost(self.what)


def _next(server: PageServer, page: Page, patience: _Patience) -> Message:
    while True:
        try:
            return server.inbox.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            patience.check()
            page.check()
