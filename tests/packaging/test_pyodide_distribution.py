"""Pyodide's tools accept the wheels, and pages load them from a custom distribution."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from packaging.utils import parse_wheel_filename

from mediadevices_native.serving.page_wheel import build_wheel, wheel_name
from support.pyodide_distribution import (
    PyodideTools,
    chromium,
    load_in_chromium,
    load_under_node,
)

if TYPE_CHECKING:
    from support.distributions import Distributions

# The first run installs the tools.
pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parent.parent.parent
FRAME = "Lens: I420 320x240, 0"


@pytest.fixture(scope="module")
def tools() -> PyodideTools:
    tools = PyodideTools(ROOT)
    if reason := tools.available():
        pytest.skip(reason)
    return tools


@pytest.fixture(scope="module")
def wheel(
    tools: PyodideTools, distributions: Distributions, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The wheel that `pyodide build` makes from the source archive, like a recipe of Pyodide's."""
    folder = tmp_path_factory.mktemp("pyodide-build")
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    return tools.build(source, folder / "wheels")


@pytest.fixture(scope="module")
def distribution(
    tools: PyodideTools, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("distribution") / "pyodide"
    tools.make_distribution(wheel, folder)
    return folder


@pytest.fixture(scope="module")
def page_distribution(tools: PyodideTools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A distribution with the page wheel."""
    folder = tmp_path_factory.mktemp("page-distribution")
    wheel = folder / wheel_name("any")  # pyodide-lock accepts no other tag
    wheel.write_bytes(build_wheel("any"))
    tools.make_distribution(wheel, folder / "pyodide")
    return folder / "pyodide"


@pytest.fixture(params=["distribution", "page_distribution"])
def either(request: pytest.FixtureRequest) -> Path:
    """A distribution with the desktop's wheel, and one with the page wheel."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def tampered(distribution: Path, wheel: Path, tmp_path: Path) -> Path:
    """The distribution with an additional module in its wheel, which is still valid."""
    folder = tmp_path / "tampered"
    shutil.copytree(distribution, folder)
    with ZipFile(folder / wheel.name, "a") as archive:
        archive.writestr("intruder.py", "")
    return folder


@pytest.fixture
def browser() -> str:
    found = chromium()
    if found is None:
        pytest.skip("no Chromium (apt-get install chromium)")
    return found


def contents(wheel: Path) -> list[tuple[str, tuple[int, ...], int, bytes]]:
    # Compare the contents, because the compressed bytes depend on the version of zlib.
    with ZipFile(wheel) as archive:
        return [
            (info.filename, info.date_time, info.external_attr, archive.read(info))
            for info in archive.infolist()
        ]


def lock_file(distribution: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((distribution / "pyodide-lock.json").read_text())
    return content


def test_pyodide_build_builds_the_published_wheel(
    wheel: Path, distributions: Distributions
) -> None:
    assert wheel.name == distributions.wheel.name
    assert contents(wheel) == contents(distributions.wheel)


def test_the_lock_file_lists_the_wheel_without_dependencies(
    distribution: Path, wheel: Path
) -> None:
    packages = lock_file(distribution)["packages"]
    # Both are available; the markers exclude them.
    assert {"numpy", "opencv-python"} <= packages.keys()
    entry = packages["mediadevices"]
    assert entry["depends"] == []
    assert set(entry["imports"]) == {"mediadevices", "mediadevices_native", "mediadevices_pyodide"}
    assert entry["name"] == "mediadevices"
    assert entry["version"] == str(parse_wheel_filename(wheel.name)[1])
    assert entry["file_name"] == wheel.name
    assert entry["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_the_lock_file_is_otherwise_unchanged(tools: PyodideTools, distribution: Path) -> None:
    ours = lock_file(distribution)
    del ours["packages"]["mediadevices"]
    assert ours == tools.original_lock_file()


def test_the_package_loads_and_captures_under_node(either: Path) -> None:
    loaded = load_under_node(either)
    assert loaded.packages == ["mediadevices"], loaded.messages
    assert loaded.frame == FRAME


def test_the_package_loads_and_captures_in_a_page(browser: str, either: Path) -> None:
    loaded = load_in_chromium(browser, either)
    assert loaded.packages == ["mediadevices"], loaded.messages
    assert loaded.frame == FRAME


def test_the_lock_file_accepts_the_page_wheel(page_distribution: Path) -> None:
    entry = lock_file(page_distribution)["packages"]["mediadevices"]
    assert (entry["file_name"], entry["depends"]) == (wheel_name("any"), [])
    assert set(entry["imports"]) == {"mediadevices", "mediadevices_pyodide"}


def test_a_browser_rejects_a_wheel_that_was_tampered_with(browser: str, tampered: Path) -> None:
    refused = load_in_chromium(browser, tampered)
    assert refused.packages == []
    assert "Failed to load mediadevices" in refused.messages
    # Only its hash is wrong.
    assert load_in_chromium(browser, tampered, check_integrity=False).frame == FRAME
