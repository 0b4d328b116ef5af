"""One run of a command: the agent, the event loop, and a tidy end."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import typer

from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from mediadevices_native.application.environment import parse_permissions
from mediadevices_native.cli.failures import CommandError, reported
from mediadevices_native.cli.interrupts import (
    INTERRUPTED,
    cancelled_by_signals,
    interrupted_by_signals,
    signals_deferred,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mediadevices.local.agent import LocalAgent
    from mediadevices_native.cli.options import Common

__all__ = ["open_agent", "run"]

_T = TypeVar("_T")

APPLICATION = "mediadevices"
"""The name under which the command line keeps its device ids and asks for permission."""

_CLOSING_SECONDS = 10.0


def run(
    common: Common,
    command: Callable[[LocalAgent], Coroutine[None, None, _T]],
    *,
    interrupted: int = INTERRUPTED,
) -> _T:
    """Run the work of a command on its agent, which stands behind `navigator` meanwhile.

    Whatever happens, no device is open when this returns.

    Args:
        common: What the common options say.
        command: The work.
        interrupted: The exit code when Ctrl-C, SIGTERM or SIGHUP ends it.

    Returns:
        What the work returned.

    Raises:
        typer.Exit: It failed, which was told to the user, or was interrupted.
    """
    with reported(verbose=common.verbose):
        try:
            with interrupted_by_signals(), ExitStack() as stack:
                agent = open_agent(common)
                stack.enter_context(use_agent(agent))
                with signals_deferred():  # half an event loop could not be closed
                    runner = stack.enter_context(asyncio.Runner())
                return runner.run(_run(agent, command))
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise typer.Exit(interrupted) from None


def open_agent(common: Common, *, synthetic: bool | None = None) -> LocalAgent:
    """Return a new agent, as the common options say.

    Args:
        common: What the common options say.
        synthetic: Whether its devices are synthetic; None for what the options say.

    Raises:
        CommandError: An option or a variable of the environment has an unknown value.
    """
    try:
        allowed = parse_permissions(common.allow, "--allow")
        agent = create_agent(
            application=APPLICATION, synthetic=synthetic or common.synthetic or None
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    for name in allowed:
        agent.set_permission_policy(name, "grant")
    return agent


async def _run(agent: LocalAgent, command: Callable[[LocalAgent], Coroutine[None, None, _T]]) -> _T:
    with cancelled_by_signals():
        try:
            return await command(agent)
        finally:
            agent.close()
            # The agent closes devices in tasks of its own; leaving the loop would cancel them.
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others, timeout=_CLOSING_SECONDS)
