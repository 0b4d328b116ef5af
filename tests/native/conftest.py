"""The library as a desktop program sees it: the real drivers, and permission granted."""

from __future__ import annotations

import signal
import tempfile
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaDevices, navigator
from mediadevices.current_agent import use_agent
from mediadevices_native.agent import create_agent

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Let Ctrl-C do its work also where it is ignored, as in the background of a shell."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def media_devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[MediaDevices]:
    """`navigator.media_devices` over the devices of this machine; permissions are granted."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_DATA_HOME", folder)
        environment = {
            "MEDIADEVICES_ALLOW": "camera,microphone",
            "MEDIADEVICES_APPLICATION": "tests",
        }
        agent = create_agent(environment=environment)
        with use_agent(agent):
            yield navigator.media_devices
        agent.close()
