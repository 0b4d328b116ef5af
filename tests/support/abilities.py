"""What a test can make the devices and the user do, in each lane.

A conformance test that needs an ability is marked, `@pytest.mark.needs("unplug")`, and runs only in
the lanes that have it. In the others it is not collected, so it does not skip.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import pytest

__all__ = ["ABILITIES", "Ability", "has_all"]

Ability: TypeAlias = Literal[
    "answer",  # the test answers a prompt for the user
    "permission",  # the test sets permissions
    "unplug",  # devices can be plugged in and out
    "mute",  # a device can stop giving data
    "busy",  # another program can use the camera
    "failure",  # a device can fail to open for another reason
    "let go",  # the test sees when the program closes a device
    "document",  # the program can end, and start again or as another one
    "two cameras",
    "controls",  # the camera has pan, tilt, zoom and torch
    "microphone faults",  # unplug, mute and failure work for microphones too
    "grouped",  # the first camera and the first microphone are one device
    "undecided",  # at the start of a test no permission is decided and no device exposed
    "revoke",  # the program can revoke a permission
    "own agent",  # the library's agent decides what the standard leaves open
]

_ALL: frozenset[Ability] = frozenset(get_args(Ability))
_NONE: frozenset[Ability] = frozenset()
ABILITIES: MappingProxyType[str, frozenset[Ability]] = MappingProxyType(
    {
        "cpython": _ALL,
        "node": _ALL,
        "native": _ALL - {"microphone faults", "grouped"},
        "chromium": frozenset({"two cameras"}),
        "firefox": _NONE,
        "webkit": frozenset({"two cameras"}),
        "vm": _ALL - {"microphone faults", "grouped", "controls", "failure"},
    }
)


def has_all(lane: str, item: pytest.Item) -> bool:
    """Return True if a lane has every ability that a test needs.

    Raises:
        UsageError: The test needs an ability that does not exist.
    """
    marker = item.get_closest_marker("needs")
    if marker is None:
        return True
    wanted = set(marker.args)
    if unknown := wanted - _ALL:
        raise pytest.UsageError(
            f"{item.nodeid}: needs() names no ability: {', '.join(sorted(map(str, unknown)))}; "
            "see tests/support/abilities.py"
        )
    return wanted <= ABILITIES.get(lane, _NONE)
