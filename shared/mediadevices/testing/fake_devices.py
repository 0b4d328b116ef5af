"""Fake cameras, microphones and speakers."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mediadevices.algorithms.properties import PROPERTIES
from mediadevices.driver import (
    AudioMode,
    Control,
    ControlValue,
    Device,
    Mode,
    Range,
    VideoMode,
)
from mediadevices.kinds import Kind
from mediadevices.testing.arguments import check_choice, check_items, check_names, check_type
from mediadevices.webidl.conversion import is_mapping, is_number, is_sequence, wrong_type

if TYPE_CHECKING:
    from mediadevices.testing.fake_captures import FakeCapture

__all__ = ["FakeCamera", "FakeDevice", "FakeMicrophone", "FakeSpeaker"]

#: The default modes of a fake camera. No mode is 639 wide, so tests can ask for that width.
CAMERA_MODES = (
    VideoMode(640, 480, 30.0),
    VideoMode(320, 240, 60.0),
    VideoMode(1280, 720, 30.0),
    VideoMode(1920, 1080, 30.0),
)
FACING_MODES = ("user", "environment", "left", "right")
MICROPHONE_MODES = (AudioMode(48000, 1),)
MICROPHONE_CONTROLS: Mapping[str, Control] = {
    "echoCancellation": (True, False),
    "autoGainControl": (True, False),
    "noiseSuppression": (True, False),
    "voiceIsolation": (False,),
}

_numbers = itertools.count(1)


@dataclass(eq=False, kw_only=True, slots=True)
class FakeDevice(ABC):
    """The base class of all fake devices.

    Attributes:
        label: The label.
        key: The hardware key, from which the agent derives the device id; the default is unique.
        group: The key of the physical unit that the device is part of; ``""`` for none.
        default: Whether this is the system's default device of its kind.
        open_delay: The time that opening takes, in seconds.
        open_error: The exception that opening raises; None for success.
        opening: Whether the device is being opened.
        opened: The number of times the device was opened.
        capture: The running capture; None while the device is closed.

    Raises:
        TypeError: An argument has the wrong type, or names an unknown property or mode.
    """

    label: str
    key: str = field(default_factory=lambda: f"fake-{next(_numbers)}")
    group: str = ""
    default: bool = False
    open_delay: float = 0.0
    open_error: Exception | None = None
    opening: bool = field(default=False, init=False)
    opened: int = field(default=0, init=False)
    capture: FakeCapture | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        for name in ("label", "key", "group"):
            check_type(getattr(self, name), str, self._path(name), "a string")
        check_type(self.default, bool, self._path("default"), "True or False")
        if not is_number(self.open_delay) or self.open_delay < 0:
            raise wrong_type(self._path("open_delay"), "seconds, 0 or more", self.open_delay)

    def _path(self, name: str) -> str:
        """Return the name of an argument, for error messages."""
        return f"{type(self).__name__}: {name}"

    def _check_controls(
        self,
        kind: Kind,
        controls: Mapping[str, Control],
        initial: Mapping[str, ControlValue],
    ) -> None:
        known = [name for name, row in PROPERTIES.items() if kind in row.kinds]
        for argument, members in (("controls", controls), ("initial", initial)):
            if not is_mapping(members):
                raise wrong_type(self._path(argument), "a mapping", members)
            check_names(members, known, self._path(argument), f"{kind} property")
        for name, control in controls.items():
            if not isinstance(control, Range) and not is_sequence(control):
                path = self._path(f"controls[{name!r}]")
                raise wrong_type(path, "a Range or a tuple of values", control)

    @property
    def is_open(self) -> bool:
        """Whether the device is open now."""
        return self.capture is not None and not self.capture.abandoned

    @abstractmethod
    def device(self) -> Device:
        """Return the device as the driver lists it."""


@dataclass(eq=False, kw_only=True, slots=True)
class FakeCamera(FakeDevice):
    """A camera whose frames show colour bars and the number of the frame; see `frame_number`.

    Attributes:
        modes: The native modes.
        controls: Further constrainable properties, such as ``{"zoom": Range(1, 4)}``.
        initial: The initial values of the controls.
        facing_mode: ``"user"``, ``"environment"``, ``"left"`` or ``"right"``; None if unknown.
        delivers: The mode of the delivered frames, whatever mode was requested; None for the
            requested mode.
    """

    label: str = "Fake Camera"
    modes: Sequence[VideoMode] = CAMERA_MODES
    controls: Mapping[str, Control] = field(default_factory=dict[str, Control])
    initial: Mapping[str, ControlValue] = field(default_factory=dict[str, ControlValue])
    facing_mode: Literal["user", "environment", "left", "right"] | None = None
    delivers: VideoMode | None = None

    def __post_init__(self) -> None:
        FakeDevice.__post_init__(self)
        check_items(self.modes, VideoMode, self._path("modes"))
        self._check_controls("video", self.controls, self.initial)
        if self.facing_mode is not None:
            check_choice(self.facing_mode, FACING_MODES, self._path("facing_mode"))
        if self.delivers is not None:
            check_type(self.delivers, VideoMode, self._path("delivers"), "a VideoMode or None")

    def device(self) -> Device:
        """Return the device as the driver lists it."""
        facing: dict[str, Control] = {"facingMode": (self.facing_mode,)} if self.facing_mode else {}
        return Device(
            kind="videoinput",
            key=self.key,
            label=self.label,
            group_key=self.group,
            default=self.default,
            modes=tuple(self.modes),
            controls={**facing, **self.controls},
            initial=dict(self.initial),
            address=self,
        )


@dataclass(eq=False, kw_only=True, slots=True)
class FakeMicrophone(FakeDevice):
    """A microphone that records a sine tone.

    Attributes:
        modes: The native modes.
        controls: Further constrainable properties.
        initial: The initial values of the controls.
        frequency: The frequency of the tone in Hertz, a whole number.
        level: The amplitude of the tone, from 0 to 1.
    """

    label: str = "Fake Microphone"
    modes: Sequence[AudioMode] = MICROPHONE_MODES
    controls: Mapping[str, Control] = field(default_factory=lambda: dict(MICROPHONE_CONTROLS))
    initial: Mapping[str, ControlValue] = field(default_factory=dict[str, ControlValue])
    frequency: int = 440
    level: float = 0.5

    def __post_init__(self) -> None:
        FakeDevice.__post_init__(self)
        check_items(self.modes, AudioMode, self._path("modes"))
        self._check_controls("audio", self.controls, self.initial)
        check_type(self.frequency, int, self._path("frequency"), "a whole number of Hertz")
        if not is_number(self.level) or not 0 <= self.level <= 1:
            raise wrong_type(self._path("level"), "a number from 0 to 1", self.level)

    def device(self) -> Device:
        """Return the device as the driver lists it."""
        modes: tuple[Mode, ...] = tuple(self.modes)
        return Device(
            kind="audioinput",
            key=self.key,
            label=self.label,
            group_key=self.group,
            default=self.default,
            modes=modes,
            controls=dict(self.controls),
            initial=dict(self.initial),
            address=self,
        )


@dataclass(eq=False, kw_only=True, slots=True)
class FakeSpeaker(FakeDevice):
    """An audio output, which programs can only list."""

    label: str = "Fake Speaker"

    def device(self) -> Device:
        """Return the device as the driver lists it."""
        return Device(
            kind="audiooutput",
            key=self.key,
            label=self.label,
            group_key=self.group,
            default=self.default,
            address=self,
        )
