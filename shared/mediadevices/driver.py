"""The driver protocol, which connects a family of devices to `LocalAgent`.

A driver finds devices, opens one in a given configuration, and delivers its frames or samples to a
sink. It knows nothing of streams, tracks, constraints or permission; the agent handles these. The
smallest complete driver is `mediadevices.testing.stub_driver`. Read it first if you write one.

The agent awaits every coroutine on its event loop, so a coroutine must not block. An opened device
may call its sink from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeAlias

from mediadevices.kinds import DeviceKind

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

ControlValue: TypeAlias = bool | str | float
"""The value of a control."""


@dataclass(frozen=True, slots=True)
class VideoMode:
    """One native mode of a camera.

    Attributes:
        width: Pixels.
        height: Pixels.
        frame_rate: The highest rate that the camera promises in this mode, in frames per second.
        pixel_format: The driver's name of the pixel format, such as the FourCC ``"MJPG"``.
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
        channel_count: The number of channels.
        sample_size: The bits of one linear sample.
        latency: The duration of one block, in seconds, which is also the lowest latency.
    """

    sample_rate: int
    channel_count: int
    sample_size: int = 16
    latency: float = 0.01


Mode: TypeAlias = VideoMode | AudioMode
"""A native mode of a camera or microphone."""


@dataclass(frozen=True, slots=True)
class Range:
    """The possible values of a numeric control.

    Attributes:
        min: The smallest value.
        max: The largest value.
        step: The difference between two values, counted from `min`; 0 allows any value. If
            `values` is given, `step` is only reported in the capabilities.
        values: All possible values, if the control is a menu of numbers.
    """

    min: float
    max: float
    step: float = 0
    values: tuple[float, ...] = ()


Control: TypeAlias = Range | tuple[ControlValue, ...]
"""The possible values of a control: a range of numbers, or a list of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device, as the driver describes it to the agent.

    Attributes:
        kind: ``"videoinput"``, ``"audioinput"`` or ``"audiooutput"``.
        key: A name for the hardware, unique among the devices of its kind. It stays the same after
            a restart, and after unplugging and plugging into the same port. Programs never see it:
            `device_id` is a keyed hash of it.
        label: The name to show to users.
        group_key: Equal for the devices of one physical unit; ``""`` for a device on its own.
        default: Whether it is the system's default device of its kind.
        modes: The native modes, the driver's preferred one first. Empty for an output.
        controls: Other constrainable properties, by the standard's names, with their possible
            values, such as ``{"brightness": Range(0, 255, 1), "facingMode": ("user",)}``.
        initial: The present values of the controls, as far as the driver knows them.
        address: Anything that the driver needs to open the device; the agent does not use it.
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
    """Receives the data of an opened device. A device may call it from any thread."""

    def deliver(self, data: VideoFrame | AudioData, /) -> bool:
        """Hand over a frame or a block of samples; the sink owns it from now on.

        Returns:
            False if the event loop was closed. Then the device should release itself, because
            `Capture.close` can never be called.
        """
        ...

    def set_muted(self, muted: bool, /) -> None:
        """Report that the device temporarily delivers no data, or delivers data again."""

    def reconfigure(self, configuration: Configuration, /) -> None:
        """Report that the device changed its configuration on its own."""

    def end(self, error: Exception | None, /) -> None:
        """Report that the device is gone for good, and why. It must be the last call."""


class Capture(Protocol):
    """An opened device."""

    @property
    def configuration(self) -> Configuration:
        """The actual configuration, as observed; it can differ from the requested one."""
        ...

    async def configure(self, configuration: Configuration, /) -> Configuration:
        """Change mode or controls while capturing.

        Returns:
            The actual configuration.

        Raises:
            NotReadableError: The change failed. The device continues as before, or it has called
                `Sink.end`.
        """
        ...

    async def close(self) -> None:
        """Stop capturing and release the device.

        After it returns, the device no longer calls the sink. Further calls do nothing.
        """


class Driver(Protocol):
    """A family of devices."""

    @property
    def name(self) -> str:
        """A short name for logs and for ``mediadevices doctor``."""
        ...

    async def list_devices(self) -> Sequence[Device]:
        """Find the devices, in the system's order, without capturing from any of them.

        Raises:
            NotReadableError: The devices cannot be listed now. Programs can see the message even
                without permission, so it must not name a device.
        """
        ...

    async def watch(self, changed: Callable[[], None], /) -> Callable[[], None]:
        """Call `changed`, from any thread, whenever the list of devices may have changed.

        Report every change after this returns. The agent watches only while it needs to,
        so it can start and stop watching several times.

        Returns:
            A function that stops watching. The event loop calls it, so it must not block.
        """
        ...

    async def open(self, device: Device, configuration: Configuration, sink: Sink, /) -> Capture:
        """Open the device and start to capture into the sink.

        The agent never cancels this coroutine. If it no longer needs the result, it waits for the
        result and closes it.

        Raises:
            NotReadableError: The device exists but is not available: another program uses it, or
                the system forbids it. The agent tries the next candidate.
        """
        ...
