"""What the driver needs from an operating system, beside OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mediadevices.driver import ControlValue, Device
    from mediadevices.errors import NotReadableError
    from mediadevices_native.diagnostics import Finding

__all__ = ["CameraSystem", "Location"]

Location: TypeAlias = str | int
"""What OpenCV opens: a path, or a number that is good for this moment only."""


class CameraSystem(Protocol):
    """The cameras as an operating system sees them. Every method may block."""

    @property
    def backend(self) -> str:
        """The name of OpenCV's constant for the system's interface, such as ``"CAP_V4L2"``."""
        ...

    @property
    def has_kernel_timestamps(self) -> bool:
        """Whether ``CAP_PROP_POS_MSEC`` is on the clock of `time.monotonic`.

        Where it is, OpenCV can also wait for a frame, and tells the format that it really uses.
        """
        ...

    def list_devices(self) -> Sequence[Device]:
        """Find the cameras, without starting any."""
        ...

    def locate(self, device: Device) -> Location | None:
        """Find where a camera is now, by a fresh look; `None` when it is gone."""
        ...

    def is_present(self, location: Location) -> bool:
        """Tell whether the device that was there is there still."""
        ...

    def read_controls(self, location: Location) -> dict[str, ControlValue]:
        """Read what the controls are at now, by the standard's names."""
        ...

    def write_controls(self, location: Location, wanted: Mapping[str, ControlValue]) -> None:
        """Set controls, as far as the camera takes the values now.

        Raises:
            OSError: The device cannot be reached.
        """
        ...

    def refusal(self, device: Device, location: Location) -> NotReadableError:
        """Find out why a camera could not be opened."""
        ...

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed`, from any thread, when a camera may have come or gone."""
        ...

    def diagnose(self) -> Sequence[Finding]:
        """Say what was found, and what keeps a camera from being used."""
        ...
