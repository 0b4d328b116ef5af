"""When and how often the user is asked; no device is opened before the answer."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mediadevices import NotAllowedError, NotReadableError, PermissionRequest, navigator
from mediadevices.driver import VideoMode
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.local.permissions.decisions import Decision
from mediadevices.testing import (
    FakeCamera,
    FakeDevices,
    FakeDriver,
    ManualClock,
    install_fake_devices,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


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


async def test_only_undecided_permissions_are_asked_for(fakes: FakeDevices) -> None:
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
    assert len(fakes.requests) == 1  # A refusal stays valid.


async def test_enumeration_opens_no_device_and_asks_no_question(fakes: FakeDevices) -> None:
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


class OpenQuestion:
    """A prompter that waits until the test answers, and records whether it was cancelled."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.asked = asyncio.Event()
        self.withdrawn = False

    async def __call__(self, request: PermissionRequest) -> object:
        self.asked.set()
        try:
            return await self.answer
        except asyncio.CancelledError:
            self.withdrawn = True
            raise


async def test_a_denial_during_the_question_outranks_the_answer(
    fakes: FakeDevices,
) -> None:
    navigator.permissions.prompter = question = OpenQuestion()
    asking = ask(video=True)
    await question.asked.wait()
    navigator.permissions.set_policy(camera="deny")
    with pytest.raises(NotAllowedError):
        await asyncio.wait_for(asking, 5)
    assert question.withdrawn
    assert await state("camera") == "denied"
    assert fakes.cameras[0].opened == 0


async def test_a_grant_during_the_question_ends_the_wait(fakes: FakeDevices) -> None:
    navigator.permissions.prompter = question = OpenQuestion()
    asking = ask(video=True)
    await question.asked.wait()
    navigator.permissions.set_policy(camera="grant")
    async with await asyncio.wait_for(asking, 5):
        assert question.withdrawn


@pytest.mark.parametrize(("answer", "microphone"), [(True, "granted"), (False, "denied")])
async def test_the_answer_decides_only_undecided_permissions(
    fakes: FakeDevices, answer: bool, microphone: str
) -> None:
    navigator.permissions.prompter = question = OpenQuestion()
    asking = ask(video=True, audio=True)
    await question.asked.wait()
    navigator.permissions.set_policy(camera="grant")
    await asyncio.sleep(0)
    assert not question.withdrawn  # The microphone is still undecided.
    question.answer.set_result(answer)
    if answer:
        async with await asyncio.wait_for(asking, 5):
            pass
    else:
        with pytest.raises(NotAllowedError):
            await asyncio.wait_for(asking, 5)
    assert await state("camera") == "granted"
    assert await state("microphone") == microphone


async def test_a_denial_just_after_the_answer_outranks_it(fakes: FakeDevices) -> None:
    navigator.permissions.prompter = question = OpenQuestion()
    asking = ask(video=True)
    await question.asked.wait()
    question.answer.set_result(True)
    navigator.permissions.set_policy(camera="deny")
    with pytest.raises(NotAllowedError):
        await asyncio.wait_for(asking, 5)
    assert fakes.cameras[0].opened == 0


async def test_a_cancelled_call_withdraws_its_question(fakes: FakeDevices) -> None:
    navigator.permissions.prompter = question = OpenQuestion()
    asking = ask(video=True)
    await question.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0.01)
    assert question.withdrawn


async def test_a_prompter_that_cancels_itself_decides_nothing(fakes: FakeDevices) -> None:
    async def prompter(request: PermissionRequest) -> bool:
        raise asyncio.CancelledError

    navigator.permissions.prompter = prompter
    with pytest.raises(NotAllowedError, match="was cancelled"):
        await ask(video=True)
    assert await state("camera") == "prompt"
    assert fakes.cameras[0].opened == 0


async def test_an_immediately_revoked_decision_is_asked_for_again(
    fakes: FakeDevices,
) -> None:
    questions = [OpenQuestion(), OpenQuestion()]
    waiting = iter(questions)

    def prompter(request: PermissionRequest) -> Awaitable[object]:
        return next(waiting)(request)

    navigator.permissions.prompter = prompter
    asking = ask(video=True)
    await questions[0].asked.wait()
    navigator.permissions.set_policy(camera="grant")
    navigator.permissions.set_policy(camera="ask")
    async with asyncio.timeout(5):
        await questions[1].asked.wait()
    assert questions[0].withdrawn
    assert fakes.cameras[0].opened == 0
    questions[1].answer.set_result(True)
    async with await asking:
        pass


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


