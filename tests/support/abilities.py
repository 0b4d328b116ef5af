"""What the world around a program can be made to do, in each lane.

A conformance test that needs an ability says so, `@pytest.mark.needs("unplug")`, and runs in the
lanes that have it: elsewhere there is nothing to test, and nothing is skipped.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import pytest

__all__ = ["ABILITIES", "Ability", "has_all"]

Ability: TypeAlias = Literal[
    "answer",  # the user can be made to answer a prompt
    "permission",  # permissions can be set from outside
    "unplug",  # devices can be plugged in and out
    "mute",  # a device can stop giving data
    "busy",  # something else can hold the camera
    "failure",  # a device can fail to open in another way
    "let go",  # it can be seen when the program lets go of a device
    "document",  # the program can start anew, or as another one, and end
    "two cameras",
    "controls",  # the camera has pan, tilt, zoom and torch
    "microphone faults",  # unplug, mute and failure go for microphones too
    "grouped",  # the first camera and the first microphone are one unit
    "undecided",  # when a test begins no permission is decided, and no device exposed
    "revoke",  # the program can give a permission back
    "own agent",  # what the standard leaves to the user agent is as ours decides it
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
    """Return whether a lane's world can do all that a test needs.

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
