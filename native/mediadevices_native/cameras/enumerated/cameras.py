"""Cameras on macOS and Windows, by the package cv2-enumerate-cameras.

The package lists the cameras in the order in which OpenCV numbers them. Neither it nor OpenCV lists
the modes of a camera, so the usual modes are offered, and the first frame shows the real one.

Tested against stand-ins for the package only; it has not been run on these systems.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from mediadevices.driver import ControlValue, Device, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras.enumerated.macos_permission import request_camera_access
from mediadevices_native.diagnostics import Finding
from mediadevices_native.hardware.device_keys import unique_key
from mediadevices_native.hardware.hotplug import watch_by_polling
from mediadevices_native.opencv import prepare_opencv

if TYPE_CHECKING:
    from mediadevices_native.cameras.system import Location

__all__ = ["USUAL_MODES", "EnumeratedCameras", "MacCameras", "NoCameras", "WindowsCameras"]

USUAL_MODES = tuple(
    VideoMode(width, height, 30.0)
    for width, height in ((640, 480), (320, 240), (640, 360), (1280, 720), (1920, 1080))
)
"""The modes that most cameras have, the preferred one first."""


class CameraInfo(Protocol):
    """A camera, as the package describes it."""

    index: int
    name: str
    path: str | None
    vid: int | None
    pid: int | None


_PACKAGE = "cv2_enumerate_cameras"

Enumerate = Callable[[int], Iterable[CameraInfo]]


def enumerate_cameras(backend: int) -> Iterable[CameraInfo]:
    """List the cameras of one of OpenCV's backends.

    Raises:
        NotReadableError: The cameras cannot be listed; the message says what to install.
    """
    prepare_opencv()  # because the package imports cv2, if it is installed
    try:
        package = importlib.import_module(_PACKAGE)
    except Exception as error:  # a broken library can raise anything
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == _PACKAGE
        how = "" if is_missing else "--force-reinstall "
        raise NotReadableError(
            f"cameras cannot be listed: {error}; pip install {how}cv2-enumerate-cameras"
        ) from error
    return cast("Enumerate", package.enumerate_cameras)(backend)


class EnumeratedCameras:
    """The cameras of a system where OpenCV opens cameras by index.

    The key is the path or unique id that the system gives the camera, which stays the same when the
    camera is plugged into the same port again. Without one, it is the vendor, product and name.

    Args:
        enumerate_cameras: Lists the cameras of a backend, given the backend's number.
    """

    backend: str
    has_kernel_timestamps: bool = False
    _number: int  # The value of the constant `backend`.
    _settings: str  # Where the user grants access to cameras.

    def __init__(self, enumerate_cameras: Enumerate = enumerate_cameras) -> None:
        self._enumerate = enumerate_cameras

    def list_devices(self) -> Sequence[Device]:
        """Find the cameras.

        Raises:
            NotReadableError: The cameras cannot be listed.
        """
        devices: dict[str, Device] = {}
        for camera in self._enumerate(self._number):
            ids = ""
            if camera.vid is not None and camera.pid is not None:
                ids = f"{camera.vid:04x}:{camera.pid:04x}"
            key = unique_key(camera.path or f"{ids}:{camera.name}", devices)
            devices[key] = Device(
                kind="videoinput",
                key=key,
                label=f"{camera.name} ({ids})" if ids else camera.name,
                modes=USUAL_MODES,
                address=camera.index,
            )
        return list(devices.values())

    def locate(self, device: Device) -> Location | None:
        """Return the present index of a camera."""
        for other in self.list_devices():
            if other.key == device.key:
                self._allow(device)
                return cast("int", other.address)
        return None

    def is_present(self, location: Location) -> bool:
        """Tell whether a camera still has this index; true if the cameras cannot be listed."""
        try:
            return any(device.address == location for device in self.list_devices())
        except NotReadableError:
            return True

    def read_controls(self, location: Location) -> dict[str, ControlValue]:  # noqa: ARG002  (there are none)
        """Return nothing: these systems do not tell the ranges of the controls."""
        return {}

    def write_controls(self, location: Location, wanted: Mapping[str, ControlValue]) -> None:
        """Do nothing: no camera here has controls."""

    def refusal(self, device: Device, location: Location) -> NotReadableError:  # noqa: ARG002  (as on Linux)
        """Return an error with the probable reasons; the system does not tell the real one."""
        return NotReadableError(
            f"{device.label}: the camera did not open. Another program may have it, or this one "
            f"may not be allowed to use cameras: see {self._settings}"
        )

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """List the cameras every two seconds, and report changes."""

        def look() -> object:
            try:
                return [(device.key, device.address) for device in self.list_devices()]
            except NotReadableError:
                return None

        return watch_by_polling(look, changed)

    def diagnose(self) -> list[Finding]:
        """List the cameras."""
        try:
            devices = self.list_devices()
        except NotReadableError as error:
            text, _, remedy = error.message.partition("; ")
            return [Finding("cameras", False, text, remedy)]
        found = [Finding(device.label, True, "found") for device in devices]
        remedy = f"plug one in, and see {self._settings}"
        return found or [Finding("cameras", False, "no camera was found", remedy)]

    def _allow(self, device: Device) -> None:
        """Let the system ask the user for access, if the system requires that.

        Raises:
            NotReadableError: The system denies access.
        """


class MacCameras(EnumeratedCameras):
    """The cameras of macOS."""

    backend = "CAP_AVFOUNDATION"
    _number = 1200
    _settings = "System Settings > Privacy & Security > Camera"

    def _allow(self, device: Device) -> None:
        if not request_camera_access():
            raise NotReadableError(
                f"{device.label}: macOS does not allow this program (or the terminal that it runs "
                f"in) to use cameras: see {self._settings}"
            )


class WindowsCameras(EnumeratedCameras):
    """The cameras of Windows."""

    backend = "CAP_MSMF"
    _number = 1400
    _settings = "Settings > Privacy & security > Camera"


class NoCameras(EnumeratedCameras):
    """No cameras, on a system that is not supported."""

    backend = "CAP_ANY"
    _number = 0
    _settings = "the settings of the system"

    def __init__(self) -> None:
        super().__init__(lambda _: ())
