"""A page that Playwright controls, in Chromium or in Firefox."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import Error, sync_playwright

from support.browsers.page import PageLost

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from playwright.sync_api import Browser, BrowserContext, Playwright
    from playwright.sync_api import Page as PlaywrightsPage

__all__ = ["PlaywrightPage", "missing", "open_page"]

_MILLISECONDS = 15_000


class PlaywrightPage:
    """One page in its own context; see `support.browsers.page.Page`.

    Attributes:
        browser: The browser.
        context: The context of this page only.
        page: The page.
    """

    def __init__(self, browser: Browser, context: BrowserContext, page: PlaywrightsPage) -> None:
        self.browser = browser
        self.context = context
        self.page = page
        self._end: str | None = None
        page.set_default_timeout(_MILLISECONDS)
        page.on("crash", self._crashed)
        page.on("close", self._closed)

    def open(self, url: str) -> None:
        """Load an address."""
        try:
            self.page.goto(url, wait_until="commit")
        except Error as error:
            raise PageLost(f"the page does not load: {error.message}") from error

    def check(self) -> None:
        """Let Playwright process events, and check that the page is alive."""
        try:
            self.page.wait_for_timeout(1)
        except Error as error:
            self._end = self._end or f"does not answer: {error.message}"
        if not self.browser.is_connected():
            raise PageLost("the browser has died")
        if self._end is not None:
            raise PageLost(f"the page {self._end}")

    def click(self, selector: str) -> None:
        """Click on an element like a user."""
        self.page.click(selector)

    def screenshot(self, path: Path) -> None:
        """Save a screenshot."""
        self.page.screenshot(path=path)

    def set_permission(self, name: str, state: str) -> None:
        """Set a permission, in the way of this browser."""
        raise NotImplementedError

    def _crashed(self, _: PlaywrightsPage) -> None:
        self._end = "has crashed"

    def _closed(self, _: PlaywrightsPage) -> None:
        self._end = self._end or "was closed"


def missing(name: Literal["chromium", "firefox"], program: str) -> str | None:
    """Return the reason if there is no browser on this machine, or None.

    Args:
        name: Playwright's name of the browser.
        program: Debian's program, which is preferred to Playwright's.
    """
    if shutil.which(program):
        return None
    with sync_playwright() as playwright:
        own = getattr(playwright, name).executable_path
    if Path(own).exists():
        return None
    return f"no {name} (apt-get install {program}, or playwright install {name})"


@contextmanager
def open_page(
    launch: Callable[[Playwright], Browser],
) -> Generator[tuple[Browser, BrowserContext, PlaywrightsPage]]:
    """Start Playwright, the browser that `launch` returns, a context and a page; end them all."""
    with sync_playwright() as playwright:
        browser: Browser | None = None
        try:
            browser = launch(playwright)
            context = browser.new_context()
            yield browser, context, context.new_page()
        except Error as error:
            raise PageLost(f"Playwright fails: {error.message}") from error
        finally:
            if browser is not None:
                with suppress(Error):  # it has crashed, and cannot close
                    browser.close()
