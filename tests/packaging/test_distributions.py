"""The wheel is pure, contains exactly the three packages, and needs nothing else in a page."""

from __future__ import annotations

import json
import subprocess
import sys
from email.parser import Parser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from support.distributions import Distributions

# The build front end creates a new environment for each build.
pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parent.parent.parent
PACKAGES = {
    "mediadevices": ROOT / "shared",
    "mediadevices_native": ROOT / "native",
    "mediadevices_pyodide": ROOT / "pyodide",
}
# The example page of `mediadevices serve`.
EXAMPLES = PurePosixPath("mediadevices_native/serving/examples")
HEAVY = {"numpy", "cv2", "sounddevice", "soxr", "av", "typer", "rich", "pulsectl", "pyudev", "js"}
LIST_MODULES = "import mediadevices, json, sys; print(json.dumps(sorted(sys.modules)))"
EMSCRIPTEN = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "os_name": "posix",
    "extra": "",
}


def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def modules_after_import(python: str | Path, **environment: str) -> set[str]:
    done = subprocess.run(
        [python, "-W", "error", "-c", LIST_MODULES],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_the_wheel_is_pure(distributions: Distributions) -> None:
    assert distributions.wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_contains_exactly_the_three_packages(distributions: Distributions) -> None:
    expected = {
        path.relative_to(root).as_posix()
        for package, root in PACKAGES.items()
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {
        (EXAMPLES / path.relative_to(ROOT / "examples")).as_posix()
        # The example page of `mediadevices serve`.
        for path in (ROOT / "examples" / "same_program.py", *(ROOT / "examples/web").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= expected
    metadata = {name for name in names(distributions.wheel) if ".dist-info/" in name}
    assert names(distributions.wheel) - metadata == expected


def test_the_source_archive_builds_the_same_wheel(distributions: Distributions) -> None:
    assert names(distributions.wheel_of_sdist) == names(distributions.wheel)


def test_the_wheel_has_no_dependencies_in_a_web_page(distributions: Distributions) -> None:
    with ZipFile(distributions.wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(path).decode())
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    assert any(requirement.name == "opencv-python" for requirement in requirements)
    wanted = [
        requirement.name
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(EMSCRIPTEN)
    ]
    assert wanted == []


def test_the_wheel_alone_can_be_imported(distributions: Distributions, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=60
    )
    python = environment / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    subprocess.run([*command, distributions.wheel], check=True, timeout=60)
    assert "mediadevices" in modules_after_import(python)


def test_importing_the_library_imports_no_capture_library() -> None:
    path = ":".join(str(root) for root in PACKAGES.values())
    assert not modules_after_import(sys.executable, PYTHONPATH=path) & HEAVY
