"""Virtual USB cameras: this process speaks USB/IP to the kernel's `vhci_hcd`.

To the kernel it is a camera of the USB Video Class on a high-speed port, so everything above is
real: its USB stack, its driver `uvcvideo`, V4L2, OpenCV. It sends its pictures in bulk, which is
less common than isochronous and as good. The other end speaks USB/IP (the kernel's
Documentation/usb/usbip_protocol.rst) over a pair of sockets.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from support import usb_video

if TYPE_CHECKING:
    from support.usb_video import Format

__all__ = ["UsbCamera", "load_modules"]

_HOST = Path("/sys/devices/platform/vhci_hcd.0")
_UNLINK, _SUBMITTED, _UNLINKED = 2, 3, 4
_IN = 1
_HIGH_SPEED = 3
_FREE_SECONDS = 50


def load_modules() -> None:
    """Load the host controller that is none, and the driver of USB cameras."""
    for module in ("vhci-hcd", "uvcvideo"):
        subprocess.run(["modprobe", module], check=True, timeout=60)


@dataclass
class UsbCamera:
    """A USB camera, which shows one colour everywhere.

    Attributes:
        port: The number of its port, from 0 to 7.
        name: Its name.
        serial: Its serial number; most cheap cameras have none.
        colour: Blue, green and red of its pictures.
        formats: What it offers.
        rate: Frames per second that it sends, whatever it was set to; None for the truth.
        damaged: Whether what it sends as MJPG is none.
        silent: Whether it sends nothing.
    """

    port: int = 0
    name: str = "USB Camera"
    serial: str = ""
    colour: tuple[int, int, int] = (0, 0, 255)
    formats: tuple[Format, ...] = usb_video.FORMATS
    rate: float | None = None
    damaged: bool = False
    silent: bool = False
    _socket: socket.socket | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def plug(self) -> None:
        """Plug it in; the kernel finds out what it is after a moment."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                _attach(f"{self.port} {theirs.fileno()} {self.port + 1} {_HIGH_SPEED}")
            except BaseException:
                ours.close()
                raise
        self._socket = ours
        self._thread = threading.Thread(target=_Line(self, ours).serve, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out."""
        if self._socket is not None and self._thread is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._socket.close()
            self._socket = self._thread = None

    def frame(self, pixel_format: str, width: int, height: int) -> bytes:
        """Return what it sends as a picture."""
        if self.damaged and pixel_format == "MJPG":
            return bytes(1000)
        return _encoded(self.colour, pixel_format, width, height)


def _attach(line: str) -> None:
    """Hand a cable to the host, which frees a port a moment after it was pulled out of it."""
    give_up_at = time.monotonic() + _FREE_SECONDS
    while True:
        try:
            (_HOST / "attach").write_text(line)
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return


@lru_cache(maxsize=16)
def _encoded(colour: tuple[int, int, int], pixel_format: str, width: int, height: int) -> bytes:
    picture = np.full((height, width, 3), colour, dtype=np.uint8)
    if pixel_format == "MJPG":
        return cv2.imencode(".jpg", picture)[1].tobytes()
    return cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_YUY2).tobytes()


class _Line:
    """The camera's end of the cable."""

    def __init__(self, camera: UsbCamera, ours: socket.socket) -> None:
        self._camera = camera
        self._socket = ours
        self._video = usb_video.VideoFunction(camera.name, camera.serial, camera.formats)
        self._waiting: dict[int, int] = {}
        """What is to be filled with pictures: its length, by the number of the request."""
        self._left = b""  # of the frame that is being sent
        self._frame_id = 0
        self._due = 0.0

    def serve(self) -> None:
        with contextlib.suppress(EOFError, ConnectionError):  # It was pulled out.
            while True:
                self._send_pictures()
                pause = max(0.0, self._due - time.monotonic()) if self._waiting else None
                if select.select([self._socket], [], [], pause)[0]:
                    self._answer()

    def _receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            if not (more := self._socket.recv(size - len(data))):
                raise EOFError
            data += more
        return data

    def _answer(self) -> None:
        header = self._receive(48)
        command, number, _, direction, endpoint, *words = struct.unpack("!10I", header[:40])
        if command == _UNLINK:
            unlinked = self._waiting.pop(words[0], None) is not None
            status = -errno.ECONNRESET if unlinked else 0
            self._socket.sendall(struct.pack("!5Ii24x", _UNLINKED, number, 0, 0, 0, status))
            return
        length: int = words[1]
        data = self._receive(length) if direction != _IN else b""
        if endpoint:
            self._waiting[number] = length
        elif (answer := self._video.control(header[40:], data)) is None:
            self._reply(number, b"", status=-errno.EPIPE)
        elif direction == _IN:
            self._reply(number, answer[:length])
        else:
            self._reply(number, b"", taken=length)

    def _reply(self, number: int, data: bytes, *, status: int = 0, taken: int = 0) -> None:
        header = (_SUBMITTED, number, 0, 0, 0, status, len(data) + taken, 0, 0, 0)
        self._socket.sendall(struct.pack("!5Ii4i8x", *header) + data)

    def _send_pictures(self) -> None:
        """Fill what waits for pictures, as far as it is time."""
        while self._waiting and (self._left or self._begin_frame()):
            number, length = next(iter(self._waiting.items()))
            del self._waiting[number]
            part, self._left = self._left[: length - 2], self._left[length - 2 :]
            # The header: its length, and that it ends here, that the frame does, and which it is.
            flags = 0x80 | (0 if self._left else 0x02) | self._frame_id
            self._reply(number, bytes((2, flags)) + part)

    def _begin_frame(self) -> bool:
        now = time.monotonic()
        if now < self._due:
            return False
        chosen = self._video.chosen
        self._due = max(self._due, now - 0.1) + 1 / (self._camera.rate or chosen.rate)
        if self._camera.silent:
            return False
        self._left = self._camera.frame(chosen.pixel_format, chosen.width, chosen.height)
        self._frame_id ^= 1
        return True
