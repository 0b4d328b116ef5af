"""The page wheel is a small, ordinary wheel of the library, with each statement on its line."""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tokenize
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from packaging.utils import parse_wheel_filename

from mediadevices_native.serving import page_wheel
from mediadevices_native.serving.page_wheel import build_wheel, slim, wheel_name

if TYPE_CHECKING:
    from support.distributions import Distributions

ROOT = Path(__file__).parent.parent.parent
INFO = f"mediadevices-{version('mediadevices')}.dist-info"
TAG = "py3-none-pyemscripten_2026_0_wasm32"
PACKAGES = {"mediadevices": ROOT / "shared", "mediadevices_pyodide": ROOT / "pyodide"}
SOURCES = {
    path.relative_to(root).as_posix(): path
    for package, root in PACKAGES.items()
    for path in (root / package).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
MODULES = sorted(name for name in SOURCES if name.endswith(".py"))

IMPORT_ALL = """
import importlib, json, pkgutil, sys, mediadevices

found = ["mediadevices"]
for info in pkgutil.walk_packages(mediadevices.__path__, "mediadevices."):
    found.append(info.name)
    try:
        importlib.import_module(info.name)
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "pytest"):
            raise
print(json.dumps([found, sorted(sys.modules)]))
"""
DOCUMENTATION = """
import importlib, inspect, json

texts = {}
for name in ("mediadevices", "mediadevices.driver"):
    module = importlib.import_module(name)
    texts[name] = inspect.getdoc(module)
    for public in sorted(dir(module)):
        value = getattr(module, public)
        home = getattr(value, "__module__", "")
        if public.startswith("_") or not home.startswith("mediadevices"):
            continue
        texts[f"{name}.{public}"] = inspect.getdoc(value)
        for member in dir(value) if inspect.isclass(value) else ():
            if not member.startswith("_"):
                texts[f"{name}.{public}.{member}"] = inspect.getdoc(getattr(value, member))
print(json.dumps(texts))
"""
CAPTURE = """
import asyncio
from mediadevices import navigator
from mediadevices.testing import FakeCamera, install_fake_devices


async def main():
    with install_fake_devices(cameras=[FakeCamera(label="Lens")]):
        stream = await navigator.media_devices.get_user_media({"video": {"width": 320}})
        async with stream:
            [track] = stream.get_tracks()
            async for frame in track.frames(format="RGBA"):
                print(track.label, frame.format, frame.coded_width, len(frame.data))
                frame.close()
                break


asyncio.run(main())
"""


def run(program: str, *folders: Path) -> str:
    """Run a program whose import path has only these folders, and return its output."""
    path = os.pathsep.join(map(str, folders))
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-W", "error", "-c", program],
        env={"PYTHONPATH": path},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel() -> bytes:
    return build_wheel()


@pytest.fixture(scope="module")
def members(wheel: bytes) -> dict[str, str]:
    """The text of each file in the wheel."""
    with ZipFile(io.BytesIO(wheel)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def installed(wheel: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was unpacked, as a page does it."""
    folder = tmp_path_factory.mktemp("page")
    with ZipFile(io.BytesIO(wheel)) as archive:
        archive.extractall(folder)
    return folder


# --- the file ---------------------------------------------------------------------------------


def test_it_has_220_kilobytes_at_most(wheel: bytes) -> None:
    assert len(wheel) <= 220_000


def test_it_contains_exactly_the_two_packages_for_pages(members: dict[str, str]) -> None:
    assert {name for name in members if not name.startswith(f"{INFO}/")} == SOURCES.keys()


def test_its_tag_is_pyodides(members: dict[str, str]) -> None:
    _, _, build, tags = parse_wheel_filename(wheel_name())
    assert (build, set(map(str, tags))) == ((), {TAG})
    assert Parser().parsestr(members[f"{INFO}/WHEEL"])["Tag"] == TAG


def test_its_tag_can_be_any(members: dict[str, str]) -> None:
    assert wheel_name("any") == f"mediadevices-{version('mediadevices')}-py3-none-any.whl"
    with ZipFile(io.BytesIO(build_wheel("any"))) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert Parser().parsestr(texts[f"{INFO}/WHEEL"])["Tag"] == "py3-none-any"
    own = {f"{INFO}/WHEEL", f"{INFO}/RECORD"}
    assert {name for name in texts.keys() | members if texts[name] != members[name]} == own


def test_its_record_lists_each_file_with_hash_and_size(members: dict[str, str]) -> None:
    record = list(csv.reader(io.StringIO(members[f"{INFO}/RECORD"])))
    assert [name for name, _, _ in record] == list(members)
    for name, digest, size in record[:-1]:
        sha256 = hashlib.sha256(members[name].encode()).digest()
        assert digest == "sha256=" + base64.urlsafe_b64encode(sha256).decode().rstrip("=")
        assert int(size) == len(members[name].encode())
    assert record[-1] == [f"{INFO}/RECORD", "", ""]


def test_its_metadata_is_the_librarys_without_the_command_line(members: dict[str, str]) -> None:
    metadata = Parser().parsestr(members[f"{INFO}/METADATA"])
    assert (metadata["Name"], metadata["Version"]) == ("mediadevices", version("mediadevices"))
    # An index has one list of requirements for all wheels of a version.
    assert "numpy>=1.26; sys_platform != 'emscripten'" in metadata.get_all("Requires-Dist", [])
    assert "Redistribution" in members[f"{INFO}/licenses/LICENSE"]
    entry_points = members[f"{INFO}/entry_points.txt"]
    assert "mediadevices.testing.pytest_plugin" in entry_points
    assert "mediadevices_native" not in entry_points


def test_building_it_twice_gives_the_same_bytes(wheel: bytes) -> None:
    assert build_wheel() == wheel


@pytest.mark.timeout(300)
def test_the_installed_library_builds_the_same_modules(
    members: dict[str, str], distributions: Distributions, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    target = tmp_path / "installed"
    subprocess.run(
        [*command, "--disable-pip-version-check", "--target", target, distributions.wheel],
        check=True,
        timeout=60,
    )
    folder = tmp_path / "made"
    folder.mkdir()
    program = f"import sys; sys.argv[1:] = [{str(folder)!r}]; import runpy; "
    module = "mediadevices_native.serving.page_wheel"
    run(f"{program}runpy.run_module({module!r}, run_name='__main__')", target)
    with ZipFile(folder / wheel_name()) as archive:
        made = {name: archive.read(name).decode() for name in archive.namelist()}
    # The metadata names the version of the build tool, which can differ.
    own = [name for name in members if ".dist-info/" not in name]
    assert made.keys() == members.keys()
    assert {name: made[name] for name in own} == {name: members[name] for name in own}


def test_it_contains_the_latest_edit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "edited"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "old.pyc").touch()
    monkeypatch.setattr(page_wheel, "_PACKAGES", ("edited",))
    monkeypatch.setattr(page_wheel, "files", lambda name: tmp_path / name)
    for text in ("one\n", "two\n"):
        (package / "module.py").write_text(text)
        with ZipFile(io.BytesIO(build_wheel())) as archive:
            names = [name for name in archive.namelist() if not name.startswith(INFO)]
            assert names == ["edited/module.py"]
            assert archive.read("edited/module.py").decode() == text


# --- installers -------------------------------------------------------------------------------


def pip_install(wheel: bytes, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    path = folder / wheel_name()
    path.write_bytes(wheel)
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    target = folder / "installed"
    return subprocess.run(
        [*command, "--disable-pip-version-check", *options, f"--target={target}", path],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_pip_installs_it_for_pyodide(wheel: bytes, tmp_path: Path) -> None:
    platform = TAG.rpartition("-")[2]
    done = pip_install(wheel, tmp_path, f"--platform={platform}", "--only-binary=:all:")
    assert done.returncode == 0, done.stderr
    assert run("import mediadevices; print(mediadevices.__name__)", tmp_path / "installed")


def test_pip_refuses_it_on_the_desktop(wheel: bytes, tmp_path: Path) -> None:
    done = pip_install(wheel, tmp_path)
    assert done.returncode != 0
    assert "not a supported wheel on this platform" in done.stderr


# --- the library in it ------------------------------------------------------------------------


def test_every_module_can_be_imported_without_the_desktops_package(installed: Path) -> None:
    found, loaded = json.loads(run(IMPORT_ALL, installed))
    modules = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in MODULES
    }
    assert set(found) == {name for name in modules if not name.startswith("mediadevices_pyodide")}
    assert not [name for name in loaded if name.startswith("mediadevices_native")]


def test_its_fake_devices_capture_frames(installed: Path) -> None:
    assert run(CAPTURE, installed) == f"Lens RGBA 320 {320 * 240 * 4}\n"


def test_every_statement_stays_on_its_line(installed: Path) -> None:
    for name in MODULES:
        slimmed, source = (installed / name).read_text("utf-8"), SOURCES[name].read_text("utf-8")
        assert slimmed.count("\n") == source.count("\n"), name
        assert what_runs(slimmed) == what_runs(source), name


def what_runs(source: str) -> str:
    """Return a module's statements without its docstrings, each with its line and column."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not is_text(statement)]
        if isinstance(node, ast.stmt | ast.expr):
            node.end_lineno = node.end_col_offset = None
    return ast.dump(tree, include_attributes=True)


def is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def test_other_files_than_modules_are_copied(installed: Path) -> None:
    others = SOURCES.keys() - set(MODULES)
    assert others
    for name in others:
        assert (installed / name).read_bytes() == SOURCES[name].read_bytes()


def test_all_public_docstrings_are_kept(installed: Path) -> None:
    installed_texts, source_texts = (
        json.loads(run(DOCUMENTATION, *folders)) for folders in ([installed], [ROOT / "shared"])
    )
    assert installed_texts == source_texts
    assert len(source_texts["mediadevices.MediaDevices.get_user_media"].splitlines()) > 5


def test_comments_and_internal_docstrings_are_removed(installed: Path) -> None:
    for name in MODULES:
        text = (installed / name).read_text("utf-8")
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        assert not [token for token in tokens if token.type == tokenize.COMMENT], name
    internal = (installed / "mediadevices/algorithms/fitness_distance.py").read_text("utf-8")
    assert not ast.get_docstring(ast.parse(internal))


# --- slimming ---------------------------------------------------------------------------------

SOURCE = dedent('''\
    """A module."""  # a comment
    from __future__ import annotations

    X = "# no comment"  # one


    class _Private(Exception):
        """A private class."""


    def function():
        """A function.

        It has two lines.
        """
        # A comment.
        return """a text"""
''')


def test_public_docstrings_stay_in_documented_modules() -> None:
    assert slim(SOURCE, documented=True) == dedent('''\
        """A module."""
        from __future__ import annotations

        X = "# no comment"


        class _Private(Exception):
            ""


        def function():
            """A function.

            It has two lines.
            """

            return """a text"""
    ''')


def test_all_docstrings_are_emptied_in_other_modules() -> None:
    assert slim(SOURCE, documented=False) == dedent('''\
        ""
        from __future__ import annotations

        X = "# no comment"


        class _Private(Exception):
            ""


        def function():
            ""




            return """a text"""
    ''')
