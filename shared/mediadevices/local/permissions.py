"""Permission where nobody else asks for it (Permissions §3, §5)."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence

from mediadevices.agent import (
    PermissionHandle,
    PermissionName,
    PermissionPolicy,
    PermissionRequest,
    PermissionState,
    Prompter,
)
from mediadevices.errors import NotAllowedError
from mediadevices.webidl import conversion, promise

__all__ = ["PermissionAuthority", "how_to_grant"]

_log = logging.getLogger("mediadevices")

_STATE_OF_POLICY: Mapping[PermissionPolicy, PermissionState] = {
    "ask": "prompt",
    "grant": "granted",
    "deny": "denied",
}


class PermissionAuthority:
    """Knows what is permitted, asks the user, and tells who listens.

    An answer holds for the life of the process, or until it is revoked.

    Args:
        application: The name of the program, for the question.
        prompter: Asks the user; None where nobody can be asked.
        policies: What is decided beforehand; the others are asked for.
    """

    def __init__(
        self,
        application: str,
        prompter: Prompter | None = None,
        policies: Mapping[PermissionName, PermissionPolicy] | None = None,
    ) -> None:
        self.application = application
        self.prompter = prompter
        self._states: dict[PermissionName, PermissionState] = {
            "camera": "prompt",
            "microphone": "prompt",
        }
        for name, policy in (policies or {}).items():
            self._states[name] = _STATE_OF_POLICY[policy]
        self._handles: dict[PermissionName, LocalPermission] = {
            name: LocalPermission(self, name) for name in self._states
        }
        # For each event loop its own: a lock belongs to the first one that it is used in.
        self._asking: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        #: Called with the name of a permission that is no longer granted.
        self.on_withdrawn: Callable[[PermissionName], None] | None = None

    def state(self, name: PermissionName) -> PermissionState:
        """Return the state of a permission."""
        return self._states[name]

    def handle(self, name: PermissionName) -> LocalPermission:
        """Return the handle of a permission, the same each time."""
        return self._handles[name]

    def set_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Decide whether the user is asked."""
        self.set_state(name, _STATE_OF_POLICY[policy])

    def set_state(self, name: PermissionName, state: PermissionState) -> None:
        """Change the state of a permission; withdrawing one ends what it allowed."""
        before = self._states[name]
        if state == before:
            return
        self._states[name] = state
        _log.info("permission for the %s: %s", name, state)
        self._handles[name].notify("change")
        if before == "granted" and self.on_withdrawn is not None:
            self.on_withdrawn(name)

    async def request(
        self,
        names: tuple[PermissionName, ...],
        devices: Mapping[PermissionName, tuple[str, ...]],
    ) -> None:
        """Ask the user once for all that is not decided; return when all is granted.

        Args:
            names: The permissions that are needed.
            devices: For each, the labels of the devices that may be used.

        Raises:
            NotAllowedError: One is denied, or nobody can be asked.
        """
        self.refuse_denied(names)
        if all(self._states[name] == "granted" for name in names):
            return  # Whatever somebody else is being asked now.
        # A second call waits for the answer to the first question instead of asking it again.
        async with self._question():
            self.refuse_denied(names)
            open_names: tuple[PermissionName, ...] = tuple(
                name for name in names if self._states[name] == "prompt"
            )
            if open_names:
                answer = await self._ask(PermissionRequest(open_names, devices, self.application))
                for name, granted in answer.items():
                    self.set_state(name, "granted" if granted else "denied")
                self.refuse_denied(names)

    def _question(self) -> asyncio.Lock:
        """Return the lock of whoever asks the user now."""
        loop = promise.running_loop()
        if self._asking is None or self._asking[0] is not loop:
            self._asking = loop, asyncio.Lock()
        return self._asking[1]

    async def _ask(self, request: PermissionRequest) -> Mapping[PermissionName, bool]:
        wanted = " and ".join(request.names)
        if self.prompter is None:
            message = f"nobody can be asked for permission to use the {wanted}"
            raise NotAllowedError(f"{message}; {how_to_grant(request.names)}")
        answer: object = self.prompter(request)
        if inspect.isawaitable(answer):
            answer = await answer
        return _each(request.names, answer)

    def refuse_denied(
        self, names: Sequence[PermissionName], cause: BaseException | None = None
    ) -> None:
        """Do nothing, unless one of the permissions is denied.

        Args:
            names: The permissions.
            cause: What the refusal hides from the program, if anything.

        Raises:
            NotAllowedError: One is.
        """
        denied: tuple[PermissionName, ...] = tuple(
            name for name in names if self._states[name] == "denied"
        )
        if denied:
            message = f"permission to use the {' and '.join(denied)} is denied"
            raise NotAllowedError(f"{message}; {how_to_grant(denied)}") from cause

    def refuse_withdrawn(self, names: Sequence[PermissionName]) -> None:
        """Do nothing, unless one of the permissions, once granted, is granted no more.

        Args:
            names: The permissions.

        Raises:
            NotAllowedError: One is not.
        """
        gone: tuple[PermissionName, ...] = tuple(
            name for name in names if self._states[name] != "granted"
        )
        if gone:
            message = f"permission to use the {' and '.join(gone)} was withdrawn meanwhile"
            raise NotAllowedError(f"{message}; {how_to_grant(gone)}")


def _each(names: tuple[PermissionName, ...], answer: object) -> Mapping[PermissionName, bool]:
    path = "the prompter's answer"
    if isinstance(answer, bool):
        return dict.fromkeys(names, answer)
    answers = conversion.mapping(answer, path, "True, False or a mapping of them")
    return {name: conversion.boolean(answers.get(name, False), path) for name in names}


def how_to_grant(names: Sequence[PermissionName]) -> str:
    """Say, for an error message, how permissions can be granted."""
    keywords = ", ".join(f'{name}="grant"' for name in names)
    listed = ",".join(names)
    return (
        f"grant it with navigator.permissions.set_policy({keywords}), with the environment "
        f"variable MEDIADEVICES_ALLOW={listed}, or with the command line's --allow {listed}"
    )


class LocalPermission(PermissionHandle):
    """One permission of the authority."""

    __slots__ = ("_authority", "_name")

    def __init__(self, authority: PermissionAuthority, name: PermissionName) -> None:
        super().__init__()
        self._authority = authority
        self._name: PermissionName = name

    @property
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""
        return self._name

    @property
    def state(self) -> PermissionState:
        """``"granted"``, ``"denied"`` or ``"prompt"``, now."""
        return self._authority.state(self._name)
