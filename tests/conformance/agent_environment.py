"""The common part of the environments of `LocalAgent`: the agent, the user, the program."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from conformance.environment import Answer, Environment
from mediadevices.current_agent import use_agent
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices_native.application.identity import application_secret, clear_device_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediadevices.agent_protocol.permissions import (
        PermissionName,
        PermissionRequest,
        PermissionState,
    )
    from mediadevices.driver import Driver

__all__ = ["AgentEnvironment"]

PROGRAM, ANOTHER_PROGRAM = "conformance", "another-program"


class AgentEnvironment(Environment):
    """`LocalAgent` with drivers, in its own home directory, since `clear_device_ids` deletes files.

    Args:
        drivers: The drivers of the devices.
    """

    def __init__(self, drivers: Sequence[Driver]) -> None:
        self._answer: Answer = "grant"
        self._installed = contextlib.ExitStack()
        self._program = PROGRAM
        self._permissions = PermissionAuthority(self._program, self._prompt)
        self._open(drivers)

    def _open(self, drivers: Sequence[Driver]) -> None:
        """Start the program with drivers."""
        self._installed.close()
        self._drivers = drivers
        secret = application_secret(self._program)
        agent = LocalAgent(drivers, self._permissions, secret=secret, name="native")
        self._installed.callback(agent.close)
        self._installed.enter_context(use_agent(agent))

    def close(self) -> None:
        self._installed.close()

    async def _prompt(self, _request: PermissionRequest) -> bool:
        if self._answer == "leave open":
            await asyncio.Event().wait()
        return self._answer == "grant"

    async def answer(self, answer: Answer) -> None:
        self._answer = answer

    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        self._permissions.set_state(name, state)

    async def fresh_document(self) -> None:
        self._open(self._drivers)

    async def other_program(self) -> None:
        self._program = ANOTHER_PROGRAM
        self._permissions = PermissionAuthority(self._program, self._prompt)
        self._open(self._drivers)

    async def clear_data(self) -> None:
        clear_device_ids(self._program)
        self._open(self._drivers)

    async def end_document(self) -> None:
        self._installed.close()