async def test_revoking_keeps_a_denial(fakes: FakeDevices) -> None:
    fakes.answer = "deny"
    with pytest.raises(NotAllowedError):
        await ask(video=True)
    fakes.answer = "grant"
    status = await navigator.permissions.revoke({"name": "camera"})
    assert status.state == "denied"
    with pytest.raises(NotAllowedError):
        await ask(video=True)
    assert len(fakes.requests) == 1


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


async def test_a_permission_can_be_requested_without_a_capture(fakes: FakeDevices) -> None:
    status = await navigator.permissions.request({"name": "camera"})
    assert status.state == "granted"
    assert fakes.cameras[0].opened == 0
    fakes.answer = "deny"
    assert (await navigator.permissions.request({"name": "microphone"})).state == "denied"
    assert (await navigator.permissions.request({"name": "camera"})).state == "granted"
    assert len(fakes.requests) == 2


@pytest.mark.parametrize("descriptor", [None, {}, {"name": "geolocation"}, {"name": ["camera"]}])
@pytest.mark.parametrize("method", ["query", "request", "revoke"])
async def test_unknown_permissions_are_a_type_error(
    fakes: FakeDevices, method: str, descriptor: object
) -> None:
    with pytest.raises(TypeError):
        await getattr(navigator.permissions, method)(descriptor)


async def test_a_status_is_one_live_object_with_change_events(fakes: FakeDevices) -> None:
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
async def test_an_invalid_answer_is_a_type_error(fakes: FakeDevices, answer: object) -> None:
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


async def test_without_a_prompter_the_message_says_how_to_grant(
    fakes: FakeDevices,
) -> None:
    navigator.permissions.prompter = None
    with pytest.raises(NotAllowedError, match=r'set_policy\(camera="grant"\)'):
        await ask(video=True)
    assert await state("camera") == "prompt"
    with pytest.raises(NotAllowedError):
        await navigator.permissions.request({"name": "camera"})


async def test_a_policy_needs_no_prompter(clock: ManualClock) -> None:
    authority = PermissionAuthority("test", policies={"camera": "grant"})
    agent = LocalAgent([FakeDriver([FakeCamera()], clock)], authority, secret=b"", clock=clock)
    assert authority.state("camera") == "granted"
    assert authority.state("microphone") == "prompt"
    agent.close()


# --- the choice of a device -----------------------------------------------------------------------


