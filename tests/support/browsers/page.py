"""The interface of a page in a browser, for the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Page", "PageLost", "Unsupported"]


class PageLost(Exception):
    """The page or its browser crashed or closed."""


class Unsupported(Exception):
    """This browser does not support the command."""


class Page(Protocol):
    """The page of a browser. Call its methods on one thread."""

    def open(self, url: str) -> None:
        """Load an address.

        Raises:
            PageLost: Loading failed.
        """
        ...

    def check(self) -> None:
        """Process the browser's events, and check that the page is alive.

        Raises:
            PageLost: It is not.
        """
        ...

    def click(self, selector: str) -> None:
        """Click on an element like a user."""
        ...

    def screenshot(self, path: Path) -> None:
        """Save a screenshot as PNG."""
        ...

    def set_permission(self, name: str, state: str) -> None:
        """Set the permission "camera" or "microphone" to "granted", "denied" or "prompt".

        Raises:
            Unsupported: The browser does not support it.
        """
        ...
