"""The agent: everything that every user agent can do."""

from __future__ import annotations

from abc import ABC, abstractmethod

from mediadevices.agent_protocol.capture import CaptureHandle
from mediadevices.agent_protocol.generators import GeneratorFactory
from mediadevices.agent_protocol.permissions import PermissionControl

__all__ = ["Agent"]


class Agent(CaptureHandle, PermissionControl, GeneratorFactory, ABC):
    """A user agent; its interface object is the `MediaDevices`.

    Some agents have further base classes for what only they can do, such as
    `mediadevices.agent_protocol.js_bridge.JsBridge`.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """A short name for logs: ``"native"``, ``"browser"``, ``"fake"``."""
