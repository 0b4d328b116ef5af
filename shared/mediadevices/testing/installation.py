"""Installs fake devices behind `navigator`, and controls them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Literal, TypeAlias, get_args

from mediadevices.agent_protocol.permissions import (
    PermissionAnswer,
    PermissionName,
    PermissionRequest,
    PermissionState,
)
from mediadevices.current_agent import use_agent
from mediadevices.driver import AudioMode, Configuration, VideoMode
from mediadevices.errors import AbortError, NotReadableError
from mediadevices.local.agent import LocalAgent
from mediadevices.local.permissions.authority import PermissionAuthority
from mediadevices.pipeline.clock import Clock, MonotonicClock
from mediadevices.testing.arguments import check_choice, check_items, check_type
from mediadevices.testing.fake_devices import (
    FakeCamera,
    FakeDevice,
    FakeMicrophone,
    FakeSpeaker,
)
from mediadevices.testing.fake_driver import FakeDriver
from mediadevices.webidl.conversion import is_sequence, wrong_type

__all__ = ["FakeDevices", "install_fake_devices"]

Answer: TypeAlias = Literal["grant", "deny", "leave open"]


class FakeDevices:
    """Fake devices behind `navigator`, until `uninstall` or the end of the ``with`` block.

    Attributes:
        cameras: The cameras, plugged in or not.
        microphones: The microphones, plugged in or not.
        speakers: The audio outputs, plugged in or not.
        agent: The agent that uses the devices.
        driver: The driver of the devices.
        clock: The agent's clock.
        requests: The permission requests so far, in order.
    """

    def __init__(
        self,
        cameras: Sequence[FakeCamera],
        microphones: Sequence[FakeMicrophone],
        speakers: Sequence[FakeSpeaker],
        clock: Clock,
        secret: bytes,
    ) -> None:
        self.cameras = list(cameras)
        self.microphones = list(microphones)
        self.speakers = list(speakers)
        self.clock = clock
        self.requests: list[PermissionRequest] = []
        self._answer: Answer = "grant"
        self.driver = FakeDriver([*microphones, *cameras, *speakers], clock)
        self._permissions = PermissionAuthority("test", self._prompt)
        self.agent = LocalAgent(
            [self.driver], self._permissions, secret=secret, clock=clock, name="fake"
        )
        self._installed = contextlib.ExitStack()
        self._installed.enter_context(use_agent(self.agent))

    def __repr__(self) -> str:
        labels = ", ".join(repr(device.label) for device in self.driver.devices)
        return f"<FakeDevices {labels}>"

    def __enter__(self) -> FakeDevices:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def uninstall(self) -> None:
        """Remove the fake devices from `navigator`; calling it again does nothing."""
        self._installed.close()
        self.agent.close()

    @property
    def answer(self) -> Answer:
        """The user's answer to permission requests; it can be set.

        ``"grant"`` (the default), ``"deny"``, or ``"leave open"``: the user never answers.
        """
        return self._answer

    @answer.setter
    def answer(self, value: Answer) -> None:
        check_choice(value, get_args(Answer), "FakeDevices.answer")
        self._answer = value

    async def _prompt(self, request: PermissionRequest) -> PermissionAnswer:
        self.requests.append(request)
        if self._answer == "leave open":
            await asyncio.Event().wait()
        return self._answer == "grant"

    # --- the devices --------------------------------------------------------------------------

    def plug(self, device: FakeDevice) -> None:
        """Plug in a device: an unplugged one, or a new one."""
        check_type(device, FakeDevice, "plug: device", "a fake device")
        if isinstance(device, FakeCamera) and device not in self.cameras:
            self.cameras.append(device)
        elif isinstance(device, FakeMicrophone) and device not in self.microphones:
            self.microphones.append(device)
        elif isinstance(device, FakeSpeaker) and device not in self.speakers:
            self.speakers.append(device)
        self.driver.plug(device)

    def unplug(self, device: FakeDevice) -> None:
        """Unplug a device: its tracks end."""
        self.driver.unplug(device)

    def mute(self, device: FakeDevice) -> None:
        """Stop the data of an open device: its tracks are muted."""
        if device.capture is not None:
            device.capture.set_muted(True)

    def unmute(self, device: FakeDevice) -> None:
        """Resume the data of an open device: its tracks are unmuted."""
        if device.capture is not None:
            device.capture.set_muted(False)

    def break_down(self, device: FakeDevice, message: str = "the device failed") -> None:
        """Make an open device fail: its tracks end.

        Args:
            device: The device.
            message: The message of its `NotReadableError`, for the log.
        """
        if device.capture is not None:
            device.capture.end(NotReadableError(message))

    def reconfigure(self, device: FakeDevice, mode: VideoMode | AudioMode) -> None:
        """Change the mode of an open device, as if the device had done so on its own."""
        if device.capture is not None:
            device.capture.reconfigure(Configuration(mode))

    def fail_to_open(
        self,
        device: FakeDevice,
        reason: Literal["busy", "error"] | Exception | None = "busy",
    ) -> None:
        """Make the next attempts to open a device fail.

        Args:
            device: The device.
            reason: ``"busy"`` raises `NotReadableError`, ``"error"`` raises `AbortError`, and an
                exception is raised itself. With None opening succeeds again.

        Raises:
            TypeError: The reason is none of these.
        """
        if reason is not None and not isinstance(reason, Exception):
            check_choice(reason, ("busy", "error"), "fail_to_open: reason")
        match reason:
            case "busy":
                message = f"{device.label!r} is used by another program"
                device.open_error = NotReadableError(message)
            case "error":
                device.open_error = AbortError(f"{device.label!r} failed")
            case _:
                device.open_error = reason

    # --- the permissions ------------------------------------------------------------------------

    def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        """Set a permission, as the user does in the system's settings.

        Args:
            name: ``"camera"`` or ``"microphone"``.
            state: ``"granted"``, ``"denied"`` or ``"prompt"``. ``"denied"`` and ``"prompt"`` end
                the live tracks of the kind.

        Raises:
            TypeError: The name or the state is unknown.
        """
        check_choice(name, get_args(PermissionName), "set_permission: name")
        check_choice(state, get_args(PermissionState), "set_permission: state")
        self._permissions.set_state(name, state)


def install_fake_devices(
    cameras: int | Sequence[FakeCamera] = 1,
    microphones: int | Sequence[FakeMicrophone] = 2,
    speakers: int | Sequence[FakeSpeaker] = 1,
    *,
    clock: Clock | None = None,
    secret: bytes = b"mediadevices.testing",
) -> FakeDevices:
    """Install fake devices behind `navigator`.

    Args:
        cameras: The number of cameras, or a list of them.
        microphones: The number of microphones, or a list of them. With a number, the first one
            shares its group with the first camera.
        speakers: The number of speakers, or a list of them.
        clock: A `ManualClock` for a test that controls time; None for real time.
        secret: The key from which device ids are derived; the same key gives the same ids.

    Returns:
        The controls. Use them as a context manager, or call `uninstall` at the end.

    Raises:
        TypeError: An argument is neither a number of devices nor a list of devices of its kind.
    """
    _check_devices(cameras, FakeCamera, "cameras")
    _check_devices(microphones, FakeMicrophone, "microphones")
    _check_devices(speakers, FakeSpeaker, "speakers")
    group = "fake-unit-1"
    if isinstance(cameras, int):
        cameras = [
            FakeCamera(
                label=f"Fake Camera {index + 1}",
                key=f"fake-camera-{index + 1}",
                group=group if index == 0 else "",
                default=index == 0,
            )
            for index in range(cameras)
        ]
    if isinstance(microphones, int):
        microphones = [
            FakeMicrophone(
                label=f"Fake Microphone {index + 1}",
                key=f"fake-microphone-{index + 1}",
                group=group if index == 0 else "",
                default=index == 0,
                frequency=440 * (index + 1),
            )
            for index in range(microphones)
        ]
    if isinstance(speakers, int):
        speakers = [
            FakeSpeaker(
                label=f"Fake Speaker {index + 1}",
                key=f"fake-speaker-{index + 1}",
                default=index == 0,
            )
            for index in range(speakers)
        ]
    return FakeDevices(cameras, microphones, speakers, clock or MonotonicClock(), secret)


def _check_devices(devices: object, expected: type[FakeDevice], name: str) -> None:
    path = f"install_fake_devices: {name}"
    if is_sequence(devices):
        check_items(devices, expected, path)
    elif not isinstance(devices, int) or isinstance(devices, bool) or devices < 0:
        words = f"a number of devices or a list of {expected.__name__} objects"
        raise wrong_type(path, words, devices)
