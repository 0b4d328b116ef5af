"""The permissions of a page (Permissions §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionListener,
    PermissionName,
    PermissionState,
)
from mediadevices.errors import DOMException, NotAllowedError
from mediadevices.kinds import (
    INPUT_OF_PERMISSION,
    INPUT_OF_TRACK,
    PERMISSION_NAMES,
    Kind,
)
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["BrowserPermission", "Permissions"]

_STATES: tuple[PermissionState, ...] = ("granted", "denied", "prompt")


class BrowserPermission(ffi.Wrapper[PermissionListener], PermissionHandle):
    """A permission whose state the browser reports."""

    __slots__ = ("_name",)
    events = ("change",)

    _name: PermissionName

    def with_name(self, name: PermissionName) -> BrowserPermission:
        """Set the name, which not every engine reports, and return the permission."""
        self._name = name
        return self

    @property
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""
        return self._name

    @property
    def state(self) -> PermissionState:
        """The current state: ``"granted"``, ``"denied"`` or ``"prompt"``."""
        return next(state for state in _STATES if state == self.js.state)

    def happened(self, event: ffi.JsObject) -> None:  # noqa: ARG002  (there is only ``change``)
        """Tell the listener that the state has changed."""
        if (listener := self.listener) is not None:
            listener.state_changed()


class GuessedPermission(PermissionHandle):
    """A permission in an engine that does not report its state: a guess from earlier captures."""

    __slots__ = ("_name", "_state")

    def __init__(self, name: PermissionName) -> None:
        super().__init__()
        self._name: PermissionName = name
        self._state: PermissionState = "prompt"

    @property
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""
        return self._name

    @property
    def state(self) -> PermissionState:
        """The guessed state: ``"granted"``, ``"denied"`` or ``"prompt"``."""
        return self._state

    def learn(self, state: PermissionState) -> None:
        """Set the state that a capture has revealed."""
        if state != self._state:
            self._state = state
            if (listener := self.listener) is not None:
                listener.state_changed()


class Permissions:
    """The permissions of this page.

    Args:
        browser: The `navigator.permissions` of the page; None if it has none.
    """

    def __init__(self, browser: ffi.JsObject | None) -> None:
        self._browser = browser
        self._reported: dict[PermissionName, BrowserPermission] = {}
        self._guessed: dict[PermissionName, GuessedPermission] = {
            name: GuessedPermission(name) for name in PERMISSION_NAMES
        }

    def query(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, whose state is guessed if the browser does not report it."""
        return promise.started(self._query(name), name=f"query {name}")

    async def _query(self, name: PermissionName) -> PermissionHandle:
        if name in self._reported:
            return self._reported[name]
        if self._browser is None:
            return self._guessed[name]
        try:
            status = await ffi.awaited(self._browser.query(ffi.to_js({"name": name})))
        except (TypeError, DOMException):
            return self._guessed[name]  # The engine does not know the name.
        # Every query returns a new object. The first one is kept: it is always up to date.
        return self._reported.setdefault(
            name, ffi.wrapper_of(BrowserPermission, status).with_name(name)
        )

    async def request(
        self,
        name: PermissionName,
        capture: Callable[[ffi.JsObject], asyncio.Future[None]],
    ) -> PermissionHandle:
        """Ask the user by opening a device briefly, because browsers ask in no other way.

        Args:
            name: The permission.
            capture: Calls the browser's `getUserMedia`, and stops the resulting tracks.
        """
        handle = await self._query(name)
        if handle.state == "prompt":
            kind = INPUT_OF_PERMISSION[name].track
            try:
                await capture(ffi.to_js({kind: True}))
            except NotAllowedError as error:
                self.learn({kind}, error)
            else:
                self.learn({kind}, None)
        return handle

    def learn(self, kinds: Collection[Kind], error: Exception | None) -> None:
        """Guess the permissions from a capture, for engines that do not report them.

        Args:
            kinds: The requested kinds of track.
            error: The error of the capture; None if it succeeded.
        """
        requested = [self._guessed[INPUT_OF_TRACK[kind].permission] for kind in kinds]
        if error is None:
            for guess in requested:
                guess.learn("granted")
        elif isinstance(error, NotAllowedError) and len(requested) == 1:
            # The user may have denied the permission, or closed the question; then the browser asks
            # again. For two permissions, the error does not say which one was refused.
            requested[0].learn("prompt")
