"""Which agent stands behind `navigator` now."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediadevices.agent import Agent

__all__ = ["current_agent", "use_agent"]

_log = logging.getLogger("mediadevices")
_agents: list[Agent] = []  # The world's own agent, once it is needed, is the first.


def current_agent() -> Agent:
    """Return the agent behind `navigator`: the world's own, unless another was put in its place."""
    if not _agents:
        from mediadevices.platform import default_agent

        _agents.append(default_agent())
        _log.debug("the %s agent stands behind navigator", _agents[0].name)
    return _agents[-1]


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
