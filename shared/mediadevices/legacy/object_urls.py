"""URLs of streams: how a stream came into an element before there was `srcObject`.

No browser plays such a URL any more. Here it is a name of the stream that only this module knows.
"""

from __future__ import annotations

import asyncio
import uuid

import mediadevices
from mediadevices.legacy.stream import MediaStream, modern_stream
from mediadevices.webidl import conversion
from mediadevices.webidl.interface import Interface
from mediadevices.webidl.short_repr import short_repr

__all__ = ["URL", "ObjectURLs", "attach_url", "stream_for_url"]

_streams: dict[str, MediaStream | mediadevices.MediaStream] = {}


class ObjectURLs(Interface):
    """The URLs of streams (28 June 2012): `mediadevices.legacy.URL` is the one there is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<URL>"

    def create_object_url(self, stream: MediaStream | mediadevices.MediaStream) -> str:
        """Return a new URL for a stream.

        As in a browser, the URL keeps the stream alive until it is revoked.

        Args:
            stream: The stream, old or of today's.

        Returns:
            The URL, for `attach_url` and `stream_for_url`.

        Raises:
            TypeError: It is no stream.
        """
        modern_stream(stream, "create_object_url: stream")
        url = f"blob:mediadevices/{uuid.uuid4()}"
        _streams[url] = stream
        return url

    def revoke_object_url(self, url: str) -> None:
        """Forget a URL; one that is not known is no error. What shows the stream goes on.

        Args:
            url: The URL.

        Raises:
            TypeError: It is no string.
        """
        _streams.pop(conversion.string(url, "revoke_object_url: url"), None)


URL = ObjectURLs()
"""The one `ObjectURLs`: ``URL.create_object_url(stream)``."""


def stream_for_url(url: str) -> MediaStream | mediadevices.MediaStream | None:
    """Return the stream that a URL was made for, or None; Python's own.

    Args:
        url: The URL.

    Raises:
        TypeError: It is no string.
    """
    return _streams.get(conversion.string(url, "stream_for_url: url"))


def attach_url(element: object, url: str) -> asyncio.Future[None]:
    """Do in a web page what ``element.src = url`` did; Python's own.

    The stream becomes the element's `srcObject`, which is how it gets there today.

    Args:
        element: The ``<video>`` or ``<audio>``, from ``js.document``.
        url: The URL.

    Returns:
        A future that is done when the element knows the size of the picture; see `attach`.

    Raises:
        TypeError: The URL is no string.
        ValueError: It is not of a stream, or was revoked.
        Exception: (through the future) What `attach` raises.
    """
    if (stream := stream_for_url(url)) is None:
        message = f"attach_url: {short_repr(url)} is no URL of a stream, or was revoked"
        raise ValueError(message)
    return mediadevices.attach(modern_stream(stream, "attach_url"), element)
