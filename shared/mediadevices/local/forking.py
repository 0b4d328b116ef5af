"""Forked processes: open devices stay with the process that opened them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from mediadevices.local.agent import LocalAgent

__all__ = ["follow_forks"]

_agents: WeakSet[LocalAgent] = WeakSet()


def follow_forks(agent: LocalAgent) -> None:
    """Let an agent leave its devices alone in every process that is forked from this one."""
    _agents.add(agent)


def _forked() -> None:
    for agent in tuple(_agents):
        agent.forsake_devices()


# Neither Windows nor a web page can fork.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
