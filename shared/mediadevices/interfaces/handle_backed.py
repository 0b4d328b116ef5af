"""The base class of the interfaces that an agent implements, such as `MediaStreamTrack`."""

# The functions at the end use the private members, so that no other module needs to.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any, Generic, TypeVar

from mediadevices.agent_protocol.handles import Handle
from mediadevices.interfaces.event_target import EventTarget

__all__ = ["HandleBacked", "handle_of", "wrap_handle"]

# Any: each handle names its listener.
_H = TypeVar("_H", bound=Handle[Any])
# Any: each interface class names its handle.
_I = TypeVar("_I", bound="HandleBacked[Any]")


class HandleBacked(EventTarget, Generic[_H]):
    """An event target that delegates to a handle of the agent.

    A handle has at most one interface object at a time: see `wrap_handle`.
    """

    __slots__ = ("_handle",)
    _handle: _H

    def _adopt(self, handle: _H) -> None:
        """Become the interface object of a handle."""
        EventTarget.__init__(self)
        self._handle = handle
        handle.attach(self, _listener_of)

    def _agent_listener(self) -> object:
        """Return the object whose methods the agent calls; see `Handle.listener`."""
        raise NotImplementedError


def wrap_handle(cls: type[_I], handle: Handle[Any]) -> _I:
    """Return the interface object of a handle; create it if there is none."""
    existing = handle.interface
    if isinstance(existing, cls):
        return existing
    made = cls.__new__(cls)
    made._adopt(handle)
    return made


def _listener_of(interface: HandleBacked[Any]) -> object:
    return interface._agent_listener()


def handle_of(interface: HandleBacked[_H]) -> _H:
    """Return the handle of an interface object."""
    return interface._handle
