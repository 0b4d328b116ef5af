"""Makes text from outside, such as names of devices, safe to print on a terminal."""

from __future__ import annotations

__all__ = ["printable", "quoted"]

_LONGEST_NAME = 60


def printable(text: str) -> str:
    """Replace control characters, because a device can have any name.

    Args:
        text: Any text.
    """
    return "".join(character if character.isprintable() else "?" for character in text)


def quoted(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a printable name in double quotes; the middle of a long name is left out.

    The quotes show that a name such as ``x) [y/N]`` is no part of the question around it. Both ends
    stay, because the end of a path is the program's name.

    Args:
        name: Any text, such as the label of a device.
        longest: The most characters of the name.
    """
    text = printable(name).replace('"', "'")
    if len(text) > longest:
        end = (longest - 3) // 2
        text = f"{text[: longest - 3 - end]}...{text[-end:]}"
    return f'"{text}"'
