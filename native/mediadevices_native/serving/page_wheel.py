"""Builds the page wheel, which web pages load, from the installed library or its checkout.

    python -m mediadevices_native.serving.page_wheel FOLDER        # for micropip and an index
    python -m mediadevices_native.serving.page_wheel FOLDER any    # for tools without PEP 783

It is an ordinary wheel without the desktop's package, comments and internal docstrings.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import sys
import tokenize
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["build_wheel", "slim", "wheel_name"]

_DISTRIBUTION = "mediadevices"
_PACKAGES = ("mediadevices", "mediadevices_pyodide")
# PEP 783: Pyodide's installer prefers a wheel with this tag, and desktop installers ignore it.
_PLATFORM = "pyemscripten_2026_0_wasm32"
_WHEEL = """\
Wheel-Version: 1.0
Generator: mediadevices
Root-Is-Purelib: true
Tag: {tag}
"""
# Where the public names of mediadevices are, apart from the modules directly in it. Their
# docstrings stay, for help(); those of mediadevices.legacy and mediadevices.testing do not.
_DOCUMENTED = (
    "agent_protocol/permissions.py",
    "algorithms/constraints.py",
    "interfaces/",
    "media/audio_data.py",
    "media/media_resource.py",
    "media/video_frame.py",
    "webidl/dictionary.py",
)
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# The earliest time in a ZIP file, for every entry, so that the same library gives the same wheel.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644


def wheel_name(platform: str = _PLATFORM) -> str:
    """Return the file name of the page wheel.

    Args:
        platform: The platform in its tag; see `build_wheel`.
    """
    return f"{_stem()}-{_tag(platform)}.whl"


def build_wheel(platform: str = _PLATFORM) -> bytes:
    """Build the page wheel from the library as it is on disk now.

    Args:
        platform: The platform in its tag; ``"any"`` for installers that do not know PEP 783.

    Returns:
        The wheel's bytes, the same each time as long as the library does not change.
    """
    members = {path: data for name in _PACKAGES for path, data in _modules(files(name), name)}
    members.update(_metadata(platform))
    record = f"{_stem()}.dist-info/RECORD"
    lines = [_record_line(path, data) for path, data in members.items()]
    members[record] = "".join([*lines, f"{record},,\n"]).encode()
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, data in members.items():
            info = ZipInfo(path, _TIME)
            info.external_attr = _MODE << 16
            archive.writestr(info, data, ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def slim(source: str, *, documented: bool) -> str:
    """Remove a module's comments, and empty its docstrings.

    Args:
        source: The module's text.
        documented: Whether the docstrings of public names stay.

    Returns:
        The text, with each statement on its old line, so that tracebacks show the right lines.
    """
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, _WITH_DOCSTRING) or ast.get_docstring(node) is None:
            continue
        if not documented or getattr(node, "name", "").startswith("_"):
            text = node.body[0]
            first, last = text.lineno, text.end_lineno or text.lineno
            lines[first - 1] = " " * text.col_offset + '""'
            lines[first:last] = [""] * (last - first)
    return "".join(f"{line}\n" for line in lines)


def _tag(platform: str) -> str:
    return f"py3-none-{platform}"


def _stem() -> str:
    return f"{_DISTRIBUTION}-{distribution(_DISTRIBUTION).version}"


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inner = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _modules(entry, inner)
        elif entry.name.endswith(".py"):
            source = entry.read_text("utf-8")
            yield inner, slim(source, documented=_is_documented(inner)).encode()
        else:
            yield inner, entry.read_bytes()


def _is_documented(path: str) -> bool:
    package, _, inner = path.partition("/")
    return package == "mediadevices" and ("/" not in inner or inner.startswith(_DOCUMENTED))


def _metadata(platform: str) -> Iterator[tuple[str, bytes]]:
    """Yield the metadata of the installed library, without the README and the command line."""
    installed = distribution(_DISTRIBUTION)
    folder = f"{_stem()}.dist-info"
    headers, _, _ = (installed.read_text("METADATA") or "").partition("\n\n")
    entry_points = [
        f"[{one.group}]\n{one.name} = {one.value}\n"
        for one in installed.entry_points
        if one.group != "console_scripts"
    ]
    yield f"{folder}/WHEEL", _WHEEL.format(tag=_tag(platform)).encode()
    yield f"{folder}/METADATA", f"{headers}\n".encode()
    yield f"{folder}/licenses/LICENSE", (installed.read_text("licenses/LICENSE") or "").encode()
    yield f"{folder}/entry_points.txt", "".join(entry_points).encode()


def _record_line(path: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"{path},sha256={digest.decode()},{len(data)}\n"


def _write(folder: str, platform: str = _PLATFORM) -> None:
    target = Path(folder, wheel_name(platform))
    target.write_bytes(build_wheel(platform))
    print(target)


if __name__ == "__main__":
    _write(*sys.argv[1:])
