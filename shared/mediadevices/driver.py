"""The driver protocol: what a family of devices must offer to `LocalAgent`.

A driver finds devices, opens one in a given configuration, and hands its frames or samples to a
sink. It knows nothing of streams, tracks, constraints or permission: those are the agent's. The
smallest complete driver is `mediadevices.testing.stub_driver`; read it first when you add one.

Every coroutine here is awaited on the agent's event loop and must not block it. An opened device
may call its sink from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from mediadevices.media.audio_data import AudioData
    from mediadevices.media.video_frame import VideoFrame

__all__ = [
    "AudioMode",
    "Capture",
    "Configuration",
    "Control",
    "ControlValue",
    "Device",
    "DeviceKind",
    "Driver",
    "Mode",
    "Range",
    "Sink",
    "VideoMode",
]

DeviceKind: TypeAlias = Literal["audioinput", "videoinput", "audiooutput"]
"""What a device is, by the standard's names."""

ControlValue: TypeAlias = bool | str | float
"""What a control is set to."""


@dataclass(frozen=True, slots=True)
class VideoMode:
    """One native mode of a camera.

    Attributes:
        width: Pixels.
        height: Pixels.
        frame_rate: Frames per second, the most that the camera promises in this mode.
        pixel_format: The driver's own name of the layout (for example the FourCC ``"MJPG"``).
    """

    width: int
    height: int
    frame_rate: float
    pixel_format: str = ""


@dataclass(frozen=True, slots=True)
class AudioMode:
    """One native mode of a microphone.

    Attributes:
        sample_rate: Hertz.
        channel_count: Channels.
        sample_size: Linear bits of one sample.
        latency: Seconds of one delivered block, which is also the least latency.
    """

    sample_rate: int
    channel_count: int
    sample_size: int = 16
    latency: float = 0.01


Mode: TypeAlias = VideoMode | AudioMode
"""A native mode of a camera or microphone."""


@dataclass(frozen=True, slots=True)
class Range:
    """The values from `min` to `max`, in steps of `step` from `min` (0: any value between).

    Attributes:
        min: The least value.
        max: The greatest value.
        step: How far apart the values are; with `values` no more than what a program is told.
        values: The only values that there are, where the control is a menu of numbers.
    """

    min: float
    max: float
    step: float = 0
    values: tuple[float, ...] = ()


Control: TypeAlias = Range | tuple[ControlValue, ...]
"""What a control of a device can be set to: a range of numbers, or a list of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as its driver found it, before any of it is shown to the program.

    Attributes:
        kind: ``"videoinput"``, ``"audioinput"`` or ``"audiooutput"``.
        key: Names the hardware, the same after a restart and a replug to the same port; unique
            among the devices of its kind. Never shown: `device_id` is a keyed hash of it.
        label: The name to show to a person.
        group_key: Equal for the devices of one physical unit; ``""`` for a device on its own.
        default: The system's default device of its kind.
        modes: The native modes, the driver's preferred one first. Empty for an output.
        controls: Further constrainable properties by the standard's names, such as
            ``{"brightness": Range(0, 255, 1), "facingMode": ("user",)}``, and what each can be.
        initial: What the controls are at now, where the driver knows it.
        address: Whatever the driver needs in order to open the device; the agent never looks at it.
    """

    kind: DeviceKind
    key: str
    label: str
    group_key: str = ""
    default: bool = False
    modes: tuple[Mode, ...] = ()
    controls: Mapping[str, Control] = field(default_factory=lambda: MappingProxyType({}))
    initial: Mapping[str, ControlValue] = field(default_factory=lambda: MappingProxyType({}))
    address: object = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """A native mode together with the values of the controls."""

    mode: Mode
    controls: Mapping[str, ControlValue] = field(default_factory=lambda: MappingProxyType({}))


class Sink(Protocol):
    """Where an opened device puts what it captures. Every method may be called from any thread."""

    def deliver(self, data: VideoFrame | AudioData, /) -> bool:
        """Hand over a frame or a block of samples; the sink owns it from here on.

        Returns:
            False when nobody is there to take it, now or ever: the event loop was closed. The
            device should then release itself, since nobody can ask it to.
        """
        ...

    def set_muted(self, muted: bool, /) -> None:
        """Say that the device has stopped giving data for now, or gives data again."""

    def reconfigure(self, configuration: Configuration, /) -> None:
        """Say that the device has changed by itself, and to what."""

    def end(self, error: Exception | None, /) -> None:
        """Say that the device is gone for good, and why; nothing may follow."""


class Capture(Protocol):
    """An opened device."""

    @property
    def configuration(self) -> Configuration:
        """What the device really does, as observed, not as asked."""
        ...

    async def configure(self, configuration: Configuration, /) -> Configuration:
        """Change mode or controls while capturing.

        Returns:
            What the device really does now.

        Raises:
            NotReadableError: It could not be done; the device goes on as before, or it has told
                its sink that it ended.
        """
        ...

    async def close(self) -> None:
        """Stop capturing and release the device; once this returns the sink is called no more.

        Calling it again does nothing.
        """


class Driver(Protocol):
    """A family of devices."""

    @property
    def name(self) -> str:
        """A short name for logs and for ``mediadevices doctor``."""
        ...

    async def list_devices(self) -> Sequence[Device]:
        """Find the devices, in the system's order, without starting to capture from any.

        Raises:
            NotReadableError: It cannot look for them now. A program that finds no device is told
                the reason, also before it has permission: it must name none.
        """
        ...

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        """Call `changed`, from any thread, whenever the list may have changed.

        Changes are reported from the moment when this returns, at the latest. The agent watches
        only while it needs to know, so it may call this several times, one after the other.

        Returns:
            A function that stops the watching. It is called on the event loop, so it must not wait.
        """
        ...

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        """Open the device and start to capture into the sink.

        The agent never abandons this coroutine: when nobody wants the result any more, it lets it
        finish and closes what it returned.

        Raises:
            NotReadableError: The device exists, but cannot be had now: another program holds it,
                or the system forbids it. The agent goes on to the next candidate.
        """
        ...
