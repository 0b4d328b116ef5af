"""Unique keys for devices that their system does not tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["unique_key"]


def unique_key(key: str, taken: Container[str]) -> str:
    """Return the key itself, or with a number behind it if another device has the key.

    Args:
        key: The key of a device.
        taken: The keys of the devices before it, which get the lower numbers.
    """
    unique, number = key, 2
    while unique in taken:
        unique, number = f"{key}#{number}", number + 1
    return unique
