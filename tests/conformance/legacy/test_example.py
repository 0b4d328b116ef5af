"""The example of the draft of 28 June 2012, as `examples/snapshot_kiosk.py` has it."""

from __future__ import annotations

import asyncio
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.media import SECONDS, until

if TYPE_CHECKING:
    from types import ModuleType

    from conformance.environment import Environment

PROGRAM = Path(__file__).parents[3] / "examples" / "snapshot_kiosk.py"


def program() -> ModuleType:
    spec = util.spec_from_file_location("snapshot_kiosk", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def opened(monitor: object = None) -> Any:
    """Return a kiosk after its request for a stream has succeeded or failed."""
    kiosk = program().SnapshotKiosk(monitor)
    async with asyncio.timeout(SECONDS):
        await kiosk.decided.wait()
    return kiosk


async def test_the_kiosk_takes_a_snapshot_until_it_is_closed() -> None:
    kiosk = await opened()
    assert kiosk.message == ""
    (track,) = kiosk.stream.video_tracks
    async with asyncio.timeout(SECONDS):
        with await kiosk.snapshot() as photo:
            states = track.states()
            assert (photo.display_width, photo.display_height) == (states.width, states.height)
    kiosk.close()
    assert kiosk.stream.ended


@pytest.mark.needs("permission")
async def test_a_visitor_who_denies_sees_the_message(environment: Environment) -> None:
    await environment.set_permission("camera", "denied")
    kiosk = await opened()
    assert kiosk.message == "No camera available."
    with pytest.raises(RuntimeError, match="No camera available"):
        await kiosk.snapshot()


@pytest.mark.needs("unplug")
async def test_the_kiosk_closes_when_the_camera_is_unplugged(environment: Environment) -> None:
    kiosk = await opened()
    await environment.unplug("camera")
    await until(lambda: kiosk.stream is None)
    assert kiosk.message == "No camera available."


@pytest.mark.lanes("chromium", "firefox", "webkit")
async def test_the_monitor_shows_the_camera() -> None:
    monitor: Any = import_module("js").document.createElement("video")
    monitor.muted = monitor.autoplay = monitor.playsInline = True
    kiosk = await opened(monitor)
    async with asyncio.timeout(SECONDS):
        await kiosk.shown
    (track,) = kiosk.stream.video_tracks
    assert monitor.srcObject.getVideoTracks()[0].id == track.modern.js.id
    assert (monitor.videoWidth, monitor.videoHeight) == (
        track.states().width,
        track.states().height,
    )
    kiosk.close()
    monitor.srcObject = None
