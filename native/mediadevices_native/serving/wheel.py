"""The library's own wheel, made from the installed library, for a page to load."""

from __future__ import annotations

import base64
import hashlib
import io
from importlib.metadata import distribution
from importlib.resources import files
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["build_wheel", "wheel_name"]

_DISTRIBUTION = "mediadevices"
_PACKAGES = ("mediadevices", "mediadevices_native", "mediadevices_pyodide")
# What the one who installs adds; it says where a wheel went, and is no part of one.
_OF_THE_INSTALLER = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
# The oldest time that a ZIP file can hold: the same library gives the same wheel.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644


def wheel_name() -> str:
    """Return the file name of the wheel."""
    return f"{_stem()}-py3-none-any.whl"


def build_wheel() -> bytes:
    """Make a wheel of the library as it is now, whether it is installed, or a checkout is in use.

    Returns:
        The wheel's bytes: the three packages, the metadata that the installation has, and a
        ``RECORD`` of them.
    """
    folder = f"{_stem()}.dist-info"
    buffer = io.BytesIO()
    record: list[str] = []
    with ZipFile(buffer, "w") as archive:
        for path, data in [*_modules(), *_metadata(folder)]:
            _write(archive, path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
            record.append(f"{path},sha256={digest.decode()},{len(data)}\n")
        record.append(f"{folder}/RECORD,,\n")
        _write(archive, f"{folder}/RECORD", "".join(record).encode())
    return buffer.getvalue()


def _stem() -> str:
    return f"{_DISTRIBUTION}-{distribution(_DISTRIBUTION).version}"


def _modules() -> Iterator[tuple[str, bytes]]:
    for package in _PACKAGES:
        yield from _walk(files(package), package)


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry.read_bytes()


def _metadata(folder: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(distribution(_DISTRIBUTION).files or ()):
        if path.parts[0] == folder and path.name not in _OF_THE_INSTALLER:
            yield path.as_posix(), path.read_binary()


def _write(archive: ZipFile, path: str, data: bytes) -> None:
    info = ZipInfo(path, _TIME)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = _MODE << 16
    archive.writestr(info, data)
