"""navigator.getUserMedia of the Working Drafts of 28 June 2012 and 16 May 2013."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from conformance.legacy.capturing import capture, failure
from conformance.media import no_event, read, until
from mediadevices import (
    AbortError,
    NotAllowedError,
    NotFoundError,
    NotReadableError,
    NotSupportedError,
    OverconstrainedError,
    UnknownConstraintWarning,
    legacy,
    navigator,
)

if TYPE_CHECKING:
    from conformance.environment import Environment

pytestmark = pytest.mark.lanes("cpython", "node", "native")


async def test_success_returns_a_local_stream() -> None:
    async with capture(video=True, audio=True) as stream:
        assert isinstance(stream, legacy.MediaStream)
        assert [len(stream.audio_tracks), len(stream.video_tracks)] == [1, 1]
        assert await read(stream.video_tracks[0].modern)
        assert not stream.ended


async def test_the_names_of_the_draft_work_everywhere() -> None:
    called: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    legacy.navigator.getUserMedia({"video": True}, called.set_result, called.set_exception)
    async with asyncio.timeout(10):
        stream = await called
    track = stream.videoTracks.item(0)
    assert stream.getVideoTracks() == [track]
    assert track.readyState == track.LIVE
    stream.stop()


@pytest.mark.needs("answer")
async def test_the_user_denies_permission(environment: Environment) -> None:
    await environment.answer("deny")
    error = await failure(video=True)
    assert (error.name, error.code) == ("PERMISSION_DENIED", error.PERMISSION_DENIED)
    assert error.message
    assert error.constraint_name is None
    assert isinstance(error.__cause__, NotAllowedError)


@pytest.mark.needs("answer")
@pytest.mark.untidy_loop("the prompt stays open")
async def test_the_user_never_answers(environment: Environment) -> None:
    await environment.answer("leave open")
    calls: list[object] = []
    legacy.navigator.get_user_media({"video": True}, calls.append, calls.append)
    await no_event(calls)


async def test_a_mandatory_constraint_that_no_device_satisfies() -> None:
    for name in ("minWidth", "min_width"):
        error = await failure(video={"mandatory": {name: 100_000_000}})
        assert error.name == "CONSTRAINT_NOT_SATISFIED"
        assert error.constraint_name == name
        assert isinstance(error.__cause__, OverconstrainedError)
        assert error.__cause__.constraint == "width"
    for name in ("sourceId", "group_id"):
        error = await failure(video={"mandatory": {name: ""}})
        assert (error.name, error.constraint_name) == ("CONSTRAINT_NOT_SATISFIED", name)


async def test_an_unknown_mandatory_constraint() -> None:
    error = await failure(video={"mandatory": {"width": 640, "sparkle": True}})
    assert (error.name, error.constraint_name) == ("CONSTRAINT_NOT_SATISFIED", "sparkle")
    assert isinstance(error.__cause__, OverconstrainedError)


@pytest.mark.needs("answer")
async def test_impossible_constraints_cause_no_prompt(environment: Environment) -> None:
    await environment.answer("deny")
    error = await failure(audio={"mandatory": {"width": 640}})
    assert error.name == "CONSTRAINT_NOT_SATISFIED"


async def test_mandatory_constraints_hold() -> None:
    mandatory = {"minWidth": 300, "maxWidth": 330, "frameRate": 10}
    async with capture(video={"mandatory": mandatory}) as stream:
        states = stream.video_tracks[0].states()
        assert 300 <= states.width <= 330
        assert states.frame_rate == 10


async def test_optional_constraints_hold_in_order_if_they_can() -> None:
    optional = [
        {"sparkle": 1},
        {"sourceId": ""},
        {"width": 320},
        {"minWidth": 640},
        {"maxFrameRate": 7},
    ]
    async with capture(video={"optional": optional}) as stream:
        states = stream.video_tracks[0].states()
        assert states.width == 320
        assert states.frame_rate <= 7


@pytest.mark.needs("two cameras")
async def test_the_mandatory_source_is_selected(environment: Environment) -> None:
    await environment.set_cameras(2)
    async with capture(video=True) as stream:
        first = stream.video_tracks[0].states().source_id
    infos = await navigator.media_devices.enumerate_devices()
    cameras = [info.device_id for info in infos if info.kind == "videoinput"]
    (other,) = set(cameras) - {first}
    async with capture(video={"mandatory": {"sourceId": other}}) as stream:
        assert stream.video_tracks[0].states().source_id == other
    error = await failure(video={"mandatory": {"sourceId": "nobody"}})
    assert error.constraint_name == "sourceId"


@pytest.mark.needs("controls")
async def test_constraints_that_cannot_be_required_today_are_still_required(
    environment: Environment,
) -> None:
    await environment.add_controls()
    async with capture(video={"mandatory": {"zoom": 2, "width": 320}}) as stream:
        states = stream.video_tracks[0].states()
        assert (states["zoom"], states.width) == (2, 320)
    error = await failure(video={"mandatory": {"minZoom": 9}, "optional": [{"width": 320}]})
    assert (error.name, error.constraint_name) == ("CONSTRAINT_NOT_SATISFIED", "minZoom")


@pytest.mark.needs("unplug")
async def test_no_device(environment: Environment) -> None:
    await environment.unplug("camera")
    error = await failure(video=True)
    assert error.name == "NO_DEVICES_FOUND"
    assert isinstance(error.__cause__, NotFoundError)


@pytest.mark.needs("busy", "failure")
@pytest.mark.parametrize(("reason", "cause"), [("busy", NotReadableError), ("error", AbortError)])
async def test_a_device_that_does_not_work(
    environment: Environment, reason: str, cause: type[Exception]
) -> None:
    await environment.fail_to_open("camera", reason)
    error = await failure(video=True)
    assert error.name == "HARDWARE_UNAVAILABLE"
    assert isinstance(error.__cause__, cause)


async def test_nothing_is_requested() -> None:
    error = await failure()
    assert error.name == "NOT_SUPPORTED_ERR"
    assert isinstance(error.__cause__, NotSupportedError)


@pytest.mark.needs("answer")
async def test_without_an_error_callback_the_log_has_the_failure(
    environment: Environment, caplog: pytest.LogCaptureFixture
) -> None:
    await environment.answer("deny")
    calls: list[object] = []
    with caplog.at_level(logging.WARNING, logger="mediadevices"):
        legacy.navigator.get_user_media({"video": True}, calls.append)
        await until(lambda: bool(caplog.records))
    (record,) = caplog.records
    assert "PERMISSION_DENIED" in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], NotAllowedError)
    assert calls == []


@pytest.mark.needs("answer")
async def test_without_a_success_callback_nothing_happens(environment: Environment) -> None:
    await environment.answer("deny")
    calls: list[object] = []
    legacy.navigator.get_user_media({"video": True}, None, calls.append)
    # A later request has finished, and the first one has called no callback.
    assert (await failure(video=True)).name == "PERMISSION_DENIED"
    assert calls == []


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"video": 5}, "video: expected True, False or a mapping"),
        (
            {"video": {"mandatory": {"width": "wide"}}},
            r"mandatory\.width: expected a number",
        ),
        ({"video": {"mandatory": {"zoom": "near"}}}, r"zoom.*expected a number"),
        (
            {"video": {"mandatory": {"width": {"ideal": 320}}}},
            r"width: expected a number, or a",
        ),
        ({"video": {"optional": [{"width": "wide"}]}}, r"optional\[0\]\.width: expected a number"),
    ],
)
async def test_a_value_of_the_wrong_type_is_an_error_of_the_call(
    constraints: dict[str, object], message: str
) -> None:
    calls: list[object] = []
    with pytest.raises(TypeError, match=message):
        legacy.navigator.get_user_media(constraints, calls.append, calls.append)
    await asyncio.sleep(0)
    assert calls == []


@pytest.mark.parametrize("callbacks", [("success", print), (print, "error"), (5, None)])
async def test_a_callback_must_be_callable(callbacks: tuple[object, object]) -> None:
    with pytest.raises(TypeError, match="expected a function"):
        legacy.navigator.get_user_media({"video": True}, *callbacks)


async def test_a_constraint_outside_the_sections_causes_a_warning() -> None:
    calls: list[legacy.LocalMediaStream] = []
    with pytest.warns(UnknownConstraintWarning, match=r"video\.width: ignored") as caught:
        legacy.navigator.get_user_media({"video": {"width": 640}}, calls.append)
    assert caught[0].filename == __file__
    await until(lambda: bool(calls))
    calls[0].stop()


async def test_an_exception_in_a_callback_reaches_the_event_loop() -> None:
    reported: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.set_result(context["exception"]))

    def broken(stream: legacy.LocalMediaStream) -> None:
        stream.stop()
        raise ValueError("broken")

    legacy.navigator.get_user_media({"video": True}, broken, print)
    async with asyncio.timeout(10):
        assert isinstance(await reported, ValueError)


async def test_callbacks_can_be_coroutine_functions() -> None:
    got: list[object] = []

    async def take(outcome: object) -> None:
        await asyncio.sleep(0)
        got.append(outcome)

    legacy.navigator.get_user_media({"video": True}, take, print)
    await until(lambda: len(got) == 1)
    (stream,) = got
    assert isinstance(stream, legacy.LocalMediaStream)
    stream.stop()
    impossible = {"mandatory": {"minWidth": 100_000_000}}
    legacy.navigator.get_user_media({"video": impossible}, print, take)
    await until(lambda: len(got) == 2)
    assert isinstance(got[1], legacy.NavigatorUserMediaError)


async def test_an_exception_in_a_coroutine_function_reaches_the_event_loop() -> None:
    reported: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.set_result(context["exception"]))

    async def broken(stream: legacy.LocalMediaStream) -> None:
        stream.stop()
        await asyncio.sleep(0)
        raise ValueError("broken")

    legacy.navigator.get_user_media({"video": True}, broken, print)
    async with asyncio.timeout(10):
        assert isinstance(await reported, ValueError)