def cameras(*labels: str) -> list[FakeCamera]:
    """Cameras, each with fewer modes than the one before it."""
    return [
        FakeCamera(label=label, key=f"key-{n}", modes=(VideoMode(1280 // n, 720 // n, 30.0),))
        for n, label in enumerate(labels, start=1)
    ]


async def label_of(**constraints: object) -> str:
    async with await ask(**constraints) as stream:
        return stream.get_tracks()[0].label


class Prompter:
    """Always gives the same answer, and records the requests."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.requests: list[PermissionRequest] = []

    def __call__(self, request: PermissionRequest) -> object:
        self.requests.append(request)
        return self.answer


def answering(answer: object) -> Prompter:
    navigator.permissions.prompter = prompter = Prompter(answer)
    return prompter


async def test_the_user_chooses_the_device_that_is_used() -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door")) as fakes:
        prompter = answering({"camera": "Door"})
        assert await label_of(video={"width": 1280}) == "Door"
        assert fakes.cameras[0].opened == 0
    (request,) = prompter.requests
    assert request.devices == {"camera": ("Desk", "Door")}


async def test_only_devices_that_satisfy_the_constraints_are_offered() -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door", "Gate")):
        prompter = answering({"camera": "Gate"})
        with pytest.raises(
            TypeError, match=r"camera: expected True, .*'Desk', 'Door'.* got 'Gate'"
        ):
            await ask(video={"width": {"min": 600}})
        assert await state("camera") == "prompt"
    (request,) = prompter.requests
    assert request.devices == {"camera": ("Desk", "Door")}


async def test_granted_permissions_are_not_offered_again(fakes: FakeDevices) -> None:
    navigator.permissions.set_policy(microphone="grant")
    prompter = answering(True)
    async with await ask(video=True, audio=True):
        pass
    (request,) = prompter.requests
    assert request.devices == {"camera": ("Fake Camera 1",)}


async def test_either_of_two_devices_with_equal_names_can_be_chosen() -> None:
    with install_fake_devices(cameras=cameras("Cam", "Cam", "Cam (2)")) as fakes:
        prompter = answering({"camera": "Cam (2)"})
        async with await ask(video=True):
            assert [camera.is_open for camera in fakes.cameras] == [False, True, False]
        assert prompter.requests[0].devices == {"camera": ("Cam", "Cam (2)", "Cam (2) (2)")}


async def test_a_device_of_each_kind_can_be_chosen(fakes: FakeDevices) -> None:
    answering({"camera": True, "microphone": "Fake Microphone 2"})
    async with await ask(video=True, audio=True) as stream:
        labels = [track.label for track in stream.get_tracks()]
    assert labels == ["Fake Microphone 2", "Fake Camera 1"]


async def test_if_the_chosen_device_cannot_be_opened_no_other_is_opened() -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door")) as fakes:
        answering({"camera": "Door"})
        fakes.fail_to_open(fakes.cameras[1])
        for _ in "12":
            with pytest.raises(NotReadableError, match="Door"):
                await ask(video=True)
        assert fakes.cameras[0].opened == 0


async def test_a_choice_applies_to_later_calls_that_name_no_device() -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door")):
        prompter = answering({"camera": "Door"})
        assert (await navigator.permissions.request({"name": "camera"})).state == "granted"
        assert await label_of(video={"width": 1280}) == "Door"
        devices = await navigator.media_devices.enumerate_devices()
        (desk,) = (device for device in devices if device.label == "Desk")
        assert await label_of(video={"deviceId": desk.device_id}) == "Desk"
        assert await label_of(video={"advanced": [{"deviceId": desk.device_id}]}) == "Desk"
        assert await label_of(video={"width": {"min": 1000}}) == "Desk"
        assert len(prompter.requests) == 1


async def test_a_choice_ends_with_its_permission() -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door")):
        prompter = answering({"camera": "Door"})
        assert await label_of(video=True) == "Door"
        await navigator.permissions.revoke({"name": "camera"})
        prompter.answer = True
        assert await label_of(video=True) == "Desk"


# --- the memory -----------------------------------------------------------------------------------


class Memory:
    """Remembers within the process."""

    def __init__(self, **kept: Decision) -> None:
        self.kept: dict[str, Decision] = kept

    def recall(self) -> dict[str, Decision]:
        return dict(self.kept)

    def remember(self, decisions: dict[str, Decision]) -> None:
        self.kept.update(decisions)


def authority(memory: Memory | None, answer: object = True, **policies: str) -> PermissionAuthority:
    return PermissionAuthority("test", Prompter(answer), policies, memory=memory)


async def test_an_answer_is_remembered_only_if_the_user_says_so() -> None:
    memory = Memory()
    await authority(memory, {"camera": True}).request(("camera",), {})
    assert memory.kept == {}
    answer = {"camera": "Door", "microphone": False, "remember": True}
    with pytest.raises(NotAllowedError):
        await authority(memory, answer).request(
            ("camera", "microphone"), {"camera": {"id": "Door"}}
        )
    assert memory.kept == {
        "camera": Decision("granted", "user", "id"),
        "microphone": Decision("denied", "user"),
    }


async def test_a_remembered_answer_is_used_unless_there_is_a_policy() -> None:
    memory = Memory(
        camera=Decision("granted", "remembered", "id"), microphone=Decision("denied", "remembered")
    )
    remembering = authority(memory)
    await remembering.request(("camera",), {})
    assert remembering.chosen_device("camera") == "id"
    with pytest.raises(NotAllowedError, match=r"permissions --forget 'test'.*set_policy"):
        await remembering.request(("microphone",), {})
    overruled = authority(memory, microphone="grant", camera="ask")
    assert (overruled.state("microphone"), overruled.state("camera")) == ("granted", "prompt")
    assert overruled.chosen_device("camera") == ""
    remembering.set_policy("microphone", "grant")
    await remembering.request(("microphone",), {})


async def test_revoking_deletes_a_remembered_answer_and_a_policy_keeps_it() -> None:
    memory = Memory(camera=Decision("granted", "remembered"))
    remembering = authority(memory)
    remembering.set_policy("camera", "deny")
    assert memory.kept["camera"].state == "granted"
    remembering.set_policy("camera", "grant")
    remembering.revoke("camera")
    assert memory.kept["camera"].state == "prompt"
    assert remembering.state("camera") == "prompt"


@pytest.mark.parametrize("memory", [None, Memory()])
async def test_the_prompter_learns_whether_an_answer_can_be_remembered(
    memory: Memory | None,
) -> None:
    asking = authority(memory, {"camera": True, "remember": True})
    await asking.request(("camera",), {})
    (request,) = asking.prompter.requests
    assert request.can_remember is (memory is not None)
    assert asking.state("camera") == "granted"


async def test_remember_must_be_a_boolean(fakes: FakeDevices) -> None:
    answering({"camera": True, "remember": "yes"})
    with pytest.raises(TypeError, match="remember: expected True or False"):
        await ask(video=True)


# --- the audit log --------------------------------------------------------------------------------


@pytest.fixture
def audit(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict]]:
    """The entries of the audit log so far, without their common members."""
    caplog.set_level(logging.INFO, "mediadevices.permissions")

    def entries() -> list[dict]:
        found: list[dict] = []
        for record in caplog.records:
            if record.name == "mediadevices.permissions":
                entry = dict(record.audit)
                assert datetime.fromisoformat(entry.pop("time")).tzinfo is UTC
                assert (entry.pop("application"), entry.pop("process")) == ("test", os.getpid())
                found.append(entry)
        return found

    return entries


async def test_the_audit_log_has_the_program_the_request_and_the_answer(
    audit: Callable[[], list[dict]], caplog: pytest.LogCaptureFixture
) -> None:
    with install_fake_devices(cameras=cameras("Desk", "Door")):
        navigator.permissions.set_policy(microphone="grant")
        answering({"camera": "Door"})
        async with await ask(video=True, audio={"deviceId": "none"}):
            pass
    change, request = (one for one in audit() if one["event"] in {"change", "request"})
    granted = {"state": "granted", "decided_by": "policy"}
    assert change == {"event": "change", "permissions": {"microphone": granted}}
    assert request == {
        "event": "request",
        "permissions": {
            "microphone": granted,
            "camera": {"state": "granted", "decided_by": "user", "device": "Door"},
        },
        "devices": {
            "microphone": ["Fake Microphone 1", "Fake Microphone 2"],
            "camera": ["Desk", "Door"],
        },
    }
    assert (
        "'test': asked for the microphone and the camera: "
        "microphone granted by policy, camera granted by user"
    ) in caplog.messages


async def test_the_audit_log_has_one_entry_for_each_refusal(
    fakes: FakeDevices, audit: Callable[[], list[dict]]
) -> None:
    fakes.answer = "deny"
    for _ in "12":
        with pytest.raises(NotAllowedError):
            await ask(video=True)
    denied = {"camera": {"state": "denied", "decided_by": "user"}}
    assert [(one["event"], one["permissions"]) for one in audit()] == [("request", denied)] * 2


async def test_the_audit_log_has_questions_without_an_answer(
    fakes: FakeDevices, audit: Callable[[], list[dict]]
) -> None:
    navigator.permissions.prompter = None
    with pytest.raises(NotAllowedError):
        await ask(video=True)
    (entry,) = audit()
    assert entry["permissions"] == {"camera": {"state": "prompt", "decided_by": "nobody"}}


async def test_the_audit_log_has_the_opening_and_closing_of_a_device(
    fakes: FakeDevices, audit: Callable[[], list[dict]]
) -> None:
    async with await ask(video=True) as stream:
        assert [one["event"] for one in audit()] == ["request", "open"]
        async with stream.clone():
            pass
    opened, closed = audit()[1:]
    assert opened == {"event": "open", "device": {"kind": "videoinput", "label": "Fake Camera 1"}}
    assert closed == {**opened, "event": "close"}


async def test_the_audit_log_has_the_revocation_of_a_permission_in_use(
    fakes: FakeDevices, audit: Callable[[], list[dict]]
) -> None:
    async with await ask(video=True):
        await navigator.permissions.revoke({"name": "camera"})
    events = [(one["event"], one.get("permissions")) for one in audit()]
    undecided = {"camera": {"state": "prompt", "decided_by": "nobody"}}
    assert [event for event, _ in events] == ["request", "open", "change", "close"]
    assert events[2] == ("change", undecided)
