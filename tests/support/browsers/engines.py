"""Starts the browser of a lane."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from support.browsers.page import Page
    from support.browsers.setting import Setting

__all__ = ["open_page", "why_not"]


def why_not(lane: str) -> str | None:
    """Return what the browser of a lane lacks on this machine, or None."""
    library = "selenium" if lane == "webkit" else "playwright"
    if find_spec(library) is None:
        return f"{library} is not installed (pip install -e .[test])"
    # These modules import libraries that may be missing.
    if lane == "webkit":
        from support.browsers import webkit

        return webkit.why_not()
    if lane == "firefox":
        from support.browsers import firefox

        return firefox.why_not()
    from support.browsers import chromium

    return chromium.why_not()


def open_page(lane: str, setting: Setting) -> AbstractContextManager[Page]:
    """Start the browser of a lane, yield one empty page, and end the browser.

    Raises:
        PageLost: It did not start.
    """
    if lane == "webkit":
        from support.browsers import webkit

        return webkit.open_webkit(setting)
    if lane == "firefox":
        from support.browsers import firefox

        return firefox.open_firefox(setting)
    from support.browsers import chromium

    return chromium.open_chromium(setting)
