"""What the browser permits (Permissions §6)."""

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
    """A permission that the browser tells the state of."""

    __slots__ = ("_name",)
    events = ("change",)

    _name: PermissionName

    def call(self, name: PermissionName) -> BrowserPermission:
        """Say which permission it is, which not every engine does."""
        self._name = name
        return self

    @property
    def name(self) -> PermissionName:
        """``"camera"`` or ``"microphone"``."""
        return self._name

    @property
    def state(self) -> PermissionState:
        """``"granted"``, ``"denied"`` or ``"prompt"``, now."""
        return next(state for state in _STATES if state == self.js.state)

    def happened(self, event: ffi.JsObject) -> None:  # noqa: ARG002  (there is only ``change``)
        """Tell the listener that the state has changed."""
        if (listener := self.listener) is not None:
            listener.state_changed()


class GuessedPermission(PermissionHandle):
    """A permission in an engine that tells nothing: what captures so far have shown."""

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
        """``"granted"``, ``"denied"`` or ``"prompt"``, as far as is known."""
        return self._state

    def learn(self, state: PermissionState) -> None:
        """Take note of what a capture has shown."""
        if state != self._state:
            self._state = state
            if (listener := self.listener) is not None:
                listener.state_changed()


class Permissions:
    """The permissions of this page.

    Args:
        browser: The `navigator.permissions` of the page; None where there is none.
    """

    def __init__(self, browser: ffi.JsObject | None) -> None:
        self._browser = browser
        self._known: dict[PermissionName, BrowserPermission] = {}
        self._guessed: dict[PermissionName, GuessedPermission] = {
            name: GuessedPermission(name) for name in PERMISSION_NAMES
        }

    def query(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return the state of a permission: the browser's word, else the best guess."""
        return promise.started(self._query(name), name=f"query {name}")

    async def _query(self, name: PermissionName) -> PermissionHandle:
        if name in self._known:
            return self._known[name]
        if self._browser is None:
            return self._guessed[name]
        try:
            status = await ffi.awaited(self._browser.query(ffi.to_js({"name": name})))
        except (TypeError, DOMException):
            return self._guessed[name]  # The engine knows no permission of this name.
        # Each query gives another object; one of them is enough, and it is always up to date.
        return self._known.setdefault(name, ffi.wrapper_of(BrowserPermission, status).call(name))

    async def request(
        self,
        name: PermissionName,
        capture: Callable[[ffi.JsObject], asyncio.Future[None]],
    ) -> PermissionHandle:
        """Ask the user by opening a device for a moment: no browser asks in another way.

        Args:
            name: The permission.
            capture: Calls the browser's `getUserMedia`, and stops the tracks that it gives.
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
        """Take note of how a capture went, for engines that tell nothing.

        Args:
            kinds: What was asked for, of ``"audio"`` and ``"video"``.
            error: What it failed with, if it did.
        """
        asked = [self._guessed[INPUT_OF_TRACK[kind].permission] for kind in kinds]
        if error is None:
            for guess in asked:
                guess.learn("granted")
        elif isinstance(error, NotAllowedError) and len(asked) == 1:
            # The error does not tell a denial from a question that the user has closed, and after
            # the latter the browser asks again. Of two permissions, it does not tell which.
            asked[0].learn("prompt")
