"""`Navigator`: where a program starts (§9, §10)."""

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

# idl: own navigator: what is a global in a page is a name to import here.
# idl: without WorkerNavigator: no engine has devices in workers.

# An object that nobody holds can be made anew: nobody can tell.
_permissions: WeakValueDictionary[Agent, Permissions] = WeakValueDictionary()
_WHERE = "in a callback of get_user_media"


class Navigator(Interface):
    """The entry to everything: `mediadevices.navigator` is the one there is."""

    # idl: own get_user_media: the form with callbacks, which the standard's text still has (§10.3)
    #   and its IDL has not any more.

    __slots__ = ()

    def __init__(self, *_arguments: object) -> None:
        message = "Navigator has no constructor; it is mediadevices.navigator"
        raise TypeError(message)

    def __repr__(self) -> str:
        return "<Navigator>"

    @property
    def media_devices(self) -> MediaDevices:
        """The devices; the same object as long as the same agent stands behind it."""
        return wrap_handle(MediaDevices, current_agent())

    @property
    def permissions(self) -> Permissions:
        """What the program may do; the same object as long as the same agent stands behind it."""
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
        """Do what `MediaDevices.get_user_media` does, in the form with callbacks (§10.3).

        Args:
            constraints: As there.
            success_callback: Called with the stream; it may be a coroutine function.
            error_callback: Called with the error, a `DOMException` or `TypeError`; likewise.

        Raises:
            TypeError: A callback cannot be called.
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
            except Exception as error:  # noqa: BLE001  (the program's callback judges it)
                invoke(error_callback, _WHERE, error)
            else:
                invoke(success_callback, _WHERE, stream)

        promise.started(run(), name="navigator.get_user_media")


navigator = Navigator.__new__(Navigator)
"""The one `Navigator`: where every program starts."""
