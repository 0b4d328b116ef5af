"""Asks the library's local agent, on fake devices like Chromium's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from mediadevices import DOMException, MediaStreamTrack, navigator
from mediadevices.driver import AudioMode, VideoMode
from mediadevices.errors import OverconstrainedError
from mediadevices.testing import FakeCamera, FakeMicrophone, ManualClock, install_fake_devices
from tools.oracle.outcomes import Outcome, Settings, comparable_settings, ids_of
from tools.oracle.questions import Kind, Question, replace_ids

__all__ = ["CAMERA_MODES", "FRAME_RATE", "ask_local"]

#: The rate that the flag in `support.browsers.chromium` sets.
FRAME_RATE = 60.0
#: The native sizes of Chromium's fake camera.
CAMERA_MODES = tuple(
    VideoMode(width, height, FRAME_RATE)
    for width, height in (
        *((96, 96), (320, 240), (640, 480), (1280, 720), (1920, 1080), (3840, 2160)),
    )
)
# Processed sound first: it is Chromium's default.
_MICROPHONE_MODES = (AudioMode(48000, 1), AudioMode(44100, 2))
_MICROPHONE_CONTROLS = {
    "echoCancellation": (True, False, "remote-only"),
    "autoGainControl": (True, False),
    "noiseSuppression": (True, False),
}


def ask_local(questions: Sequence[Question]) -> list[Outcome]:
    """Return the answers."""
    return asyncio.run(_ask(questions))


async def _ask(questions: Sequence[Question]) -> list[Outcome]:
    cameras = [FakeCamera(label=f"camera {n}", modes=CAMERA_MODES) for n in range(2)]
    microphones = [
        FakeMicrophone(
            label=f"microphone {n}", modes=_MICROPHONE_MODES, controls=_MICROPHONE_CONTROLS
        )
        for n in range(3)
    ]
    with install_fake_devices(cameras, microphones, clock=ManualClock()):
        ids = await _ids()
        return [await _answered(question, ids[question.kind]) for question in questions]


async def _ids() -> dict[Kind, dict[str, str]]:
    devices = navigator.media_devices
    stream = await devices.get_user_media({"audio": True, "video": True})
    for track in stream.get_tracks():
        track.stop()
    listed = await devices.enumerate_devices()
    kinds: tuple[Kind, Kind] = ("audio", "video")
    return {
        kind: ids_of(
            [(one.device_id, one.group_id) for one in listed if one.kind == f"{kind}input"]
        )
        for kind in kinds
    }


async def _answered(question: Question, ids: dict[str, str]) -> Outcome:
    kind, constraints = question.kind, replace_ids(question.constraints, ids)
    assert isinstance(constraints, Mapping), "replace_ids keeps mappings"
    first = constraints if question.call == "getUserMedia" else True
    track: MediaStreamTrack | None = None
    error: Exception | None = None
    try:
        stream = await navigator.media_devices.get_user_media({kind: first})
        [track] = stream.get_tracks()
        if question.call == "applyConstraints":
            await track.apply_constraints(constraints)
    except (DOMException, TypeError) as raised:
        error = raised
    settings: Settings = {}
    if track is not None:
        settings = comparable_settings(kind, track.get_settings(), ids)
        track.stop()
    name = error.name if isinstance(error, DOMException) else type(error).__name__
    constraint = error.constraint if isinstance(error, OverconstrainedError) else ""
    return Outcome(name if error is not None else "", constraint, settings)
