"""Where a browser gives no devices the error says why, and what to do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from mediadevices import NotSupportedError, navigator
from mediadevices.testing import install_fake_devices

pytestmark = pytest.mark.lanes("chromium")


def why() -> str:
    from mediadevices_pyodide.agent import create_agent

    with pytest.raises(NotSupportedError) as caught:
        create_agent()
    return str(caught.value)


@pytest.mark.browser("insecure")
async def test_a_page_without_https_is_told_of_https() -> None:
    with pytest.raises(NotSupportedError, match="https, or from http://localhost"):
        _ = navigator.media_devices
    with install_fake_devices():
        stream = await navigator.media_devices.get_user_media(video=True)
        stream.get_tracks()[0].stop()


@pytest.mark.lanes("node")
def test_node_is_no_web_page() -> None:
    assert "this is no web page" in why()
    assert "install_fake_devices() works everywhere" in why()


class Somewhere:
    """A global object with nothing but what is given."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Somewhere(WorkerGlobalScope=object), "runs in a worker"),
        (Somewhere(document=object, isSecureContext=True), r'<iframe allow="camera; microphone">'),
    ],
)
def test_other_places_are_told_apart(
    place: Somewhere, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("mediadevices_pyodide.ffi"), "window", place)
    assert reason in why()
