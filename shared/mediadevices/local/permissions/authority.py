"""Permission where nobody else asks for it (Permissions §3, §5)."""

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
    """Knows what is permitted, asks the user, and tells who listens.

    An answer holds for the life of the process, or until it is revoked; where the user wants it
    and there is a memory, also for the next process of the application.

    Args:
        application: The name of the program, for the question.
        prompter: Asks the user; None where nobody can be asked.
        policies: What is decided beforehand; of the others an earlier answer is recalled, or they
            are asked for.
        decided_by: Who decided that.
        memory: Keeps answers that the user wants to be kept; None where none can be.
        audit: Gets each entry of the audit log, beside the logger.
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
        # The open question: what it asks for, and a future that is done once it is withdrawn.
        self._open: tuple[Sequence[PermissionName], asyncio.Future[None]] | None = None
        # For each event loop its own: a lock belongs to the first one that it is used in.
        self._asking: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        #: Called with the name of a permission that is no longer granted.
        self.on_withdrawn: Callable[[PermissionName], None] | None = None

    def state(self, name: PermissionName) -> PermissionState:
        """Return the state of a permission."""
        return self._decisions[name].state

    def chosen_device(self, name: PermissionName) -> str:
        """Return the id of the device that the user chose with a permission, or ``""``."""
        return self._decisions[name].device

    def handle(self, name: PermissionName) -> LocalPermission:
        """Return the handle of a permission, the same each time."""
        return self._handles[name]

    def set_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Decide whether the user is asked; what is remembered stays, and counts no more."""
        state = _STATE_OF_POLICY[policy]
        self._change(name, Decision(state, "nobody" if state == "prompt" else "policy"))

    def set_state(self, name: PermissionName, state: PermissionState) -> None:
        """Change the state of a permission, as the user; withdrawing one ends what it allowed."""
        self._change(name, Decision(state, "user"))

    def revoke(self, name: PermissionName) -> None:
        """Forget that a permission was granted, and end what it allowed; a denial stays."""
        if self.state(name) == "granted":
            if self._memory is not None:
                self._memory.remember({name: _UNDECIDED})
            self._change(name, _UNDECIDED)

    def _change(self, name: PermissionName, decision: Decision) -> None:
        """Decide a permission without a question."""
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
        """Ask the user once for all that is not decided; return when all is granted.

        Args:
            names: The permissions that are needed.
            devices: For each, the labels of the devices that may be used, by their ids.

        Returns:
            The ids of the devices that the user chose now, where there was a choice.

        Raises:
            NotAllowedError: One is denied, or nobody can be asked.
        """
        self.refuse_denied(names)
        chosen: Mapping[PermissionName, str] = {}
        offered: dict[PermissionName, dict[str, str]] = {
            name: distinct_labels(devices.get(name, {})) for name in names
        }
        try:
            # A call for granted permissions does not wait for the question of another call. A
            # question may be withdrawn and its decision taken back at once: then it is asked anew.
            while self._must_ask(names):
                # A second call waits for the answer to the first question, and does not ask again.
                async with self._question():
                    if self._must_ask(names):
                        chosen = await self._ask_for_open(names, offered)
        finally:
            self._note_request(names, offered)
        self.refuse_denied(names, noted=True)
        return chosen

    def _must_ask(self, names: Sequence[PermissionName]) -> bool:
        """Return whether only an answer of the user can grant all of the permissions."""
        states = [self.state(name) for name in names]
        return "prompt" in states and "denied" not in states

    def _question(self) -> asyncio.Lock:
        """Return the lock of whoever asks the user now."""
        loop = promise.running_loop()
        if self._asking is None or self._asking[0] is not loop:
            self._asking = loop, asyncio.Lock()
        return self._asking[1]

    async def _ask_for_open(
        self,
        names: tuple[PermissionName, ...],
        offered: Mapping[PermissionName, Mapping[str, str]],
    ) -> Mapping[PermissionName, str]:
        """Ask for what is undecided, and decide it."""
        open_names: tuple[PermissionName, ...] = tuple(
            name for name in names if self.state(name) == "prompt"
        )
        request = PermissionRequest(
            open_names,
            {name: tuple(offered[name].values()) for name in open_names},
            self.application,
            can_remember=self._memory is not None,
        )
        answer = await self._ask(request)
        if answer is _WITHDRAWN:
            return {}
        given, remember = read_answer(open_names, offered, answer)
        # What was decided while the question was open stays as it is.
        decisions: dict[PermissionName, Decision] = {
            name: decision for name, decision in given.items() if self.state(name) == "prompt"
        }
        for name, decision in decisions.items():
            self._decide(name, decision)
        if remember and self._memory is not None:
            self._memory.remember(decisions)
        return {name: decision.device for name, decision in decisions.items() if decision.device}

    async def _ask(self, request: PermissionRequest) -> object:
        """Return the prompter's answer, or `_WITHDRAWN` if the question was decided meanwhile."""
        wanted = " and ".join(request.names)
        if self.prompter is None:
            message = f"nobody can be asked for permission to use the {wanted}"
            raise NotAllowedError(f"{message}; {how_to_grant(request.names)}")
        answer: object = self.prompter(request)
        if not inspect.isawaitable(answer):
            return answer
        asking = asyncio.ensure_future(answer)
        withdrawn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open = request.names, withdrawn
        try:
            await asyncio.wait([asking, withdrawn], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open = None
            if not asking.done():
                asking.cancel()
                await asyncio.wait([asking])  # The prompter takes its question away.
        if withdrawn.done():
            return _WITHDRAWN
        if asking.cancelled():
            message = f"the question for permission to use the {wanted} was cancelled"
            raise NotAllowedError(f"{message}; {how_to_grant(request.names)}")
        return asking.result()

    def _withdraw_decided_question(self) -> None:
        """Withdraw the open question if its answer can change nothing any more."""
        if self._open is None:
            return
        names, withdrawn = self._open
        states = [self.state(name) for name in names]
        if ("denied" in states or "prompt" not in states) and not withdrawn.done():
            withdrawn.set_result(None)

    def note_device(self, event: Literal["open", "close"], device: Device) -> None:
        """Put into the audit log that a device was opened or closed."""
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
                # The entry reaches the program's own log handlers: no labels without a grant.
                "devices": {
                    name: list(labels.values()) if self.state(name) == "granted" else []
                    for name, labels in offered.items()
                },
            },
        )

    def refuse_denied(self, names: Sequence[PermissionName], *, noted: bool = False) -> None:
        """Do nothing, unless one of the permissions that a program asks for is denied.

        Args:
            names: The permissions.
            noted: Whether the audit log has it already.

        Raises:
            NotAllowedError: One is.
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
                message += f", as the user once answered (`{forget}` forgets that)"
            raise NotAllowedError(f"{message}; {how_to_grant(denied)}")

    def refuse_withdrawn(self, names: Sequence[PermissionName]) -> None:
        """Do nothing, unless one of the permissions, once granted, is granted no more.

        Args:
            names: The permissions.

        Raises:
            NotAllowedError: One is not.
        """
        gone: tuple[PermissionName, ...] = tuple(
            name for name in names if self.state(name) != "granted"
        )
        if gone:
            message = f"permission to use the {' and '.join(gone)} was withdrawn meanwhile"
            raise NotAllowedError(f"{message}; {how_to_grant(gone)}")


def _entry(decision: Decision, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a decision for the audit log, with the label of the device that was chosen."""
    entry: dict[str, str] = {"state": decision.state, "decided_by": decision.by}
    if decision.device:
        entry["device"] = (labels or {}).get(decision.device, decision.device)
    return entry


def _in_words(decision: Decision) -> str:
    return "undecided" if decision.state == "prompt" else f"{decision.state} by {decision.by}"


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
