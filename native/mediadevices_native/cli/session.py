"""Run a command in an event loop, with an agent, and close all devices afterwards."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import typer

from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent
from mediadevices_native.application.environment import parse_permissions
from mediadevices_native.cli.errors import CommandError, UsageError, errors_reported
from mediadevices_native.cli.interrupts import (
    INTERRUPTED,
    cancelled_by_signals,
    interrupted_by_signals,
    signals_deferred,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mediadevices.local.agent import LocalAgent
    from mediadevices_native.cli.options import CommonOptions

__all__ = ["open_agent", "run"]

_T = TypeVar("_T")

APPLICATION = "mediadevices"
"""The application name of the command line, for its device ids and permissions."""

_CLOSE_TIMEOUT = 10.0


def run(
    common: CommonOptions,
    command: Callable[[LocalAgent], Coroutine[None, None, _T]],
    *,
    interrupted: int = INTERRUPTED,
) -> _T:
    """Run a command's coroutine with a new agent, which `navigator` uses meanwhile.

    No device is open when this function returns or raises.

    Args:
        common: The common options.
        command: Takes the agent and returns the coroutine.
        interrupted: The exit code after Ctrl-C, SIGTERM or SIGHUP.

    Returns:
        The coroutine's result.

    Raises:
        typer.Exit: The command failed, and the error was printed; or it was interrupted.
    """
    with errors_reported(verbose=common.verbose):
        try:
            with interrupted_by_signals(), ExitStack() as stack:
                agent = open_agent(common)
                stack.enter_context(use_agent(agent))
                with signals_deferred():  # an interrupted constructor would leave the loop unclosed
                    runner = stack.enter_context(asyncio.Runner())
                return runner.run(_run(agent, command))
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise typer.Exit(interrupted) from None


def open_agent(common: CommonOptions, *, synthetic: bool | None = None) -> LocalAgent:
    """Return a new agent.

    Args:
        common: The common options.
        synthetic: Whether its devices are synthetic; None to let the options decide.

    Raises:
        UsageError: ``--allow`` has an unknown value.
        CommandError: An environment variable has an unknown value.
    """
    try:
        allowed = parse_permissions(common.allow, "--allow")
    except ValueError as error:
        raise UsageError(str(error)) from error
    try:
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
            # The agent closes devices in other tasks, which the end of the loop would cancel.
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others, timeout=_CLOSE_TIMEOUT)
