"""URLs of streams, which programs gave to media elements before `srcObject` existed.

Browsers no longer play such URLs. Here a URL is a key of a table in this module.
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
    """The URLs of streams (28 June 2012); `mediadevices.legacy.URL` is the only instance."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<URL>"

    def create_object_url(self, stream: MediaStream | mediadevices.MediaStream) -> str:
        """Return a new URL for a stream.

        As in a browser, the URL keeps the stream alive until it is revoked.

        Args:
            stream: The stream, old or current.

        Returns:
            The URL, for `attach_url` and `stream_for_url`.

        Raises:
            TypeError: The argument is not a stream.
        """
        modern_stream(stream, "create_object_url: stream")
        url = f"blob:mediadevices/{uuid.uuid4()}"
        _streams[url] = stream
        return url

    def revoke_object_url(self, url: str) -> None:
        """Revoke a URL; an unknown URL is ignored. Elements that play the stream go on.

        Args:
            url: The URL.

        Raises:
            TypeError: The URL is not a string.
        """
        _streams.pop(conversion.string(url, "revoke_object_url: url"), None)


URL = ObjectURLs()
"""The only `ObjectURLs`: ``URL.create_object_url(stream)``."""


def stream_for_url(url: str) -> MediaStream | mediadevices.MediaStream | None:
    """Return the stream of a URL; not in the drafts.

    Args:
        url: The URL.

    Returns:
        The stream; None if the URL is unknown or was revoked.

    Raises:
        TypeError: The URL is not a string.
    """
    return _streams.get(conversion.string(url, "stream_for_url: url"))


def attach_url(element: object, url: str) -> asyncio.Future[None]:
    """Play a stream in an element of the page, as ``element.src = url`` did; not in the drafts.

    The stream becomes the `srcObject` of the element.

    Args:
        element: The ``<video>`` or ``<audio>`` element, from ``js.document``.
        url: The URL.

    Returns:
        A future that is done when the element has the metadata; see `attach`.

    Raises:
        TypeError: The URL is not a string.
        ValueError: The URL is unknown or was revoked.
        Exception: (through the future) Any exception of `attach`.
    """
    if (stream := stream_for_url(url)) is None:
        message = f"attach_url: {short_repr(url)} is unknown or was revoked"
        raise ValueError(message)
    return mediadevices.attach(modern_stream(stream, "attach_url"), element)
