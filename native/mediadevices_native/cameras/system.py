"""What the camera driver needs from an operating system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mediadevices.driver import ControlValue, Device
    from mediadevices.errors import NotReadableError
    from mediadevices_native.diagnostics import Finding

__all__ = ["CameraSystem", "Location"]

Location: TypeAlias = str | int
"""What OpenCV opens: a path, or an index that is valid only now."""


class CameraSystem(Protocol):
    """The cameras of an operating system. Every method may block."""

    @property
    def backend(self) -> str:
        """The name of OpenCV's constant for the system's interface, such as ``"CAP_V4L2"``."""
        ...

    @property
    def has_kernel_timestamps(self) -> bool:
        """Whether ``CAP_PROP_POS_MSEC`` is on the clock of `time.monotonic`.

        If it is, OpenCV can also wait for a frame, and reports the real pixel format.
        """
        ...

    def list_devices(self) -> Sequence[Device]:
        """Find the cameras, without starting any."""
        ...

    def locate(self, device: Device) -> Location | None:
        """Return what OpenCV must open for a camera now; `None` if the camera is gone."""
        ...

    def is_present(self, location: Location) -> bool:
        """Tell whether a device is still present at a location."""
        ...

    def read_controls(self, location: Location) -> dict[str, ControlValue]:
        """Read the present values of the controls, by the standard's names."""
        ...

    def write_controls(self, location: Location, wanted: Mapping[str, ControlValue]) -> None:
        """Set the controls that the camera can change now.

        Raises:
            OSError: The device cannot be reached.
        """
        ...

    def refusal(self, device: Device, location: Location) -> NotReadableError:
        """Return the error that says why a camera could not be opened."""
        ...

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed`, from any thread, when a camera may have come or gone."""
        ...

    def diagnose(self) -> Sequence[Finding]:
        """List the cameras, and what keeps each from being used."""
        ...
