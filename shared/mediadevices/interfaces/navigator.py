"""`Navigator`: the entry point of the API (§9, §10)."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakValueDictionary

from mediadevices.agent_protocol.agent import Agent
from mediadevices.current_agent import current_agent
from mediadevices.interfaces.dictionaries import MediaStreamConstraints
from mediadevices.interfaces.handle_backed import wrap_handle
from mediadevices.interfaces.media_devices import MediaDevices
from mediadevices.interfaces.media_stream import MediaStream
from mediadevices.interfaces.permissions import Permissions, permissions_of
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.callbacks import invoke
from mediadevices.webidl.interface import Interface

__all__ = ["Navigator", "navigator"]

# idl: own navigator: a global variable in a page, here a name to import.
# idl: without WorkerNavigator: no engine supports devices in workers.

# Weak: an unreferenced object can be replaced by an equal one.
_permissions: WeakValueDictionary[Agent, Permissions] = WeakValueDictionary()
_WHERE = "in a callback of get_user_media"


class Navigator(Interface):
    """The entry point of the API; `mediadevices.navigator` is the only instance."""

    # idl: own get_user_media: the form with callbacks. The text of the standard still has it
    #   (§10.3), its IDL no longer does.

    __slots__ = ()

    def __init__(self, *_arguments: object) -> None:
        message = "Navigator has no constructor; use mediadevices.navigator"
        raise TypeError(message)

    def __repr__(self) -> str:
        return "<Navigator>"

    @property
    def media_devices(self) -> MediaDevices:
        """The devices: the same object as long as the same agent is in use."""
        return wrap_handle(MediaDevices, current_agent())

    @property
    def permissions(self) -> Permissions:
        """The permissions of the program: the same object as long as the same agent is in use."""
        agent = current_agent()
        if (permissions := _permissions.get(agent)) is None:
            permissions = _permissions[agent] = permissions_of(agent)
        return permissions

    def get_user_media(
        self,
        constraints: MediaStreamConstraints,
        success_callback: Callable[[MediaStream], object],
        error_callback: Callable[[Exception], object],
    ) -> None:
        """Call `MediaDevices.get_user_media`, and pass the result to a callback (§10.3).

        Args:
            constraints: The constraints of `MediaDevices.get_user_media`.
            success_callback: A function or coroutine function, called with the stream.
            error_callback: A function or coroutine function, called with the error, a
                `DOMException` or `TypeError`.

        Raises:
            TypeError: A callback is not callable.
        """
        for name, callback in (
            ("success_callback", success_callback),
            ("error_callback", error_callback),
        ):
            if not callable(callback):
                raise conversion.wrong_type(f"get_user_media: {name}", "a function", callback)

        async def run() -> None:
            try:
                stream = await self.media_devices.get_user_media(constraints)
            except Exception as error:  # noqa: BLE001  (the program's callback handles it)
                invoke(error_callback, _WHERE, error)
            else:
                invoke(success_callback, _WHERE, stream)

        promise.started(run(), name="navigator.get_user_media")


navigator = Navigator.__new__(Navigator)
"""The only `Navigator`, the entry point of the API."""
