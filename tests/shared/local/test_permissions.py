"""Who is asked, when, how often; and that nothing is opened before the answer."""

from __future__ import annotations

import asyncio

import pytest

from mediadevices import NotAllowedError, PermissionRequest, navigator
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions import PermissionAuthority
from mediadevices.testing import FakeCamera, FakeDevices, FakeDriver, ManualClock


def ask(**constraints: object) -> asyncio.Future:
    return navigator.media_devices.get_user_media(constraints)


async def state(name: str) -> str:
    return (await navigator.permissions.query({"name": name})).state


async def test_camera_and_microphone_are_one_question(fakes: FakeDevices) -> None:
    async with await ask(video=True, audio=True):
        (request,) = fakes.requests
    assert request == PermissionRequest(
        ("microphone", "camera"),
        {
            "camera": ("Fake Camera 1",),
            "microphone": ("Fake Microphone 1", "Fake Microphone 2"),
        },
        "test",
    )


async def test_only_what_is_open_is_asked(fakes: FakeDevices) -> None:
    async with await ask(video=True):
        pass
    async with await ask(video=True, audio=True):
        assert [request.names for request in fakes.requests] == [("camera",), ("microphone",)]


async def test_no_device_is_opened_before_the_answer(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    devices = (*fakes.cameras, *fakes.microphones)
    fakes.answer = "leave open"
    promise = ask(video=True, audio=True)
    await clock.advance(3600)
    assert not promise.done()
    assert [device.opened for device in devices] == [0, 0, 0]
    assert await state("camera") == "prompt"
    devices_seen = await navigator.media_devices.enumerate_devices()
    assert {device.label for device in devices_seen} == {""}
    promise.cancel()
    with pytest.raises(asyncio.CancelledError):
        await promise
    fakes.answer = "grant"
    async with await ask(video=True):
        assert devices[0].opened == 1


async def test_no_device_is_opened_after_a_refusal(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    with pytest.raises(NotAllowedError, match="set_policy"):
        await ask(video=True, audio=True)
    assert [device.opened for device in (*fakes.cameras, *fakes.microphones)] == [0, 0, 0]
    assert await state("camera") == await state("microphone") == "denied"
    with pytest.raises(NotAllowedError):
        await ask(video=True)
    assert len(fakes.requests) == 1  # A refusal holds.


async def test_enumeration_opens_nothing_and_asks_nobody(fakes: FakeDevices) -> None:
    await navigator.media_devices.enumerate_devices()
    assert fakes.requests == []
    assert fakes.cameras[0].opened == 0


async def test_the_second_of_two_calls_waits_for_the_answer_to_the_first(
    fakes: FakeDevices,
) -> None:
    asked: list[PermissionRequest] = []
    answered = asyncio.Event()

    async def prompter(request: PermissionRequest) -> bool:
        asked.append(request)
        await answered.wait()
        return True

    navigator.permissions.prompter = prompter
    both = asyncio.gather(ask(video=True), ask(video=True))
    for _ in range(20):
        await asyncio.sleep(0)
    answered.set()
    first, second = await both
    async with first, second:
        assert len(asked) == 1


async def test_a_revoked_permission_ends_tracks_and_is_asked_for_again(
    fakes: FakeDevices, clock: ManualClock
) -> None:
    async with await ask(video=True) as stream:
        ended = asyncio.ensure_future(stream.get_tracks()[0].wait_for("ended", timeout=5))
        await asyncio.sleep(0)
        status = await navigator.permissions.revoke({"name": "camera"})
        assert status.state == "prompt"
        await ended
        await clock.advance(0)
        assert not fakes.cameras[0].is_open
    async with await ask(video=True):
        assert len(fakes.requests) == 2


async def test_a_policy_decides_without_asking(fakes: FakeDevices) -> None:
    navigator.permissions.set_policy(camera="grant", microphone="deny")
    async with await ask(video=True):
        assert fakes.requests == []
    with pytest.raises(NotAllowedError):
        await ask(audio=True)
    navigator.permissions.set_policy(microphone="ask")
    async with await ask(audio=True):
        assert len(fakes.requests) == 1


async def test_a_policy_is_one_of_three(fakes: FakeDevices) -> None:
    with pytest.raises(TypeError, match="set_policy: camera"):
        navigator.permissions.set_policy(camera="always")


async def test_a_permission_can_be_asked_for_alone(fakes: FakeDevices) -> None:
    status = await navigator.permissions.request({"name": "camera"})
    assert status.state == "granted"
    assert fakes.cameras[0].opened == 0
    fakes.answer = "deny"
    assert (await navigator.permissions.request({"name": "microphone"})).state == "denied"
    assert (await navigator.permissions.request({"name": "camera"})).state == "granted"
    assert len(fakes.requests) == 2


@pytest.mark.parametrize("descriptor", [None, {}, {"name": "geolocation"}, {"name": ["camera"]}])
@pytest.mark.parametrize("method", ["query", "request", "revoke"])
async def test_other_permissions_are_a_type_error(
    fakes: FakeDevices, method: str, descriptor: object
) -> None:
    with pytest.raises(TypeError):
        await getattr(navigator.permissions, method)(descriptor)


async def test_a_status_is_one_live_object_and_changes_fire(fakes: FakeDevices) -> None:
    status = await navigator.permissions.query({"name": "camera"})
    assert await navigator.permissions.query({"name": "camera"}) is status
    states: list[str] = []
    status.onchange = lambda event: states.append(event.target.state)
    for new in ("granted", "granted", "denied", "prompt"):
        fakes.set_permission("camera", new)
    assert states == ["granted", "denied", "prompt"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (True, ("granted", "granted")),
        ({"camera": True}, ("granted", "denied")),
        ({"camera": False, "microphone": True}, ("denied", "granted")),
    ],
)
async def test_a_prompter_answers_for_all_or_for_each(
    fakes: FakeDevices, answer: object, expected: tuple[str, str]
) -> None:
    navigator.permissions.prompter = lambda _: answer
    if expected == ("granted", "granted"):
        async with await ask(video=True, audio=True):
            pass
    else:
        with pytest.raises(NotAllowedError):
            await ask(video=True, audio=True)
    assert (await state("camera"), await state("microphone")) == expected


async def test_a_prompter_may_be_a_coroutine_function(fakes: FakeDevices) -> None:
    async def prompter(request: PermissionRequest) -> bool:
        await asyncio.sleep(0)
        return request.names == ("camera",)

    navigator.permissions.prompter = prompter
    async with await ask(video=True) as stream:
        assert stream.active


@pytest.mark.parametrize("answer", [None, "yes", 1, {"camera": "yes"}])
async def test_a_prompter_that_answers_something_else(fakes: FakeDevices, answer: object) -> None:
    navigator.permissions.prompter = lambda _: answer
    with pytest.raises(TypeError, match="prompter's answer"):
        await ask(video=True)
    assert await state("camera") == "prompt"


async def test_a_prompter_that_fails_decides_nothing(fakes: FakeDevices) -> None:
    def prompter(_: PermissionRequest) -> bool:
        raise ZeroDivisionError

    navigator.permissions.prompter = prompter
    with pytest.raises(ZeroDivisionError):
        await ask(video=True)
    assert await state("camera") == "prompt"
    with pytest.raises(TypeError):
        navigator.permissions.prompter = "yes"


async def test_where_nobody_can_be_asked_the_message_says_how_to_grant(
    fakes: FakeDevices,
) -> None:
    navigator.permissions.prompter = None
    with pytest.raises(NotAllowedError, match=r'set_policy\(camera="grant"\)'):
        await ask(video=True)
    assert await state("camera") == "prompt"
    with pytest.raises(NotAllowedError):
        await navigator.permissions.request({"name": "camera"})


async def test_what_is_decided_beforehand_needs_no_prompter(clock: ManualClock) -> None:
    authority = PermissionAuthority("test", policies={"camera": "grant"})
    agent = LocalAgent([FakeDriver([FakeCamera()], clock)], authority, secret=b"", clock=clock)
    assert authority.state("camera") == "granted"
    assert authority.state("microphone") == "prompt"
    agent.close()
