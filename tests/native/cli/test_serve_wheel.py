"""The wheel that ``mediadevices serve`` gives to pages."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

import mediadevices
import mediadevices_native
import mediadevices_pyodide
from mediadevices_native.serving import wheel as wheel_module
from mediadevices_native.serving.wheel import build_wheel, wheel_name

INFO = f"mediadevices-{version('mediadevices')}.dist-info"


@pytest.fixture(scope="module")
def members() -> dict[str, bytes]:
    """What is in the wheel."""
    with ZipFile(io.BytesIO(build_wheel())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_is_named_as_pure_wheels_are() -> None:
    assert wheel_name() == f"mediadevices-{version('mediadevices')}-py3-none-any.whl"


def test_it_holds_the_packages_as_they_are(members: dict[str, bytes]) -> None:
    expected: dict[str, bytes] = {}
    for package in (mediadevices, mediadevices_native, mediadevices_pyodide):
        assert package.__file__ is not None
        root = Path(package.__file__).parent
        for path in root.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                expected[path.relative_to(root.parent).as_posix()] = path.read_bytes()
    found = {name: data for name, data in members.items() if not name.startswith(INFO)}
    assert found == expected


def test_its_metadata_is_that_of_the_installation(members: dict[str, bytes]) -> None:
    metadata = Parser().parsestr(members[f"{INFO}/METADATA"].decode())
    assert (metadata["Name"], metadata["Version"]) == ("mediadevices", version("mediadevices"))
    assert "Tag: py3-none-any" in members[f"{INFO}/WHEEL"].decode()
    assert b"Redistribution" in members[f"{INFO}/licenses/LICENSE"]
    own = {name.removeprefix(f"{INFO}/") for name in members if name.startswith(INFO)}
    assert not own & {"INSTALLER", "REQUESTED", "direct_url.json"}


def test_its_record_tells_every_member(members: dict[str, bytes]) -> None:
    record = list(csv.reader(io.StringIO(members[f"{INFO}/RECORD"].decode())))
    assert [name for name, _, _ in record] == list(members)
    for name, digest, size in record[:-1]:
        sha256 = hashlib.sha256(members[name]).digest()
        assert digest == "sha256=" + base64.urlsafe_b64encode(sha256).decode().rstrip("=")
        assert int(size) == len(members[name])
    assert record[-1] == [f"{INFO}/RECORD", "", ""]


def test_it_is_the_same_each_time() -> None:
    assert build_wheel() == build_wheel()


def test_it_holds_what_was_edited_just_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "edited"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "old.pyc").touch()
    monkeypatch.setattr(wheel_module, "_PACKAGES", ("edited",))
    monkeypatch.setattr(wheel_module, "files", lambda name: tmp_path / name)
    for text in ("one", "two"):
        (package / "module.py").write_text(text)
        with ZipFile(io.BytesIO(build_wheel())) as archive:
            assert archive.read("edited/module.py").decode() == text
            assert [name for name in archive.namelist() if name.endswith(".pyc")] == []


def test_pip_installs_it(tmp_path: Path) -> None:
    path = tmp_path / wheel_name()
    path.write_bytes(build_wheel())
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", target, path],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (target / "mediadevices_pyodide" / "agent.py").is_file()
