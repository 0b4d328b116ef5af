"""Which agent stands behind `navigator` now."""

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
_agents: list[Agent] = []  # The world's own agent, once it is needed, is the first.
# Reentrant: while the agent is made, a warning of its own may call code that asks for it.
_making = threading.RLock()


def current_agent() -> Agent:
    """Return the agent behind `navigator`: the world's own, unless another was put in its place.

    Threads that ask for it at the same time get the same one.
    """
    if not _agents:
        with _making:
            if not _agents:
                _make_default()
    return _agents[-1]


def _make_default() -> None:
    from mediadevices.implementations import default_agent

    agent = default_agent()
    if not _agents:
        _agents.append(agent)
        _log.debug("the %s agent stands behind navigator", agent.name)


@contextmanager
def use_agent(agent: Agent) -> Generator[Agent]:
    """Put an agent behind `navigator` for the time of a ``with`` block.

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
    global _making  # noqa: PLW0603  (a thread that does not exist in the fork may hold the old one)
    _making = threading.RLock()


# Neither Windows nor a web page can fork.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
