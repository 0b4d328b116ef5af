"""The old `navigator`: `get_user_media` with callbacks."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable, Mapping

import mediadevices
from mediadevices import NotSupportedError, OverconstrainedError, UnknownConstraintWarning
from mediadevices.legacy.constraints import Request, translate
from mediadevices.legacy.error import NavigatorUserMediaError, old_error
from mediadevices.legacy.stream import LocalMediaStream, local_media_stream
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.callbacks import invoke
from mediadevices.webidl.interface import Interface

__all__ = ["Navigator", "navigator"]

_log = logging.getLogger("mediadevices")
_WHERE = "in a callback of the old get_user_media"


class Navigator(Interface):
    """The entry point of the old interface: `mediadevices.legacy.navigator`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<legacy.Navigator>"

    def get_user_media(
        self,
        constraints: Mapping[str, object] | None,
        success_callback: Callable[[LocalMediaStream], object] | None,
        error_callback: Callable[[NavigatorUserMediaError], object] | None = None,
    ) -> None:
        """Ask for permission to use a camera, a microphone, or both, and open them (28 June 2012).

        Args:
            constraints: ``{"video": …, "audio": …}``, each True, False or a mapping with
                ``mandatory``, a mapping of constraints, and ``optional``, a list of mappings with
                one constraint each.
            success_callback: A function or coroutine function, called with the stream. With None
                the call does nothing.
            error_callback: A function or coroutine function, called with the error. With None the
                error is only logged.

        Raises:
            TypeError: A callback is not callable, or a constraint has a value of the wrong type;
                the message names the path of the value.
            InvalidStateError: No event loop is running.

        Warns:
            UnknownConstraintWarning: A mapping has a member besides `mandatory` and `optional`.
        """
        for name, callback in (
            ("success_callback", success_callback),
            ("error_callback", error_callback),
        ):
            if callback is not None and not callable(callback):
                raise conversion.wrong_type(f"get_user_media: {name}", "a function", callback)
        if success_callback is None:
            return
        request, captured = _capture(constraints)
        for path in request.ignored:
            message = f"{path}: ignored; put constraints into `mandatory` or `optional`"
            warnings.warn(message, UnknownConstraintWarning, stacklevel=2)

        def deliver(outcome: asyncio.Future[mediadevices.MediaStream]) -> None:
            if outcome.cancelled():
                return
            if (error := outcome.exception()) is None:
                invoke(success_callback, _WHERE, local_media_stream(outcome.result()))
                return
            failure = old_error(error, _constraint_name(request, error))
            if error_callback is not None:
                invoke(error_callback, _WHERE, failure)
            else:
                _log.warning(
                    "get_user_media failed, and there is no error callback: %s: %s",
                    failure.name,
                    failure.message,
                    exc_info=error,
                )

        captured.add_done_callback(deliver)


def _capture(constraints: object) -> tuple[Request, asyncio.Future[mediadevices.MediaStream]]:
    """Start the capture that the old constraints request."""
    try:
        devices = mediadevices.navigator.media_devices
        request = translate(constraints, devices.get_supported_constraints())
    except (OverconstrainedError, NotSupportedError) as error:
        return Request(), promise.rejected(error)
    if not request.at_once:
        message = 'neither audio nor video is requested; pass {"video": True} or {"audio": True}'
        return request, promise.rejected(NotSupportedError(message))
    asked = devices.get_user_media(request.at_once)
    # Raise a TypeError at the call, instead of passing it to the callback.
    if asked.done() and isinstance(wrong := asked.exception(), TypeError):
        raise wrong
    if request.afterwards:
        asked = promise.started(_applied(asked, request.afterwards), "legacy get_user_media")
    return request, asked


async def _applied(
    asked: asyncio.Future[mediadevices.MediaStream],
    constraints: Mapping[str, Mapping[str, object]],
) -> mediadevices.MediaStream:
    """Apply the required constraints that the current `get_user_media` does not allow."""
    stream = await asked
    tracks = stream.get_tracks()
    try:
        for track in tracks:
            if track.kind in constraints:
                await track.apply_constraints(constraints[track.kind])
    except BaseException:
        for track in tracks:
            track.stop()
        raise
    return stream


def _constraint_name(request: Request, error: BaseException) -> str | None:
    if isinstance(error, OverconstrainedError):
        return request.old_name(error.constraint)
    return None


navigator = Navigator()
"""The only old `Navigator`."""
