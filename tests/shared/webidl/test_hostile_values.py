"""Hostile values: none causes a hang, a crash or a huge message in any public function.

Each value is either accepted or a `TypeError` with a message of bounded length. Constraints can
also be unsatisfiable.
"""

from __future__ import annotations

import asyncio
import math
import sys
import warnings
from collections.abc import Awaitable
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, NoReturn

import pytest

from mediadevices import (
    AudioData,
    DeviceChangeEvent,
    Event,
    EventTarget,
    MediaStream,
    MediaStreamTrackEvent,
    MediaStreamTrackProcessor,
    OverconstrainedError,
    VideoFrame,
    VideoTrackGenerator,
    legacy,
    navigator,
)
from mediadevices.testing import install_fake_devices

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from mediadevices import MediaStreamTrack

#: Freeing a deeper value overflows the stack of Pyodide itself.
DEEP = 500 if sys.platform == "emscripten" else 5000
LONGEST_MESSAGE = 700  # with a path and a list of the expected names


class Failing:
    """An object whose methods all fail."""

    def _fail(self, *_: object) -> NoReturn:
        raise ZeroDivisionError

    __repr__ = __str__ = __len__ = __hash__ = __bool__ = _fail
    __float__ = __int__ = __index__ = __round__ = __trunc__ = _fail
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _fail  # type: ignore[assignment]  # on purpose


@Real.register
class FailingNumber(Failing):
    """A registered number whose methods all fail."""


class FailingInteger(int):
    """An int that cannot be converted."""

    __repr__ = __float__ = __int__ = __index__ = Failing._fail


class FailingFloat(float):
    """A float that cannot be converted."""

    __repr__ = __float__ = __int__ = Failing._fail


class FailingText(str):
    """A str that cannot be converted."""

    __slots__ = ()
    __repr__ = __str__ = Failing._fail


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"advanced": [value]}
    return value


def endless() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


INVALID_NUMBERS = {
    "Failing": Failing(),
    "FailingNumber": FailingNumber(),
    "FailingFloat": FailingFloat(4),
    "nested": nested(DEEP),
    "nested list": [[nested(DEEP)]],
    "endless": endless(),
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
    "huge": 10**5000,
    "-huge": -(10**5000),
    "huge fraction": Fraction(10**5000, 3),
    "1e308": 1e308,
    "long text": "x" * 10**6,
    "long bytes": b"x" * 10**6,
    "long list": [0] * 10**6,
    "FailingText": FailingText("x"),
    "a list of Failing": [Failing()],
    "a mapping of Failing": {"min": Failing(), "exact": Failing()},
    "a long name": {"x" * 10**6: 1},
    "a name that fails": {FailingText("width"): 1},
    "no name": {Failing: 1},
}
VALUES = {
    **INVALID_NUMBERS,
    "FailingInteger": FailingInteger(4),
    "0": 0,
    "-1": -1,
    "1e-300": 1e-300,
    "2**31": 2**31,
    "2**63 - 1": 2**63 - 1,
}


def frame(**more: object) -> VideoFrame:
    init = {"format": "RGBA", "coded_width": 2, "coded_height": 2, "timestamp": 0}
    return VideoFrame(bytes(16), {**init, **more})


def block(**more: object) -> AudioData:
    init = {"format": "s16", "sample_rate": 8000, "number_of_frames": 2, "number_of_channels": 1}
    return AudioData({**init, "timestamp": 0, "data": bytes(4), **more})


def capture(**constraints: object) -> object:
    return navigator.media_devices.get_user_media(constraints)


def old_capture(**constraints: object) -> object:
    """Return a future with the result of the old interface's callbacks."""
    outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    legacy.navigator.get_user_media(constraints, outcome.set_result, outcome.set_result)
    return outcome


