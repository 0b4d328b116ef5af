"""Permissions where no browser manages them (Permissions §3, §5)."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionName,
    PermissionPolicy,
    PermissionRequest,
    PermissionState,
    Prompter,
)
from mediadevices.driver import Device
from mediadevices.errors import NotAllowedError
from mediadevices.kinds import PERMISSION_NAMES
from mediadevices.local.permissions.audit import AuditEntry, PermissionAudit
from mediadevices.local.permissions.decisions import (
    Decider,
    Decision,
    PermissionMemory,
    distinct_labels,
    read_answer,
)
from mediadevices.webidl import promise

__all__ = ["PermissionAuthority", "how_to_grant"]

_STATE_OF_POLICY: Mapping[PermissionPolicy, PermissionState] = {
    "ask": "prompt",
    "grant": "granted",
    "deny": "denied",
}
_UNDECIDED = Decision()
_WITHDRAWN = object()


class PermissionAuthority:
    """Decides permissions, asks the user, and reports changes.

    An answer is valid until the process ends or the permission is revoked. If the user wants it
    and there is a memory, it is also valid for later processes of the application.

    Args:
        application: The name of the program, for the question.
        prompter: The function that asks the user; None if the user cannot be asked.
        policies: Permissions that are decided in advance. The others have the remembered answer,
            or the user is asked.
        decided_by: The origin of the policies.
        memory: Stores answers for later processes; None if answers cannot be stored.
        audit: Called with each entry of the audit log, in addition to the logger.
    """

    def __init__(
        self,
        application: str,
        prompter: Prompter | None = None,
        policies: Mapping[PermissionName, PermissionPolicy] | None = None,
        *,
        decided_by: Decider = "policy",
        memory: PermissionMemory | None = None,
        audit: Callable[[AuditEntry], None] | None = None,
    ) -> None:
        self.application = application
        self.prompter = prompter
        self._audit = PermissionAudit(application, audit)
        self._memory = memory
        self._decisions: dict[PermissionName, Decision] = {
            **dict.fromkeys(PERMISSION_NAMES, _UNDECIDED),
            **(memory.recall() if memory is not None else {}),
        }
        for name, policy in (policies or {}).items():
            self._decisions[name] = Decision(_STATE_OF_POLICY[policy], decided_by)
        self._handles: dict[PermissionName, LocalPermission] = {
            name: LocalPermission(self, name) for name in self._decisions
        }
        # The open question: its permissions, and a future that is done when it is withdrawn.
        self._open_question: tuple[Sequence[PermissionName], asyncio.Future[None]] | None = None
        # One lock for each event loop, because a lock belongs to the first loop that uses it.
        self._question_lock: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        #: Called with the name of a permission that is no longer granted.
        self.on_withdrawn: Callable[[PermissionName], None] | None = None

    def state(self, name: PermissionName) -> PermissionState:
        """Return the state of a permission."""
        return self._decisions[name].state

    def chosen_device(self, name: PermissionName) -> str:
        """Return the id of the device that the user chose with a permission, or ``""``."""
        return self._decisions[name].device

    def handle(self, name: PermissionName) -> LocalPermission:
        """Return the handle of a permission: the same object each time."""
        return self._handles[name]

    def set_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Grant or deny a permission in advance, or ask the user later.

        The remembered answer stays stored, but this process no longer uses it.
        """
        state = _STATE_OF_POLICY[policy]
        self._change(name, Decision(state, "nobody" if state == "prompt" else "policy"))

    def set_state(self, name: PermissionName, state: PermissionState) -> None:
        """Change the state of a permission on behalf of the user."""
        self._change(name, Decision(state, "user"))

    def revoke(self, name: PermissionName) -> None:
        """Withdraw and forget a granted permission; a denial stays."""
        if self.state(name) == "granted":
            if self._memory is not None:
                self._memory.remember({name: _UNDECIDED})
            self._change(name, _UNDECIDED)

    def _change(self, name: PermissionName, decision: Decision) -> None:
        """Decide a permission without asking the user."""
        if decision.state != self.state(name):
            self._audit.note(
                "change",
                f"permission for the {name}: {_in_words(decision)}",
                {"permissions": {name: _entry(decision)}},
            )
        self._decide(name, decision)

    def _decide(self, name: PermissionName, decision: Decision) -> None:
        before = self.state(name)
        self._decisions[name] = decision
        if decision.state == before:
            return
        self._withdraw_decided_question()
        if (listener := self._handles[name].listener) is not None:
            listener.state_changed()
        if before == "granted" and self.on_withdrawn is not None:
            self.on_withdrawn(name)

    async def request(
        self,
        names: tuple[PermissionName, ...],
        devices: Mapping[PermissionName, Mapping[str, str]],
    ) -> Mapping[PermissionName, str]:
        """Ask the user once for all undecided permissions; return when all are granted.

        Args:
            names: The permissions that are needed.
            devices: For each, the labels of the suitable devices, by their ids.

        Returns:
            The ids of the devices that the user chose now.

        Raises:
            NotAllowedError: A permission is denied, or the user cannot be asked.
        """
        self.refuse_denied(names)
        chosen: Mapping[PermissionName, str] = {}
        offered: dict[PermissionName, dict[str, str]] = {
            name: distinct_labels(devices.get(name, {})) for name in names
        }
        try:
            # A call for granted permissions does not wait for the question of another call. The
            # loop asks again if a decision withdrew the question and was revoked at once.
            while self._must_ask(names):
                # A second call waits for the answer to the question of the first call.
                async with self._lock():
                    if self._must_ask(names):
                        chosen = await self._ask_for_undecided(names, offered)
        finally:
            self._note_request(names, offered)
        self.refuse_denied(names, noted=True)
        return chosen

    def _must_ask(self, names: Sequence[PermissionName]) -> bool:
        """Return whether the permissions can be granted only by asking the user."""
        states = [self.state(name) for name in names]
        return "prompt" in states and "denied" not in states

    def _lock(self) -> asyncio.Lock:
        """Return the lock of the running event loop, which is held while a question is open."""
        loop = promise.running_loop()
        if self._question_lock is None or self._question_lock[0] is not loop:
            self._question_lock = loop, asyncio.Lock()
        return self._question_lock[1]

    async def _ask_for_undecided(
        self,
        names: tuple[PermissionName, ...],
        offered: Mapping[PermissionName, Mapping[str, str]],
    ) -> Mapping[PermissionName, str]:
        """Ask for the undecided permissions, and decide them by the answer."""
        undecided: tuple[PermissionName, ...] = tuple(
            name for name in names if self.state(name) == "prompt"
        )
        request = PermissionRequest(
            undecided,
            {name: tuple(offered[name].values()) for name in undecided},
            self.application,
            can_remember=self._memory is not None,
        )
        answer = await self._ask(request)
        if answer is _WITHDRAWN:
            return {}
        given, remember = read_answer(undecided, offered, answer)
        # A decision made while the question was open takes precedence over the answer.
        decisions: dict[PermissionName, Decision] = {
            name: decision for name, decision in given.items() if self.state(name) == "prompt"
        }
        for name, decision in decisions.items():
            self._decide(name, decision)
        if remember and self._memory is not None:
            self._memory.remember(decisions)
        return {name: decision.device for name, decision in decisions.items() if decision.device}

    async def _ask(self, request: PermissionRequest) -> object:
        """Return the prompter's answer, or `_WITHDRAWN` if the answer is no longer needed."""
        wanted = " and ".join(request.names)
        if self.prompter is None:
            message = f"the user cannot be asked for permission to use the {wanted}"
            raise NotAllowedError(f"{message}; {how_to_grant(request.names)}")
        answer: object = self.prompter(request)
        if not inspect.isawaitable(answer):
            return answer
        asking = asyncio.ensure_future(answer)
        withdrawn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open_question = request.names, withdrawn
        try:
            await asyncio.wait([asking, withdrawn], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open_question = None
            if not asking.done():
                asking.cancel()
                await asyncio.wait([asking])  # The prompter removes its question.
        if withdrawn.done():
            return _WITHDRAWN
        if asking.cancelled():
            message = f"the question for permission to use the {wanted} was cancelled"
            raise NotAllowedError(f"{message}; {how_to_grant(request.names)}")
        return asking.result()

    def _withdraw_decided_question(self) -> None:
        """Withdraw the open question if its answer cannot change the result."""
        if self._open_question is None:
            return
        names, withdrawn = self._open_question
        states = [self.state(name) for name in names]
        if ("denied" in states or "prompt" not in states) and not withdrawn.done():
            withdrawn.set_result(None)

    def note_device(self, event: Literal["open", "close"], device: Device) -> None:
        """Write to the audit log that a device was opened or closed."""
        details = {"device": {"kind": device.kind, "label": device.label}}
        self._audit.note(event, f"{event} {device.label!r}", details)

    def _note_request(
        self,
        names: Sequence[PermissionName],
        offered: Mapping[PermissionName, Mapping[str, str]],
    ) -> None:
        decisions: dict[PermissionName, Decision] = {name: self._decisions[name] for name in names}
        words = ", ".join(f"{name} {_in_words(one)}" for name, one in decisions.items())
        self._audit.note(
            "request",
            f"asked for the {' and the '.join(names)}: {words}",
            {
                "permissions": {
                    name: _entry(decision, offered.get(name, {}))
                    for name, decision in decisions.items()
                },
                # The program's log handlers see the entry, so it has no labels without permission.
                "devices": {
                    name: list(labels.values()) if self.state(name) == "granted" else []
                    for name, labels in offered.items()
                },
            },
        )

    def refuse_denied(self, names: Sequence[PermissionName], *, noted: bool = False) -> None:
        """Refuse a request if one of its permissions is denied.

        Args:
            names: The permissions.
            noted: Whether the audit log has the request already.

        Raises:
            NotAllowedError: A permission is denied.
        """
        denied: tuple[PermissionName, ...] = tuple(
            name for name in names if self.state(name) == "denied"
        )
        if denied:
            if not noted:
                self._note_request(names, {})
            message = f"permission to use the {' and '.join(denied)} is denied"
            if any(self._decisions[name].by == "remembered" for name in denied):
                forget = f"mediadevices permissions --forget {self.application!r}"
                message += f", because of an earlier answer (`{forget}` removes it)"
            raise NotAllowedError(f"{message}; {how_to_grant(denied)}")

    def refuse_withdrawn(self, names: Sequence[PermissionName]) -> None:
        """Refuse a request if one of its permissions was withdrawn after it was granted.

        Args:
            names: The permissions.

        Raises:
            NotAllowedError: A permission was withdrawn.
        """
        withdrawn: tuple[PermissionName, ...] = tuple(
            name for name in names if self.state(name) != "granted"
        )
        if withdrawn:
            message = f"permission to use the {' and '.join(withdrawn)} was withdrawn meanwhile"
            raise NotAllowedError(f"{message}; {how_to_grant(withdrawn)}")


def _entry(decision: Decision, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a decision as an entry of the audit log, with the label of the chosen device."""
    entry: dict[str, str] = {"state": decision.state, "decided_by": decision.by}
    if decision.device:
        entry["device"] = (labels or {}).get(decision.device, decision.device)
    return entry


def _in_words(decision: Decision) -> str:
    return "undecided" if decision.state == "prompt" else f"{decision.state} by {decision.by}"


def how_to_grant(names: Sequence[PermissionName]) -> str:
    """Return the part of an error message that says how to grant permissions."""
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
        """The current state: ``"granted"``, ``"denied"`` or ``"prompt"``."""
        return self._authority.state(self._name)
