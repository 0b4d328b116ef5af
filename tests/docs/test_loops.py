"""Event loops other than asyncio's own: what works, and what says that it does not."""

import pytest

import mediadevices
from mediadevices.testing import install_fake_devices


def test_trio_is_refused_by_name():
    trio = pytest.importorskip("trio")

    async def main():
        with pytest.raises(mediadevices.InvalidStateError, match=r"trio is not supported.*asyncio"):
            await mediadevices.navigator.media_devices.get_user_media({"video": True})

    with install_fake_devices():
        trio.run(main)


def test_outside_trio_the_missing_loop_is_named():
    pytest.importorskip("trio")
    with (
        install_fake_devices(),
        pytest.raises(mediadevices.InvalidStateError, match="no event loop is running"),
    ):
        mediadevices.navigator.media_devices.get_user_media({"video": True})
