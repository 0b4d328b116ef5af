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


def quoted(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name in double quotes, printable, and without its middle if it is long.

    So a name such as ``x) [y/N]`` cannot be taken for a part of the question around it. Both ends
    stay, because a path has the program's name at its end.

    Args:
        name: Any text, such as the label of a device.
        longest: How many characters of it there may be.
    """
    text = printable(name).replace('"', "'")
    if len(text) > longest:
        end = (longest - 3) // 2
        text = f"{text[: longest - 3 - end]}...{text[-end:]}"
    return f'"{text}"'
