"""The example page in real browsers, served by `mediadevices serve`, and the program it shares.

The pages are opened from here: what is tested is what a user does with them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import pulse_server
from support.browsers import engines
from support.browsers.setting import Setting
from support.command_line import command
from support.node_environment import NodeEnvironment
from support.own_home import use_own_home
from support.pulse_server import PulseServer

if TYPE_CHECKING:
    from collections.abc import Generator

    from support.browsers.configurations import Configuration
    from support.browsers.page import Page

# Loading Pyodide into three browsers is more than a test's usual minute allows for.
pytestmark = [pytest.mark.lanes("cpython"), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "examples" / "same_program.py"
SCREENSHOTS = ROOT / ".cache" / "screenshots"
SECONDS = 120
GREEN = (0, 136, 0)  # behind everything that Chromium's fake camera shows


class Visitor:
    """Somebody who looks at the page, and uses it.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def playwright(self) -> Any:
        """Playwright's own page, in Chromium and Firefox."""
        return self.page.page

    def see(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives in the page."""
        if hasattr(self.page, "page"):
            return self.playwright.evaluate(expression)
        return self.page._driver.execute_script(f"return {expression}")

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return str(self.see(f"document.querySelector('{selector}').textContent"))

    def wait(self, expression: str) -> None:
        """Wait until an expression of JavaScript is true."""
        deadline = time.monotonic() + SECONDS
        while not self.see(expression):
            if time.monotonic() > deadline:
                said = self.see("document.body.innerText")
                pytest.fail(f"this never was true: {expression}\nthe page says:\n{said}")
            self.page.check()
            time.sleep(0.05)

    def choose(self, selector: str, value: object) -> None:
        """Set a slider or a menu, as a user would."""
        self.see(
            f"""(() => {{
                const control = document.querySelector('{selector}');
                control.value = '{value}';
                for (const name of ['input', 'change'])
                    control.dispatchEvent(new Event(name, {{ bubbles: true }}));
            }})()"""
        )

    def start(self) -> None:
        """Press the button, and wait until the filter has shown pictures."""
        self.page.click("#start")
        self.wait("document.body.dataset.state === 'running'")
        self.wait("Number(document.querySelector('#rate').textContent) > 0")

    def colours(self) -> list[int]:
        """Return the colour of a pixel of the filtered picture, where nothing moves."""
        canvas = "document.querySelector('#filtered')"
        found = f"Array.from({canvas}.getContext('2d').getImageData(20, 120, 1, 1).data)"
        return list(self.see(found))


@contextmanager
def serving(*arguments: object) -> Generator[str]:
    """Run `mediadevices serve` on a free port, give the page's address, and end it."""
    process = subprocess.Popen(
        command("serve", *arguments, "--port", 0),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    """Where the example page is."""
    node = NodeEnvironment(ROOT)
    if reason := node.available():
        pytest.skip(reason)
    with serving("--pyodide", node.pyodide) as url:
        yield url


@contextmanager
def visiting(lane: str, url: str, configuration: Configuration = "default") -> Generator[Visitor]:
    """Open the page in a browser, and wait until Python runs."""
    if reason := engines.why_not(lane):
        pytest.skip(reason)
    variables = {"PULSE_SERVER": "unix:/nonexistent"}
    with ExitStack() as stack:
        if lane != "chromium":  # no sound goes through the others without a sound server
            if reason := pulse_server.why_not():
                pytest.skip(reason)
            sound = stack.enter_context(PulseServer())
            microphone = sound.load_source("desk", "Desk Microphone")
            sound.set_default(microphone)
            sound.play_tone(microphone, 440)
            variables = dict(sound.environment)
        setting = Setting(configuration, origin=url.removesuffix("/web/"), variables=variables)
        visitor = Visitor(stack.enter_context(engines.open_page(lane, setting)))
        visitor.page.open(url)
        visitor.wait("!document.querySelector('#run').disabled")
        yield visitor


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> str:
    """A browser."""
    return str(request.param)


@pytest.fixture(scope="module")
def visitor(engine: str, address: str) -> Generator[Visitor]:
    """Somebody in the page, in each browser; it has been started."""
    with visiting(engine, address) as visitor:
        visitor.start()
        yield visitor


only_chromium = pytest.mark.parametrize("engine", ["chromium"], indirect=True, scope="module")


def test_a_denied_permission_is_told_in_words(address: str) -> None:
    with visiting("chromium", address, "denied") as visitor:
        visitor.page.click("#start")
        visitor.wait("document.querySelector('#error').textContent !== ''")
        assert visitor.text("#error").startswith("NotAllowedError: ")
        assert visitor.text("#start") == "Start"


def test_the_page_of_the_documentation_shows_the_camera(address: str, tmp_path: Path) -> None:
    del address  # it has Pyodide installed
    text = (ROOT / "docs" / "web.md").read_text("utf-8")
    block = re.search(r"^```html\n(<!doctype html>.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    (tmp_path / "index.html").write_text(block[1], encoding="utf-8")
    if reason := engines.why_not("chromium"):
        pytest.skip(reason)
    with (
        serving(tmp_path, "--pyodide", NodeEnvironment(ROOT).pyodide) as url,
        engines.open_page("chromium", Setting("default", origin=url.rstrip("/"))) as page,
    ):
        page.open(url)
        size = "document.querySelector('#preview').videoWidth"
        Visitor(page).wait(f"{size} > 0")


# --- in every browser ---------------------------------------------------------------------------


def test_the_preview_and_the_filter_run(visitor: Visitor, engine: str) -> None:
    visitor.wait("document.querySelector('#preview').currentTime > 0.5")
    visitor.wait("document.querySelector('#level').value > -60")
    assert visitor.see("document.querySelector('#preview').videoWidth") == 640
    assert visitor.text("#size") == "320 by 240"
    assert 0 < float(visitor.text("#rate")) < 70
    assert visitor.see("document.querySelectorAll('#camera option').length") >= 1
    assert visitor.see("document.querySelectorAll('#camera-controls [name]').length") >= 2
    assert visitor.text("#error") == ""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visitor.choose("#filter", "edges")
    visitor.wait(f"{len(visitor.colours())} && {_drawn('edges')}")
    # WebKit paints the canvas some time after it was drawn to.
    now = visitor.see("document.querySelector('#preview').currentTime")
    visitor.wait(f"document.querySelector('#preview').currentTime > {now + 0.5}")
    visitor.page.screenshot(SCREENSHOTS / f"example-{engine}.png")


def _drawn(name: str) -> str:
    """Return an expression that is true once a gray filter is on show."""
    canvas = "document.querySelector('#filtered')"
    data = f"{canvas}.getContext('2d').getImageData(0, 0, 320, 240).data"
    return (
        f"document.querySelector('#filter').value === '{name}' && "
        f"Array.from({data}).every((byte, i, all) => i % 4 || byte === all[i + 1])"
    )


def test_the_same_program_runs_in_the_page(visitor: Visitor) -> None:
    visitor.page.click("#run")
    visitor.wait("document.querySelector('#printed').textContent.includes('closed')")
    check_output(visitor.text("#printed"))
    assert visitor.text("#error") == ""


# --- what a user does ---------------------------------------------------------------------------


@only_chromium
def test_each_filter_changes_the_picture(visitor: Visitor) -> None:
    for name, colours in (
        ("none", GREEN),
        ("negative", [255 - value for value in GREEN]),
        ("threshold", (255, 255, 255)),
        ("edges", (0, 0, 0)),
    ):
        visitor.choose("#filter", name)
        deadline = time.monotonic() + 10
        while not _like(visitor.colours(), (*colours, 255)):
            assert time.monotonic() < deadline, f"{name}: {visitor.colours()}"
            time.sleep(0.05)


def _like(pixel: Any, colours: Any) -> bool:
    return all(abs(int(a) - int(b)) <= 6 for a, b in zip(pixel, colours, strict=True))


@only_chromium
def test_a_slider_sets_the_camera(visitor: Visitor) -> None:
    visitor.choose("#camera-controls [name=width]", 320)
    visitor.wait("document.querySelector('#preview').videoWidth === 320")
    assert visitor.see("document.querySelector('[name=width]').value") == "320"
    visitor.choose("#camera-controls [name=width]", 640)
    visitor.wait("document.querySelector('#preview').videoWidth === 640")
    visitor.wait("document.querySelector('[name=width]').value === '640'")
    assert visitor.text("label:has([name=width]) span") == "640"
    assert visitor.text("#error") == ""


@only_chromium
@pytest.mark.parametrize("name", ["none", "negative"])
def test_a_photo_is_downloaded_and_shown(visitor: Visitor, tmp_path: Path, name: str) -> None:
    cv2 = pytest.importorskip("cv2", reason="pip install opencv-python")
    visitor.choose("#filter", name)
    with visitor.playwright.expect_download() as download:
        visitor.page.click("#photo")
    assert download.value.suggested_filename == "photo.png"
    path = tmp_path / "photo.png"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[:, :, :3]
    assert picture.shape == (480, 640, 3)
    expected = [255 - value for value in GREEN] if name == "negative" else GREEN
    assert _like(picture[240, 40, ::-1], expected)
    visitor.wait("document.querySelector('#picture').naturalWidth === 640")
    assert visitor.see("document.querySelector('#album').hidden") is False


@only_chromium
def test_another_camera_can_be_chosen(visitor: Visitor) -> None:
    visitor.see("document.querySelector('#camera').selectedIndex = 1")
    other = visitor.see("document.querySelector('#camera').value")
    visitor.choose("#camera", other)
    track = "document.querySelector('#preview').srcObject.getVideoTracks()[0]"
    visitor.wait(f"{track}.label === 'fake_device_1' && {track}.readyState === 'live'")
    visitor.wait("document.body.dataset.state === 'running'")
    assert visitor.see("document.querySelector('#camera').value") == other


@only_chromium
def test_the_menus_follow_the_devices(visitor: Visitor) -> None:
    visitor.see("document.querySelector('#camera').replaceChildren()")
    visitor.see("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    visitor.wait("document.querySelectorAll('#camera option').length === 2")


@only_chromium
def test_it_fits_a_telephone(visitor: Visitor) -> None:
    visitor.playwright.set_viewport_size({"width": 360, "height": 780})
    try:
        assert visitor.see("document.documentElement.scrollWidth") <= 360
        visitor.playwright.screenshot(path=SCREENSHOTS / "example-narrow.png", full_page=True)
    finally:
        visitor.playwright.set_viewport_size({"width": 1280, "height": 720})


@only_chromium
def test_every_control_has_a_name(visitor: Visitor) -> None:
    nameless = (
        "Array.from(document.querySelectorAll('button, select, input, meter'))"
        ".filter(one => !one.textContent.trim() && !(one.labels && one.labels.length)).length"
    )
    assert visitor.see(nameless) == 0


@only_chromium
def test_stopping_closes_the_devices(visitor: Visitor) -> None:
    tracks = "document.querySelector('#preview').srcObject.getTracks()"
    assert visitor.see(f"{tracks}.every(track => track.readyState === 'live')")
    visitor.page.click("#start")
    visitor.wait("document.body.dataset.state === 'stopped'")
    assert visitor.see(f"{tracks}.every(track => track.readyState === 'ended')")
    visitor.start()


@only_chromium
def test_a_camera_that_is_taken_away_is_told_in_words(visitor: Visitor) -> None:
    track = "document.querySelector('#preview').srcObject.getVideoTracks()[0]"
    visitor.see(f"{track}.dispatchEvent(new Event('ended'))")
    visitor.wait("document.body.dataset.state === 'stopped'")
    assert "unplugged" in visitor.text("#error")
    visitor.start()
    assert visitor.text("#error") == ""


# --- the same program -----------------------------------------------------------------------------


def test_the_page_gets_the_very_file(address: str) -> None:
    with urllib.request.urlopen(address.replace("/web/", "/same_program.py")) as answer:
        assert answer.read() == PROGRAM.read_bytes()


def test_the_same_program_runs_on_the_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_own_home(monkeypatch, tmp_path)
    done = subprocess.run(
        [sys.executable, PROGRAM],
        env={**os.environ, "MEDIADEVICES_SYNTHETIC": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    numbers = check_output(done.stdout)
    assert 10 < numbers["frame rate"] < 33  # 30, but for what a busy machine drops
    assert numbers["mean brightness"] == pytest.approx(115, abs=5)
    assert numbers["level"] == pytest.approx(-9, abs=0.2)


def check_output(output: str) -> dict[str, float]:
    """Assert that what the program printed makes sense; return its numbers."""
    assert re.search("^audioinput +[^ ]", output, re.MULTILINE)
    assert re.search("^videoinput +[^ ]", output, re.MULTILINE)
    assert "  size: 640 x 480\n" in output
    assert re.search(r"^  format: (I420|NV12|BGRA|BGRX|RGBA|RGBX|BGR24)$", output, re.MULTILINE)
    assert re.search(r"^  format: (f32|f32-planar|s16), \d channel", output, re.MULTILINE)
    assert output.endswith("closed: ended, ended\n")
    found = re.findall(r"^  ([a-z ]+): (-?\d+\.\d) ", output, re.MULTILINE)
    numbers = {name: float(number) for name, number in found}
    assert set(numbers) == {"mean brightness", "frame rate", "level"}
    assert 1 < numbers["mean brightness"] < 254
    assert 3 < numbers["frame rate"] < 65
    assert -90 < numbers["level"] < 0
    return numbers
