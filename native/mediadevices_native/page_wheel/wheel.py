"""The page wheel, made from the installed library, or from the checkout that is installed."""

from __future__ import annotations

import base64
import hashlib
import io
from configparser import RawConfigParser
from importlib.metadata import distribution
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mediadevices_native.page_wheel.slimming import slim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["build_wheel", "wheel_name"]

_DISTRIBUTION = "mediadevices"
_PACKAGES = ("mediadevices", "mediadevices_pyodide")
# PEP 783's: on an index Pyodide's installer prefers such a wheel, and no desktop takes it.
_PLATFORM = "pyemscripten_2026_0_wasm32"
_WHEEL = """\
Wheel-Version: 1.0
Generator: mediadevices
Root-Is-Purelib: true
Tag: {tag}
"""
# What stands behind the interfaces: no program meets it, and nobody looks it up.
_INTERNAL = ("mediadevices/local/", "mediadevices_pyodide/")
# The oldest time that a ZIP file can hold: the same library gives the same wheel.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644


def wheel_name(platform: str = _PLATFORM) -> str:
    """Return the file name of the wheel; see `build_wheel`."""
    return f"{_stem()}-{_tag(platform)}.whl"


def build_wheel(platform: str = _PLATFORM) -> bytes:
    """Make a page wheel of the library as it is now, whether it is installed or a checkout.

    Args:
        platform: What it says to be for; ``"any"`` for installers that do not know PEP 783.

    Returns:
        The wheel's bytes: the modules in one file, what unpacks it when it is imported, and the
        metadata, with a ``RECORD`` of the files that there are before, and one for afterwards.
    """
    record = f"{_stem()}.dist-info/RECORD"
    metadata = dict(_metadata(platform))
    modules = {path: text for name in _PACKAGES for path, text in _modules(files(name), name)}
    modules[record] = "".join(f"{path},,\n" for path in (*modules, *metadata, record))
    unpacking = Path(__file__).with_name("unpacking.py").read_text("utf-8")
    members = {
        "mediadevices/__init__.py": slim(unpacking, documented=False),
        "mediadevices/modules.txt": "\0".join(chain.from_iterable(modules.items())),
        **metadata,
    }
    lines = [_record_line(path, text.encode()) for path, text in members.items()]
    members[record] = "".join([*lines, f"{record},,\n"])
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, text in members.items():
            info = ZipInfo(path, _TIME)
            info.external_attr = _MODE << 16
            archive.writestr(info, text.encode(), ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def _tag(platform: str) -> str:
    return f"py3-none-{platform}"


def _stem() -> str:
    return f"{_DISTRIBUTION}-{distribution(_DISTRIBUTION).version}"


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inner = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _modules(entry, inner)
        else:
            text = entry.read_text("utf-8")
            if entry.name.endswith(".py"):
                text = slim(text, documented=not inner.startswith(_INTERNAL))
            yield inner, text


def _metadata(platform: str) -> Iterator[tuple[str, str]]:
    """Return what the installation says of itself, without the README and the command line."""
    ours = distribution(_DISTRIBUTION)
    folder = f"{_stem()}.dist-info"
    yield f"{folder}/WHEEL", _WHEEL.format(tag=_tag(platform))
    yield f"{folder}/METADATA", (ours.read_text("METADATA") or "").partition("\n\n")[0] + "\n"
    yield f"{folder}/licenses/LICENSE", ours.read_text("licenses/LICENSE") or ""
    entry_points = RawConfigParser(delimiters="=")
    entry_points.read_string(ours.read_text("entry_points.txt") or "")
    text = io.StringIO()
    entry_points.remove_section("console_scripts")
    entry_points.write(text)
    yield f"{folder}/entry_points.txt", text.getvalue()


def _record_line(path: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"{path},sha256={digest.decode()},{len(data)}\n"
