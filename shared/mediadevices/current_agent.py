"""The agent that `navigator` uses now."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices.agent_protocol.agent import Agent

__all__ = ["current_agent", "use_agent"]

_log = logging.getLogger("mediadevices")
_agents: list[Agent] = []  # The default agent, once created, is the first.
# Reentrant, because creating the agent may warn, and a handler of the warning may need the agent.
_creation_lock = threading.RLock()


def current_agent() -> Agent:
    """Return the agent that `navigator` uses: the default one, unless another was installed.

    Threads that call this at the same time get the same agent.
    """
    if not _agents:
        with _creation_lock:
            if not _agents:
                _create_default()
    return _agents[-1]


def _create_default() -> None:
    from mediadevices.implementations import default_agent

    agent = default_agent()
    if not _agents:
        _agents.append(agent)
        _log.debug("navigator uses the %s agent", agent.name)


@contextmanager
def use_agent(agent: Agent) -> Generator[Agent]:
    """Install an agent for `navigator` for the time of a ``with`` block.

    Args:
        agent: The agent.

    Yields:
        The agent.
    """
    _agents.append(agent)
    try:
        yield agent
    finally:
        _agents.remove(agent)


def _renew_lock() -> None:
    global _creation_lock  # noqa: PLW0603  (another thread of the parent process may hold the old one)
    _creation_lock = threading.RLock()


# Neither Windows nor a web page can fork.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
