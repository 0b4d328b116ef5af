"""In a forked process, agents abandon their devices: the parent process owns them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from mediadevices.local.agent import LocalAgent

__all__ = ["abandon_in_forks"]

_agents: WeakSet[LocalAgent] = WeakSet()


def abandon_in_forks(agent: LocalAgent) -> None:
    """Make an agent abandon its devices in every process that is forked from this one."""
    _agents.add(agent)


def _abandon() -> None:
    for agent in tuple(_agents):
        agent.abandon_after_fork()


# Neither Windows nor a web page can fork.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon)
