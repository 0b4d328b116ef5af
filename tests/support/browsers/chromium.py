"""Chromium, started for a configuration."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.browsers.playwright_page import PlaywrightPage, missing, open_page

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from playwright.sync_api import Browser, BrowserContext, Playwright
    from playwright.sync_api import Page as PlaywrightsPage

    from support.browsers.configurations import Configuration
    from support.browsers.page import Page
    from support.browsers.setting import Setting

__all__ = ["open_chromium", "why_not"]

_DEBIANS = "chromium"
_ALWAYS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    "--autoplay-policy=no-user-gesture-required",
)
# With an unknown key, Chromium has no camera and reports no error.
_FAKE_DEVICES = "--use-fake-device-for-media-stream=device-count=2,fps=60"
# Grant every permission; without this a headless browser denies at once.
_GRANT = "--use-fake-ui-for-media-stream"
_BY_CONFIGURATION: Mapping[Configuration, tuple[str, ...]] = {
    "default": (_FAKE_DEVICES, _GRANT),
    "denied": (_FAKE_DEVICES,),
    "camera-only": (_FAKE_DEVICES,),
    # Not `device-count=0`: that leaves three fake microphones.
    "no-devices": (_GRANT,),
    "files": (_FAKE_DEVICES, _GRANT),
    "pulse": (_GRANT,),
    "insecure": (_FAKE_DEVICES, _GRANT),
}


def why_not() -> str | None:
    """Return what is missing on this machine, or None."""
    return missing("chromium", _DEBIANS)


@contextmanager
def open_chromium(setting: Setting) -> Generator[Page]:
    """Start Chromium with one page."""
    arguments = [*_ALWAYS, *_BY_CONFIGURATION[setting.configuration]]
    if setting.camera_file is not None:
        arguments.append(f"--use-file-for-fake-video-capture={setting.camera_file}")
    if setting.microphone_file is not None:
        arguments.append(f"--use-file-for-fake-audio-capture={setting.microphone_file}")
    if setting.configuration == "insecure":
        arguments.append(f"--host-resolver-rules=MAP {urlsplit(setting.origin).hostname} 127.0.0.1")

    def launch(playwright: Playwright) -> Browser:
        return playwright.chromium.launch(
            executable_path=shutil.which(_DEBIANS),
            args=arguments,
            env={**os.environ, **setting.variables},
            # The host closes the browser, after it has reported the failure.
            handle_sigint=False,
        )

    with open_page(launch) as parts:
        page = _ChromiumPage(*parts, origin=setting.origin)
        if setting.configuration == "camera-only":
            page.set_permission("camera", "granted")
            page.set_permission("microphone", "denied")
        yield page


class _ChromiumPage(PlaywrightPage):
    def __init__(
        self, browser: Browser, context: BrowserContext, page: PlaywrightsPage, *, origin: str
    ) -> None:
        super().__init__(browser, context, page)
        self._origin = origin
        self._session: Any = browser.new_browser_cdp_session()
        session: Any = context.new_cdp_session(page)  # its results are untyped
        self._context_id = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]

    def set_permission(self, name: str, state: str) -> None:
        """Set one permission and keep the other; Playwright's own method resets both."""
        self._session.send(
            "Browser.setPermission",
            {
                "permission": {"name": name},
                "setting": state,
                "origin": self._origin,
                "browserContextId": self._context_id,
            },
        )