#: Functions with a number that is a size or a duration, so it has limits.
NUMBERS: dict[str, Callable[[object], object]] = {
    "coded_width": lambda value: frame(coded_width=value),
    "coded_height": lambda value: frame(coded_height=value),
    "display_width": lambda value: frame(display_width=value, display_height=2),
    "rect": lambda value: frame(visible_rect={"x": 0, "y": 0, "width": value, "height": 1}),
    "layout": lambda value: frame(layout=[{"offset": 0, "stride": value}]),
    "copied layout": lambda value: frame().copy_to(
        bytearray(16), layout=[{"offset": value, "stride": 8}]
    ),
    "sample_rate": lambda value: block(sample_rate=value),
    "number_of_frames": lambda value: block(number_of_frames=value),
    "number_of_channels": lambda value: block(number_of_channels=value),
    "max_buffer_size": lambda value: _track().frames(max_buffer_size=value).__anext__(),
}
#: Functions with a number that is only stored.
TIMES: dict[str, Callable[[object], object]] = {
    "timestamp of a frame": lambda value: frame(timestamp=value),
    "duration": lambda value: frame(duration=value),
    "rotation": lambda value: frame(rotation=value),
    "timestamp of a block": lambda value: block(timestamp=value),
}
OTHERS: dict[str, Callable[[object], object]] = {
    "data of a frame": lambda value: VideoFrame(value, frame_init()),
    "init": lambda value: VideoFrame(bytes(16), value),
    "format": lambda value: frame(format=value),
    "rect as a whole": lambda value: frame(visible_rect=value),
    "layout as a whole": lambda value: frame(layout=value),
    "flip": lambda value: frame(flip=value),
    "transfer": lambda value: frame(transfer=value),
    "destination": lambda value: frame().copy_to(value),
    "options": lambda value: frame().copy_to(bytearray(16), value),
    "converted": lambda value: block().converted(value),
    "data of a block": lambda value: block(data=value),
    "destination of a block": lambda value: block().copy_to(value),
    "type of an event": Event,
    "init of an event": lambda value: Event("a", value),
    "bubbles": lambda value: Event("a", {"bubbles": value}),
    "track of an event": lambda value: MediaStreamTrackEvent("a", {"track": value}),
    "devices of an event": lambda value: DeviceChangeEvent("a", {"devices": value}),
    "type of a listener": lambda value: EventTarget().add_event_listener(value, print),
    "listener": lambda value: EventTarget().add_event_listener("a", value),
    "options of a listener": lambda value: EventTarget().add_event_listener("a", print, value),
    "event": lambda value: EventTarget().dispatch_event(value),
    "handler": lambda value: setattr(navigator.media_devices, "ondevicechange", value),
    "tracks": MediaStream,
    "track id": lambda value: MediaStream().get_track_by_id(value),
    "track": lambda value: MediaStream().add_track(value),
    "processor": MediaStreamTrackProcessor,
    "format to read in": lambda value: _track().frames(format=value).__anext__(),
    "muted": lambda value: setattr(VideoTrackGenerator(), "muted", value),
    "write": lambda value: VideoTrackGenerator().writable.get_writer().write(value),
    "enabled": lambda value: setattr(_track(), "enabled", value),
    "content_hint": lambda value: setattr(_track(), "content_hint", value),
    "permission": lambda value: navigator.permissions.query(value),  # noqa: PLW0108  (looks up `navigator` at the call)
    "name of a permission": lambda value: navigator.permissions.query({"name": value}),
    "policy": lambda value: navigator.permissions.set_policy(camera=value),
    "prompter": lambda value: setattr(navigator.permissions, "prompter", value),
}
CONSTRAINTS: dict[str, Callable[[object], object]] = {
    "constraints": lambda value: navigator.media_devices.get_user_media(value),  # noqa: PLW0108  (looks up `navigator` at the call)
    "video": lambda value: capture(video=value),
    "width": lambda value: capture(video={"width": value}),
    "width.min": lambda value: capture(video={"width": {"min": value}}),
    "frameRate.exact": lambda value: capture(video={"frameRate": {"exact": value}}),
    "frameRate.ideal": lambda value: capture(video={"frameRate": {"ideal": value}}),
    "facingMode": lambda value: capture(video={"facingMode": value}),
    "deviceId": lambda value: capture(video={"deviceId": {"exact": value}}),
    "deviceId list": lambda value: capture(video={"deviceId": {"exact": [value]}}),
    "echoCancellation": lambda value: capture(audio={"echoCancellation": {"exact": value}}),
    "zoom": lambda value: capture(video={"zoom": value}),
    "advanced": lambda value: capture(video={"advanced": value}),
    "advanced set": lambda value: capture(video={"advanced": [value]}),
    "advanced frameRate": lambda value: capture(video={"advanced": [{"frameRate": value}]}),
    "applied": lambda value: _track().apply_constraints(value),
    "applied frameRate": lambda value: _track().apply_constraints({"frameRate": {"exact": value}}),
    "old constraints": lambda value: legacy.navigator.get_user_media(value, print, print),
    "old video": lambda value: old_capture(video=value),
    "mandatory": lambda value: old_capture(video={"mandatory": value}),
    "mandatory width": lambda value: old_capture(video={"mandatory": {"width": value}}),
    "two mandatory widths": lambda value: old_capture(
        video={"mandatory": {"width": {"min": value, "max": value}, "minWidth": value}}
    ),
    "two mandatory ids": lambda value: old_capture(
        video={"mandatory": {"sourceId": value, "deviceId": nested(DEEP)}}
    ),
    "minFrameRate": lambda value: old_capture(video={"mandatory": {"minFrameRate": value}}),
    "optional": lambda value: old_capture(video={"optional": value}),
    "optional set": lambda value: old_capture(video={"optional": [value]}),
    "optional width": lambda value: old_capture(video={"optional": [{"width": value}]}),
}


