"""The USB Video Class (1.0) as a camera speaks it: descriptors, and what it was set to."""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["FORMATS", "Chosen", "Format", "VideoFunction"]

_GUID_YUYV = b"YUY2\x00\x00\x10\x00\x80\x00\x00\xaa\x008\x9bq"
_PAYLOAD = 16384
_VENDOR, _PRODUCT = 0x1209, 0x0001  # for tests (pid.codes)
_SET_CUR, _GET_LEN, _GET_INFO = 0x01, 0x85, 0x86
_GET_DESCRIPTOR = 6


@dataclass(frozen=True, slots=True)
class Size:
    """A frame size, with the rates that it comes at."""

    width: int
    height: int
    rates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A pixel format, ``"YUYV"`` or ``"MJPG"``, with its sizes."""

    name: str
    sizes: tuple[Size, ...]


FORMATS = (
    Format(
        "YUYV",
        (Size(160, 120, (30, 15)), Size(640, 480, (30, 15)), Size(1920, 1080, (5,))),
    ),
    Format(
        "MJPG",
        (Size(160, 120, (30, 15)), Size(640, 480, (30, 15)), Size(1920, 1080, (30, 15, 5))),
    ),
)
"""What a common camera offers: over USB 2 there is no room for more in YUYV."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the camera is set to."""

    pixel_format: str
    width: int
    height: int
    rate: float


class VideoFunction:
    """What a camera answers on its control endpoint.

    Args:
        name: Its name.
        serial: Its serial number, or ``""``.
        formats: What it offers.
    """

    def __init__(self, name: str, serial: str, formats: tuple[Format, ...]) -> None:
        self._texts = {1: name, 2: serial} if serial else {1: name}
        self._formats = formats
        self._set = (1, 1, 10_000_000 // formats[0].sizes[0].rates[0])

    @property
    def chosen(self) -> Chosen:
        """What it is set to."""
        form, size, interval = self._set
        one = self._formats[form - 1]
        return Chosen(
            one.name, one.sizes[size - 1].width, one.sizes[size - 1].height, 1e7 / interval
        )

    def control(self, setup: bytes, data: bytes) -> bytes | None:
        """Answer a request.

        Args:
            setup: Its eight bytes.
            data: What comes with it.

        Returns:
            The answer; None for what a camera does not know.
        """
        kind, request, value, index, _ = struct.unpack("<BBHHH", setup)
        if kind & 0x60 == 0:
            return self._descriptor(value) if request == _GET_DESCRIPTOR else b"\0\0"
        if index & 0xFF != 1 or value >> 8 not in {1, 2}:  # probe and commit
            return None
        if request == _SET_CUR:
            self._choose(data)
            return b""
        if request == _GET_LEN:
            return struct.pack("<H", 26)
        return b"\x03" if request == _GET_INFO else self._settings()

    def _choose(self, data: bytes) -> None:
        _, form, size, interval = struct.unpack_from("<HBBI", data)
        form = min(max(form, 1), len(self._formats))
        sizes = self._formats[form - 1].sizes
        size = min(max(size, 1), len(sizes))
        offered = [10_000_000 // rate for rate in sizes[size - 1].rates]
        self._set = (form, size, min(offered, key=lambda one: abs(one - interval)))

    def _settings(self) -> bytes:
        form, size, interval = self._set
        chosen = self.chosen
        most = chosen.width * chosen.height * 2
        return struct.pack("<HBBI5HII", 1, form, size, interval, 0, 0, 0, 0, 0, most, _PAYLOAD)

    def _descriptor(self, value: int) -> bytes | None:
        match value >> 8:
            case 1:
                return struct.pack(
                    "<BBHBBBBHHHBBBB",
                    *(18, 1, 0x0200, 0xEF, 2, 1, 64, _VENDOR, _PRODUCT, 0x0100, 0, 1),
                    *(2 if 2 in self._texts else 0, 1),
                )
            case 2:
                return self._configuration()
            case 3 if value & 0xFF == 0:
                return b"\x04\x03\x09\x04"
            case 3 if text := self._texts.get(value & 0xFF):
                encoded = text.encode("utf-16-le")
                return bytes((len(encoded) + 2, 3)) + encoded
            case _:
                return None

    def _configuration(self) -> bytes:
        terminals = _class_specific(2, "<BHBBHHHB3s", 1, 0x0201, 0, 0, 0, 0, 0, 3, b"\0\0\0")
        terminals += _class_specific(3, "<BHBBB", 2, 0x0101, 0, 1, 0)
        header = _class_specific(1, "<HHIBB", 0x0100, 13 + len(terminals), 48_000_000, 1, 1)
        formats = b"".join(
            self._format(number, one) for number, one in enumerate(self._formats, start=1)
        )
        count = len(self._formats)
        total = 13 + count + len(formats)
        streaming = _class_specific(
            *(1, f"<BHBBBBBBB{count}s", count, total, 0x81, 0, 2, 0, 0, 0, 1, b"\0" * count)
        )
        parts = (
            struct.pack("<8B", 8, 0x0B, 0, 2, 0x0E, 3, 0, 0),
            struct.pack("<9B", 9, 4, 0, 0, 0, 0x0E, 1, 0, 0),
            *(header, terminals),
            struct.pack("<9B", 9, 4, 1, 0, 1, 0x0E, 2, 0, 0),
            *(streaming, formats),
            struct.pack("<BBBBHB", 7, 5, 0x81, 2, 512, 0),
        )
        body = b"".join(parts)
        return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, 0x80, 250) + body

    def _format(self, number: int, one: Format) -> bytes:
        count, raw = len(one.sizes), one.name == "YUYV"
        if raw:
            head = _class_specific(4, "<BB16sBBBBBB", number, count, _GUID_YUYV, 16, 1, 0, 0, 0, 0)
        else:
            head = _class_specific(6, "<BBBBBBBB", number, count, 0, 1, 0, 0, 0, 0)
        return head + b"".join(
            self._size(index, size, raw=raw) for index, size in enumerate(one.sizes, start=1)
        )

    def _size(self, index: int, size: Size, *, raw: bool) -> bytes:
        intervals = [10_000_000 // rate for rate in size.rates]
        octets = size.width * size.height * 2
        bits = octets * 8
        return _class_specific(
            *(5 if raw else 7, f"<BBHHIIIIB{len(intervals)}I", index, 0, size.width, size.height),
            *(bits * min(size.rates), bits * max(size.rates), octets, intervals[0]),
            *(len(intervals), *intervals),
        )


def _class_specific(kind: int, layout: str, *values: int | bytes) -> bytes:
    body = struct.pack(layout, *values)
    return bytes((len(body) + 3, 0x24, kind)) + body
