"""Firefox, started for a configuration."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.browsers.page import Unsupported
from support.browsers.playwright_page import PlaywrightPage, missing, open_page

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from playwright.sync_api import Browser, Playwright

    from support.browsers.configurations import Configuration
    from support.browsers.page import Page
    from support.browsers.setting import Setting

    Preferences = Mapping[str, str | float | bool]

__all__ = ["open_firefox", "why_not"]

_DEBIANS = "firefox-esr"
# The channel with which Playwright controls a Firefox without Playwright's patches.
_DEBIANS_CHANNEL = "moz-firefox"

_ALWAYS: Preferences = {"media.autoplay.default": 0, "media.autoplay.blocking_policy": 0}
_FAKE_DEVICES: Preferences = {"media.navigator.streams.fake": True}
_GRANT: Preferences = {"media.navigator.permission.disabled": True}
_GRANTED, _DENIED = 1, 2
_BY_CONFIGURATION: Mapping[Configuration, Preferences] = {
    "default": {**_FAKE_DEVICES, **_GRANT},
    "denied": {
        **_FAKE_DEVICES,
        "permissions.default.camera": _DENIED,
        "permissions.default.microphone": _DENIED,
    },
    "camera-only": {
        **_FAKE_DEVICES,
        "permissions.default.camera": _GRANTED,
        "permissions.default.microphone": _DENIED,
    },
    "no-devices": _GRANT,
    "pulse": _GRANT,
}


def why_not() -> str | None:
    """Return what is missing on this machine, or None."""
    return missing("firefox", _DEBIANS)


@contextmanager
def open_firefox(setting: Setting) -> Generator[Page]:
    """Start Firefox with one page."""
    debians = shutil.which(_DEBIANS)

    def launch(playwright: Playwright) -> Browser:
        return playwright.firefox.launch(
            executable_path=debians,
            channel=_DEBIANS_CHANNEL if debians else None,
            firefox_user_prefs={**_ALWAYS, **_BY_CONFIGURATION[setting.configuration]},
            env={**os.environ, **setting.variables},
            # The host closes the browser, after it has reported the failure.
            handle_sigint=False,
        )

    with open_page(launch) as parts:
        yield _FirefoxPage(*parts)


class _FirefoxPage(PlaywrightPage):
    def set_permission(self, name: str, state: str) -> None:
        """Raise Unsupported: Firefox reads permissions only at its start."""
        raise Unsupported(
            f"Firefox cannot set {name} to {state!r} while it runs; start it for a configuration"
        )