def frame_init() -> dict[str, object]:
    return {"format": "RGBA", "coded_width": 2, "coded_height": 2, "timestamp": 0}


_tracks: list[MediaStreamTrack] = []


def _track() -> MediaStreamTrack:
    return _tracks[0]


@pytest.fixture
def devices() -> Generator[None]:
    with install_fake_devices(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


async def error_of(function: Callable[[object], object], value: object) -> Exception | None:
    """Call a function with a value, and return its error; it must finish soon."""
    try:
        result = function(value)
        if isinstance(result, Awaitable):
            async with asyncio.timeout(20):
                result = await result
    except (TypeError, OverconstrainedError) as error:
        return error
    if isinstance(result, MediaStream):
        for track in result.get_tracks():
            track.stop()
    if isinstance(result, legacy.LocalMediaStream):
        result.stop()
    return result if isinstance(result, legacy.NavigatorUserMediaError) else None


async def errors_of(
    function: Callable[[object], object], values: Mapping[str, object]
) -> dict[str, Exception | None]:
    """Call a function with each value while a track is live, and return the errors."""
    found: dict[str, Exception | None] = {}
    async with await navigator.media_devices.get_user_media(video=True) as stream:
        _tracks[:] = stream.get_tracks()
        for name, value in values.items():
            try:
                error = found[name] = await error_of(function, value)
            except Exception as error:
                error.add_note(f"for {name}")
                raise
            if error is not None:
                text = "\n".join([str(error), *getattr(error, "__notes__", ())])
                assert len(text) < LONGEST_MESSAGE, f"for {name}: {text[:LONGEST_MESSAGE]}"
    return found


@pytest.mark.usefixtures("devices")
@pytest.mark.parametrize("place", NUMBERS)
async def test_a_number_that_does_not_fit_is_a_type_error(place: str) -> None:
    found = await errors_of(NUMBERS[place], INVALID_NUMBERS)
    assert {name for name, error in found.items() if not isinstance(error, TypeError)} == set()


@pytest.mark.usefixtures("devices")
@pytest.mark.parametrize("place", [*NUMBERS, *TIMES, *OTHERS, *CONSTRAINTS])
async def test_every_value_is_accepted_or_rejected_with_a_short_message(place: str) -> None:
    function = {**NUMBERS, **TIMES, **OTHERS, **CONSTRAINTS}[place]
    found = await errors_of(function, VALUES)
    if place != "transfer":  # it can be a list of anything
        assert isinstance(found["a list of Failing"], (TypeError, legacy.NavigatorUserMediaError))
