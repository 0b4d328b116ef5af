"""`Permissions` and `PermissionStatus` (Permissions §6, for cameras and microphones)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices.agent_protocol.permissions import PermissionListener
from mediadevices.interfaces.event import Event
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.interfaces.handle_backed import HandleBacked, wrap_handle
from mediadevices.kinds import permission_name
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from mediadevices.agent_protocol.agent import Agent
    from mediadevices.agent_protocol.permissions import (
        PermissionHandle,
        PermissionPolicy,
        PermissionState,
        Prompter,
    )
    from mediadevices.kinds import PermissionName

__all__ = ["PermissionStatus", "Permissions", "permissions_of"]

# idl: without PermissionSetParameters: part of a WebDriver command; programs do not use it.

_POLICIES = ("ask", "grant", "deny")


class PermissionStatus(HandleBacked["PermissionHandle"]):
    """The current state of a permission; ``change`` is fired when it changes."""

    __slots__ = ()

    onchange = EventHandlerAttribute[Event]("change")
    """Called when the state changes."""

    def __init__(self, *_arguments: object) -> None:
        message = "PermissionStatus has no constructor; call navigator.permissions.query()"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<PermissionStatus {self.name}: {self.state}>"

    @property
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""
        return self._handle.name

    @property
    def state(self) -> PermissionState:
        """``"granted"``, ``"denied"``, or ``"prompt"``: a capture would ask the user."""
        return self._handle.state

    def _listeners_changed(self) -> None:
        self._handle.pin(self if self._has_listeners(frozenset({"change"})) else None)

    def _agent_listener(self) -> PermissionListener:
        return _PermissionEvents(self._fire)


class _PermissionEvents(PermissionListener):
    def __init__(self, fire: Callable[[Event], None]) -> None:
        self._fire = fire

    def state_changed(self) -> None:
        self._fire(Event("change"))


class Permissions(Interface):
    """The permissions of the program (Permissions §6.2): `navigator.permissions`."""

    # idl: own set_policy, prompter: they replace the browser's settings and its prompt.

    __slots__ = ("_agent",)
    _agent: Agent

    def __init__(self, *_arguments: object) -> None:
        message = "Permissions has no constructor; use navigator.permissions"
        raise TypeError(message)

    def __repr__(self) -> str:
        return f"<Permissions of the {self._agent.name} agent>"

    def query(self, permission_desc: Mapping[str, object]) -> asyncio.Future[PermissionStatus]:
        """Return the state of a permission, without asking the user.

        Args:
            permission_desc: ``{"name": "camera"}`` or ``{"name": "microphone"}``. A camera may
                have ``panTiltZoom``, which here is part of the camera's permission.

        Returns:
            A future of a live `PermissionStatus`.

        Raises:
            TypeError: (through the future) The descriptor names no known permission.
        """
        try:
            name = _name(permission_desc, "query")
        except TypeError as error:
            return promise.rejected(error)
        return promise.then(self._agent.query_permission(name), _status)

    def request(self, permission_desc: Mapping[str, object]) -> asyncio.Future[PermissionStatus]:
        """Ask the user for a permission now, unless it is granted or denied already.

        Args:
            permission_desc: ``{"name": "camera"}`` or ``{"name": "microphone"}``.

        Returns:
            A future of the `PermissionStatus` after the answer.

        Raises:
            TypeError: (through the future) The descriptor names no known permission.
            NotSupportedError: (through the future) This browser asks only when a capture starts.
        """
        try:
            name = _name(permission_desc, "request")
        except TypeError as error:
            return promise.rejected(error)
        return promise.then(self._agent.request_permission(name), _status)

    def revoke(self, permission_desc: Mapping[str, object]) -> asyncio.Future[PermissionStatus]:
        """Revoke a permission: every live track of the kind ends, with an ``ended`` event.

        Args:
            permission_desc: ``{"name": "camera"}`` or ``{"name": "microphone"}``.

        Returns:
            A future of the `PermissionStatus` afterwards.

        Raises:
            TypeError: (through the future) The descriptor names no known permission.
            NotSupportedError: (through the future) This browser cannot revoke permissions.
        """
        try:
            name = _name(permission_desc, "revoke")
        except TypeError as error:
            return promise.rejected(error)
        return promise.then(self._agent.revoke_permission(name), _status)

    def set_policy(
        self,
        *,
        camera: PermissionPolicy | None = None,
        microphone: PermissionPolicy | None = None,
    ) -> None:
        """Set in advance whether the user is asked; not in the standard.

        Args:
            camera: ``"ask"`` the user (the default), or ``"grant"`` or ``"deny"`` without asking.
            microphone: The same for microphones.

        Raises:
            TypeError: A policy is none of the three.
            NotSupportedError: This is a web page, where only the user decides.
        """
        given: dict[PermissionName, PermissionPolicy | None]
        given = {"camera": camera, "microphone": microphone}
        for name, policy in given.items():
            if policy is None:
                continue
            path = f"set_policy: {name}"
            if conversion.string(policy, path) not in _POLICIES:
                raise conversion.wrong_type(path, "'ask', 'grant' or 'deny'", policy)
            self._agent.set_permission_policy(name, policy)

    @property
    def prompter(self) -> Prompter | None:
        """The function that asks the user; not in the standard.

        It is a function or coroutine function that takes a `PermissionRequest`. It returns True,
        False, or a mapping such as ``{"camera": "HD Webcam", "microphone": False}``. In the mapping
        a label of the request chooses that device, and ``"remember": True`` stores the answer for
        the next run. With None as the prompter, undecided requests fail with `NotAllowedError`.

        Raises:
            NotSupportedError: This is a web page, where the browser asks.
        """
        return self._agent.prompter

    @prompter.setter
    def prompter(self, value: Prompter | None) -> None:
        if value is not None and not callable(value):
            raise conversion.wrong_type("Permissions.prompter", "a function or None", value)
        self._agent.prompter = value


def permissions_of(agent: Agent) -> Permissions:
    """Return a new object for the permissions of an agent."""
    permissions = Permissions.__new__(Permissions)
    permissions._agent = agent  # pyright: ignore[reportPrivateUsage]  (it has no constructor)
    return permissions


def _status(handle: PermissionHandle) -> PermissionStatus:
    return wrap_handle(PermissionStatus, handle)


def _name(descriptor: object, method: str) -> PermissionName:
    path = f"{method}: permission_desc"
    members = conversion.mapping(descriptor, path)
    conversion.boolean(members.get("panTiltZoom", False), f"{path}.panTiltZoom")
    given = members.get("name")
    if (name := permission_name(given)) is None:
        raise conversion.wrong_type(f"{path}.name", "'camera' or 'microphone'", given)
    return name
