"""Permissions: their states, what the user is asked, and the handle of one permission."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from mediadevices.agent_protocol.handles import Handle
from mediadevices.kinds import PermissionName

__all__ = [
    "PermissionAnswer",
    "PermissionHandle",
    "PermissionName",
    "PermissionPolicy",
    "PermissionRequest",
    "PermissionState",
    "Prompter",
]

PermissionState: TypeAlias = Literal["granted", "denied", "prompt"]
"""How a permission stands; with ``"prompt"`` the user would be asked."""

PermissionPolicy: TypeAlias = Literal["ask", "grant", "deny"]
"""What a program decides of a permission beforehand."""

# idl: own PermissionRequest: what a program's own prompter is asked.


class PermissionRequest(NamedTuple):
    """What the user is asked: one question, even for camera and microphone together.

    Attributes:
        names: ``"camera"``, ``"microphone"`` or both.
        devices: For each name, the labels of the devices that may be used, the likeliest first.
            No two of a name are equal: the second of two equal devices has a number behind it.
        application: The program that asks: its path, or the name that it was given.
        can_remember: Whether the answer can be kept for the next time that the program runs.
    """

    names: tuple[PermissionName, ...]
    devices: Mapping[PermissionName, tuple[str, ...]]
    application: str
    can_remember: bool = False


#: The answer of a prompter: to all that was asked; or for each name True, False or the label of
#: the device that the user chose, with ``"remember": True`` if it is to be kept.
PermissionAnswer: TypeAlias = bool | Mapping[str, bool | str]
#: Asks the user: a function or coroutine function of the request.
Prompter: TypeAlias = Callable[[PermissionRequest], PermissionAnswer | Awaitable[PermissionAnswer]]


class PermissionHandle(Handle, ABC):
    """The state of one permission, as one `PermissionStatus` sees it."""

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""

    @property
    @abstractmethod
    def state(self) -> PermissionState:
        """``"granted"``, ``"denied"`` or ``"prompt"``, now."""
