"""Cameras on macOS and Windows, by the package cv2-enumerate-cameras.

It tells who is there and in which order OpenCV counts them. Neither it nor OpenCV can list what a
camera can do, so that the usual modes are offered, and the first frame shows what came of it.

This is tested against stand-ins for the package only. It has not been run on such machines.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from mediadevices.driver import ControlValue, Device, VideoMode
from mediadevices.errors import NotReadableError
from mediadevices_native.cameras.enumerated.macos_permission import request_camera_access
from mediadevices_native.diagnostics import Finding
from mediadevices_native.hardware.hotplug import watch_by_polling
from mediadevices_native.opencv import prepare_opencv

if TYPE_CHECKING:
    from mediadevices_native.cameras.system import Location

__all__ = ["USUAL_MODES", "EnumeratedCameras", "MacCameras", "NoCameras", "WindowsCameras"]

USUAL_MODES = tuple(
    VideoMode(width, height, 30.0)
    for width, height in ((640, 480), (320, 240), (640, 360), (1280, 720), (1920, 1080))
)
"""What most cameras have, the preferred one first."""


class CameraInfo(Protocol):
    """What the package tells of a camera."""

    index: int
    name: str
    path: str | None
    vid: int | None
    pid: int | None


_PACKAGE = "cv2_enumerate_cameras"

Enumerate = Callable[[int], Iterable[CameraInfo]]


def enumerate_cameras(backend: int) -> Iterable[CameraInfo]:
    """List the cameras of one of OpenCV's interfaces.

    Raises:
        NotReadableError: They cannot be listed; the message says what to install.
    """
    prepare_opencv()  # The package imports cv2 for its constants, and has its own without it.
    try:
        package = importlib.import_module(_PACKAGE)
    except Exception as error:  # a broken cv2 and the system's libraries raise what they like
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == _PACKAGE
        how = "" if is_missing else "--force-reinstall "
        raise NotReadableError(
            f"cameras cannot be listed: {error}; pip install {how}cv2-enumerate-cameras"
        ) from error
    return cast("Enumerate", package.enumerate_cameras)(backend)


class EnumeratedCameras:
    """The cameras of a system that OpenCV counts, and that have no nodes.

    The key is the path or unique id that the system gives the camera, which is the same after a
    replug to the same port; where it gives none, the vendor, the product and the name.

    Args:
        enumerate_cameras: Lists the cameras of an interface by its number.
    """

    backend: str
    has_kernel_timestamps: bool = False
    _number: int  # The value of the constant `backend`.
    _settings: str  # Where the person gives leave to use cameras.

    def __init__(self, enumerate_cameras: Enumerate = enumerate_cameras) -> None:
        self._enumerate = enumerate_cameras

    def list_devices(self) -> Sequence[Device]:
        """Find the cameras.

        Raises:
            NotReadableError: They cannot be listed.
        """
        devices: dict[str, Device] = {}
        for camera in self._enumerate(self._number):
            ids = ""
            if camera.vid is not None and camera.pid is not None:
                ids = f"{camera.vid:04x}:{camera.pid:04x}"
            base = key = camera.path or f"{ids}:{camera.name}"
            number = 2
            while key in devices:
                key = f"{base}#{number}"
                number += 1
            devices[key] = Device(
                kind="videoinput",
                key=key,
                label=f"{camera.name} ({ids})" if ids else camera.name,
                modes=USUAL_MODES,
                address=camera.index,
            )
        return list(devices.values())

    def locate(self, device: Device) -> Location | None:
        """Find the number that a camera has at this moment."""
        for other in self.list_devices():
            if other.key == device.key:
                self._allow(device)
                return cast("int", other.address)
        return None

    def is_present(self, location: Location) -> bool:
        """Tell whether there is still a camera of that number, or nobody knows."""
        try:
            return any(device.address == location for device in self.list_devices())
        except NotReadableError:
            return True

    def read_controls(self, location: Location) -> dict[str, ControlValue]:  # noqa: ARG002  (there are none)
        """Return nothing: the ranges of the controls cannot be had here."""
        return {}

    def write_controls(self, location: Location, wanted: Mapping[str, ControlValue]) -> None:
        """Do nothing: no camera here has controls."""

    def refusal(self, device: Device, location: Location) -> NotReadableError:  # noqa: ARG002  (as on Linux)
        """Say what may be the reason; the system does not tell."""
        return NotReadableError(
            f"{device.label}: the camera did not open. Another program may have it, or this one "
            f"may not be allowed to use cameras: see {self._settings}"
        )

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Look for changes every two seconds."""

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
        """Have the person asked for leave, where the system wants that of a program.

        Raises:
            NotReadableError: The system forbids it.
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
    """The cameras of a system that we do not know: none."""

    backend = "CAP_ANY"
    _number = 0
    _settings = "the settings of the system"

    def __init__(self) -> None:
        super().__init__(lambda _: ())
