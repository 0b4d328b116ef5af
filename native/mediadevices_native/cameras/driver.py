"""The camera driver: OpenCV captures, the operating system does everything else."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import weakref
from concurrent.futures import wait
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.cameras.capture import CameraCapture
from mediadevices_native.cameras.enumerated.cameras import MacCameras, NoCameras, WindowsCameras
from mediadevices_native.diagnostics import Finding
from mediadevices_native.file_descriptors import require_free_descriptors
from mediadevices_native.opencv import load_opencv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mediadevices.driver import Capture, Configuration, Device, Sink
    from mediadevices_native.cameras.system import CameraSystem
    from mediadevices_native.opencv import OpenCV

__all__ = ["OpenCVCameraDriver", "camera_system", "diagnose"]

_RELEASE_SECONDS = 15.0
"""How long `open` waits until a blocked read has released the camera."""

_EXIT_SECONDS = 1.0


class OpenCVCameraDriver:
    """The cameras of this machine (a `mediadevices.driver.Driver`).

    It is tested on Linux. The part for macOS and Windows is tested against stand-ins only, and has
    not been run on these systems.

    Args:
        system: The cameras of the operating system; those of this machine by default.
        load_opencv: Imports cv2, or raises `NotReadableError`.
    """

    def __init__(
        self,
        system: CameraSystem | None = None,
        load_opencv: Callable[[], OpenCV] = load_opencv,
    ) -> None:
        self._system = camera_system() if system is None else system
        self._load_opencv = load_opencv
        self._captures: set[CameraCapture] = set()
        atexit.register(_stop_all, weakref.ref(self))

    @property
    def name(self) -> str:
        """``"opencv"``."""
        return "opencv"

    async def list_devices(self) -> Sequence[Device]:
        """Find the cameras, without starting any.

        Raises:
            TooManyOpenFilesError: The process has no free file descriptors.
        """
        require_free_descriptors()
        return await asyncio.to_thread(self._system.list_devices)

    async def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed`, from any thread, when a camera may have come or gone.

        Returns:
            A function that stops the watching.
        """
        return await asyncio.to_thread(self._system.watch, changed)

    async def open(self, device: Device, configuration: Configuration, sink: Sink) -> Capture:
        """Open a camera and start to capture into the sink.

        Raises:
            NotReadableError: OpenCV is missing, another program uses the camera, the system denies
                access, or the camera is gone; the message says which and what to do.
        """
        require_free_descriptors()
        await self._wait_for_release(device)
        capture = CameraCapture(self._system, self._load_opencv, device, sink)
        self._captures.add(capture)
        capture.finished.add_done_callback(lambda _: self._captures.discard(capture))
        await capture.open(configuration)
        return capture

    def stop_all(self) -> None:
        """Release every camera, because the interpreter ends."""
        captures = list(self._captures)
        for capture in captures:
            capture.stop()
        wait([capture.finished for capture in captures], timeout=_EXIT_SECONDS)

    async def _wait_for_release(self, device: Device) -> None:
        """Wait until a camera that was closed during a blocked read is free."""
        closing = [
            asyncio.wrap_future(capture.finished)
            for capture in list(self._captures)  # other threads remove entries
            if capture.is_stopping and capture.device.key == device.key
        ]
        if not closing:
            return
        _, still = await asyncio.wait(closing, timeout=_RELEASE_SECONDS)
        if still:
            raise NotReadableError(f"{device.label}: the system does not release the camera")


def camera_system() -> CameraSystem:
    """Return the cameras of the operating system that this runs on."""
    if sys.platform == "linux":
        from mediadevices_native.cameras.v4l2.cameras import LinuxCameras

        return LinuxCameras()
    elif sys.platform == "darwin":  # noqa: RET505  (type checkers look at the system's own branch)
        return MacCameras()
    elif sys.platform == "win32":
        return WindowsCameras()
    else:
        return NoCameras()


def diagnose(
    system: CameraSystem | None = None, load_opencv: Callable[[], OpenCV] = load_opencv
) -> list[Finding]:
    """Check everything that capturing from a camera needs, for ``mediadevices doctor``.

    This imports OpenCV and reads the capabilities of every camera, but starts none.

    Args:
        system: The cameras of the operating system; those of this machine by default.
        load_opencv: Imports cv2, or raises `NotReadableError`.
    """
    try:
        findings = [Finding("OpenCV", True, f"version {load_opencv().__version__}")]
    except NotReadableError as error:
        text, _, remedy = error.message.partition("; ")
        findings = [Finding("OpenCV", False, text, remedy)]
    return [*findings, *(camera_system() if system is None else system).diagnose()]


def _stop_all(driver: weakref.ref[OpenCVCameraDriver]) -> None:
    if (alive := driver()) is not None:
        alive.stop_all()


# After a fork, the cameras and their threads belong to the parent process.
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: atexit.unregister(_stop_all))
