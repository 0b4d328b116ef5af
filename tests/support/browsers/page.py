"""A page in a browser, as the host sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Page", "PageLost", "Unsupported"]


class PageLost(Exception):
    """The page or its browser is not there any more."""


class Unsupported(Exception):
    """This browser cannot do that."""


class Page(Protocol):
    """What every browser can do with its one page. All of it belongs to one thread."""

    def open(self, url: str) -> None:
        """Load an address.

        Raises:
            PageLost: It cannot be loaded.
        """
        ...

    def check(self) -> None:
        """Let the browser's library do its work, and see that the page lives.

        Raises:
            PageLost: It does not.
        """
        ...

    def click(self, selector: str) -> None:
        """Click on an element as a user would."""
        ...

    def screenshot(self, path: Path) -> None:
        """Save a picture of the page, as PNG."""
        ...

    def set_permission(self, name: str, state: str) -> None:
        """Set the permission "camera" or "microphone" to "granted", "denied" or "prompt".

        Raises:
            Unsupported: This browser cannot.
        """
        ...
