"""Texts that come from elsewhere, such as the names of devices."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: a device can call itself anything.

    Args:
        text: Any text.
    """
    return "".join(character if character.isprintable() else "?" for character in text)
