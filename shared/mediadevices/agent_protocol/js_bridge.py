"""The bridge to JavaScript: what only a web page's agent can do.

The browser's agent and its handles have these base classes; other agents have none of them.
Only `js_part` checks for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from mediadevices.errors import NotSupportedError

if TYPE_CHECKING:
    import asyncio

    from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle

__all__ = ["JsBridge", "JsHandle", "JsStreamHandle", "js_part"]


class JsHandle(ABC):
    """A handle of an object that JavaScript can use."""

    __slots__ = ()

    @property
    @abstractmethod
    def js(self) -> Any:  # Any: the type checkers do not know JavaScript's objects
        """The browser's object."""


class JsStreamHandle(JsHandle):
    """A stream that an element of the page can show."""

    __slots__ = ()

    @abstractmethod
    def show_in(self, element: object) -> asyncio.Future[None]:
        """Show the stream in a media element of the page; see `mediadevices.attach`."""


class JsBridge(JsHandle):
    """An agent that takes streams and tracks from JavaScript."""

    __slots__ = ()

    @abstractmethod
    def stream_from_js(self, js: object) -> StreamHandle:
        """Return the handle of a JavaScript `MediaStream`.

        Raises:
            TypeError: The object is not a stream.
        """

    @abstractmethod
    def track_from_js(self, js: object) -> TrackHandle:
        """Return the handle of a JavaScript `MediaStreamTrack`.

        Raises:
            TypeError: The object is not a track.
        """


_J = TypeVar("_J", bound=JsHandle)


def js_part(owner: object, part: type[_J]) -> _J:
    """Check that an agent or handle supports JavaScript, and return it.

    Args:
        owner: The agent or handle.
        part: The base class that it must have.

    Raises:
        NotSupportedError: It does not have that base class.
    """
    if not isinstance(owner, part):
        message = "JavaScript objects exist only in a web page, and not for fake devices"
        raise NotSupportedError(message)
    return owner
