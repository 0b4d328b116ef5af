"""Permissions: their states, the question to the user, and the control of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from mediadevices.agent_protocol.handles import Handle
from mediadevices.kinds import PermissionName

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "PermissionAnswer",
    "PermissionControl",
    "PermissionHandle",
    "PermissionListener",
    "PermissionName",
    "PermissionPolicy",
    "PermissionRequest",
    "PermissionState",
    "Prompter",
]

PermissionState: TypeAlias = Literal["granted", "denied", "prompt"]
"""The state of a permission; ``"prompt"`` means that the user would be asked."""

PermissionPolicy: TypeAlias = Literal["ask", "grant", "deny"]
"""What a program decides about a permission in advance."""

# idl: own PermissionRequest: the question to a program's own prompter.


class PermissionRequest(NamedTuple):
    """One question to the user, even for camera and microphone together.

    Attributes:
        names: ``"camera"``, ``"microphone"`` or both.
        devices: For each name, the labels of the suitable devices, the best one first. Labels of
            one name differ: the second of two equal devices has a number after its label.
        application: The program that asks: its path, or the name that it was given.
        can_remember: Whether the answer can be kept for the next run of the program.
    """

    names: tuple[PermissionName, ...]
    devices: Mapping[PermissionName, tuple[str, ...]]
    application: str
    can_remember: bool = False


#: The answer of a prompter: True or False for the whole question. Or for each name True, False or
#: the label of the device that the user chose, with ``"remember": True`` to keep the answer.
PermissionAnswer: TypeAlias = bool | Mapping[str, bool | str]
#: A function or coroutine function that takes the request, asks the user, and returns the answer.
Prompter: TypeAlias = Callable[[PermissionRequest], PermissionAnswer | Awaitable[PermissionAnswer]]


class PermissionListener(Protocol):
    """Receives the events of a permission."""

    def state_changed(self) -> None:
        """Fire ``change``."""


class PermissionHandle(Handle[PermissionListener], ABC):
    """One permission, as a `PermissionStatus` object uses it."""

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""

    @property
    @abstractmethod
    def state(self) -> PermissionState:
        """The current state: ``"granted"``, ``"denied"`` or ``"prompt"``."""


class PermissionControl(ABC):
    """The permissions, as a `Permissions` object uses them."""

    __slots__ = ()

    @abstractmethod
    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking the user."""

    @abstractmethod
    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user for a permission, unless it is granted or denied already."""

    @abstractmethod
    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Withdraw a granted permission, and end the tracks that needed it."""

    @abstractmethod
    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Grant or deny a permission in advance, or ask the user later."""

    @property
    @abstractmethod
    def prompter(self) -> Prompter | None:
        """The function that asks the user; settable."""

    @prompter.setter
    @abstractmethod
    def prompter(self, value: Prompter | None) -> None: ...
