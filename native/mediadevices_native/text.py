"""Texts that come from elsewhere, such as the names of devices."""

from __future__ import annotations

__all__ = ["printable", "quoted"]

_LONGEST_NAME = 60


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: a device can call itself anything.

    Args:
        text: Any text.
    """
    return "".join(character if character.isprintable() else "?" for character in text)


def quoted(name: str) -> str:
    """Return a name in double quotes, printable, and cut off after 60 characters.

    So a name such as ``x) [y/N]`` cannot be taken for a part of the question around it.

    Args:
        name: Any text, such as the label of a device.
    """
    text = printable(name).replace('"', "'")
    if len(text) > _LONGEST_NAME:
        text = f"{text[: _LONGEST_NAME - 3]}..."
    return f'"{text}"'
