"""A forked process abandons the devices, because the parent process owns them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from mediadevices.local.owned_devices import OwnedDevices

__all__ = ["abandon_in_forks"]

_devices: WeakSet[OwnedDevices] = WeakSet()


def abandon_in_forks(devices: OwnedDevices) -> None:
    """Make every process that is forked from this one abandon the devices."""
    _devices.add(devices)


def _abandon() -> None:
    for devices in tuple(_devices):
        devices.abandon_after_fork()


# Neither Windows nor a web page can fork.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon)
