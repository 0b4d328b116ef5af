"""WebKitGTK's MiniBrowser, controlled by Selenium on a virtual display."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from urllib3.exceptions import HTTPError

from support.browsers.display import open_display
from support.browsers.page import PageLost, Unsupported

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from selenium.webdriver.remote.webdriver import WebDriver

    from support.browsers.page import Page
    from support.browsers.setting import Setting

__all__ = ["open_webkit", "why_not"]

_DRIVER = "WebKitWebDriver"
_FOLDERS = Path("/usr/lib")
_BROWSER = "*/webkit2gtk-4.1/MiniBrowser"
_FEATURES = (
    *("MediaStreamTrackProcessing", "ImageCapture", "ExposeSpeakers", "PerElementSpeakerSelection"),
)
# A page that loads Pyodide on a busy machine answers no command for half a minute.
_SECONDS = 50
# Selenium's errors, and the connection's when the driver does not answer.
_FAILURES = (WebDriverException, HTTPError)


def why_not() -> str | None:
    """Return what is missing on this machine, or None."""
    if shutil.which(_DRIVER) is None or _browser() is None:
        return "no WebKitGTK (apt-get install webkit2gtk-driver)"
    if shutil.which("Xvfb") is None:
        return "no Xvfb (apt-get install xvfb)"
    return None


def _browser() -> Path | None:
    return next(_FOLDERS.glob(_BROWSER), None)


@contextmanager
def open_webkit(setting: Setting) -> Generator[Page]:
    """Start the browser with one page. Automation grants every permission."""
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(_browser())
    options.add_argument("--automation")
    options.add_argument("--enable-mock-capture-devices=true")
    options.add_argument(f"--features={','.join(f'+{name}' for name in _FEATURES)}")
    with ExitStack() as stack:
        display = stack.enter_context(open_display())
        address = stack.enter_context(_driver({**setting.variables, "DISPLAY": display}))
        # A command to a page that does not answer never ends otherwise; retrying is useless.
        once = {"init_args_for_pool_manager": {"retries": False}}
        client = ClientConfig(address, timeout=_SECONDS, init_args_for_pool_manager=once)
        try:
            driver = webdriver.Remote(RemoteConnection(client_config=client), options=options)
        except _FAILURES as error:
            raise PageLost(f"the browser does not start: {error}") from error
        stack.callback(_quit, driver)
        yield _WebKitPage(driver)


@contextmanager
def _driver(variables: Mapping[str, str]) -> Generator[str]:
    """Start WebKit's WebDriver server, yield its address, and end it with its children."""
    service = webdriver.WebKitGTKService(
        executable_path=str(shutil.which(_DRIVER)),
        env={**os.environ, **variables},
        popen_kw={"start_new_session": True},
    )
    try:
        service.start()
    except WebDriverException as error:
        raise PageLost(f"{_DRIVER} does not start: {error.msg}") from error
    try:
        yield service.service_url
    finally:
        group = service.process.pid
        service.stop()
        # The browser is in its process group, and may still run.
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _quit(driver: WebDriver) -> None:
    # A crashed browser cannot close; its processes end with the driver.
    with suppress(*_FAILURES):
        driver.quit()


class _WebKitPage:
    """One page; see `support.browsers.page.Page`."""

    def __init__(self, driver: WebDriver) -> None:
        self._driver = driver
        driver.set_page_load_timeout(_SECONDS)

    def open(self, url: str) -> None:
        """Load an address."""
        try:
            self._driver.get(url)
        except _FAILURES as error:
            raise PageLost(f"the page does not load: {error}") from error

    def check(self) -> None:
        """Check that the browser is alive.

        It does not check the page, because a page that computes does not answer.
        """
        try:
            there = bool(self._driver.window_handles)
        except _FAILURES as error:
            raise PageLost(f"the browser does not answer: {error}") from error
        if not there:
            raise PageLost("the page was closed")

    def click(self, selector: str) -> None:
        """Click on an element like a user."""
        self._driver.find_element(By.CSS_SELECTOR, selector).click()

    def screenshot(self, path: Path) -> None:
        """Save a screenshot."""
        path.write_bytes(self._driver.get_screenshot_as_png())

    def set_permission(self, name: str, state: str) -> None:
        """Raise Unsupported: automation grants everything."""
        raise Unsupported(f"WebKitGTK cannot set {name} to {state!r}: automation grants everything")
