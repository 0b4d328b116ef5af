"""Outside of a web page, everything that needs JavaScript fails with the same error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaStream, MediaStreamTrack, NotSupportedError, attach, navigator
from mediadevices.testing import install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def as_call(value: object) -> object:
    return value


NEEDS_JAVASCRIPT: dict[str, Callable[[MediaStream], Awaitable[object]]] = {
    "MediaStream.from_js": lambda _: as_call(MediaStream.from_js(object())),
    "MediaStreamTrack.from_js": lambda _: as_call(MediaStreamTrack.from_js(object())),
    "MediaStream.js": lambda stream: as_call(stream.js),
    "MediaStreamTrack.js": lambda stream: as_call(stream.get_tracks()[0].js),
    "attach": lambda stream: attach(stream, object()),
}


@pytest.mark.parametrize("name", NEEDS_JAVASCRIPT)
async def test_without_javascript_the_error_says_where_it_exists(name: str) -> None:
    with install_fake_devices():
        async with await navigator.media_devices.get_user_media(video=True) as stream:
            with pytest.raises(NotSupportedError, match="JavaScript objects exist only in a web"):
                await NEEDS_JAVASCRIPT[name](stream)
