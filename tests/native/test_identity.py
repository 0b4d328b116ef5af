"""Who the program is: its name, and the secret behind its device ids."""

from __future__ import annotations

import errno
import multiprocessing
import stat
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from mediadevices import MediaDevicesWarning
from mediadevices_native import clear_device_ids, identity
from mediadevices_native.identity import application_name, application_secret, secret_path
from support.own_home import use_own_home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    use_own_home(monkeypatch, tmp_path)
    return tmp_path


def main_module(file: str | None, spec: str | None = None) -> ModuleType:
    module = ModuleType("__main__")
    if file is not None:
        module.__file__ = file
    if spec is not None:
        module.__spec__ = type(sys.__spec__)(spec, None)
    return module


# --- the name -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "name"),
    [
        (main_module("/home/me/doorbell.py"), "doorbell"),
        (main_module("/usr/bin/doorbell"), "doorbell"),
        (main_module("/home/me/doorbell/__main__.py", "__main__"), "doorbell"),
        (main_module("/home/me/doorbell.pyz/__main__.py"), "doorbell"),
        (main_module("/site-packages/bell/door.py", "bell.door"), "bell.door"),
        (main_module("/site-packages/bell/__main__.py", "bell.__main__"), "bell"),
        (main_module(None), "python"),
    ],
)
def test_the_application_is_named_after_what_runs(main: ModuleType, name: str) -> None:
    assert application_name({}, main=main) == name


def test_the_environment_names_the_application_before_all_else() -> None:
    main = main_module("/home/me/doorbell.py")
    environment = {"MEDIADEVICES_APPLICATION": "lift"}
    assert application_name(environment, given="stairs", main=main) == "lift"
    assert application_name({"MEDIADEVICES_APPLICATION": " "}, given="stairs") == "stairs"


def test_a_real_script_a_real_module_and_a_real_command_have_the_names_of_the_rule(
    tmp_path: Path,
) -> None:
    code = "from mediadevices_native.identity import *; print(application_name())"
    (tmp_path / "doorbell.py").write_text(code)
    (tmp_path / "bell").mkdir()
    (tmp_path / "bell" / "__main__.py").write_text(code)
    names = [
        subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()
        for arguments in (["doorbell.py"], ["-m", "bell"], ["bell"], ["-c", code])
    ]
    assert names == ["doorbell", "bell", "bell", "python"]


# --- the secret ---------------------------------------------------------------------------------


def test_an_application_has_the_same_secret_each_time_and_another_one_has_another() -> None:
    secret = application_secret("doorbell")
    assert len(secret) == 32
    assert application_secret("doorbell") == secret
    assert application_secret("lift") != secret


@pytest.mark.parametrize(
    ("one", "other"),
    [("Doorbell", "doorbell"), ("a/b", "a-b"), ("x" * 300, "x" * 301), ("..", ".")],
)
def test_names_that_a_file_system_could_confuse_have_files_of_their_own(
    one: str, other: str
) -> None:
    first, second = secret_path(one), secret_path(other)
    assert first.parent == second.parent
    assert first.name.casefold() != second.name.casefold()
    assert application_secret(one) == first.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the user's folder to the user")
def test_nobody_else_can_read_the_secret() -> None:
    application_secret("doorbell")
    path = secret_path("doorbell")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_after_clearing_the_next_secret_is_another() -> None:
    before = application_secret("doorbell")
    clear_device_ids("doorbell")
    clear_device_ids("doorbell")
    assert application_secret("doorbell") != before


def _secret_of_a_process(barrier: object, results: object) -> None:
    barrier.wait()
    results.put(application_secret("racer"))


def test_processes_that_start_together_agree_on_one_secret() -> None:
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(8), context.SimpleQueue()
    processes = [
        context.Process(target=_secret_of_a_process, args=(barrier, results)) for _ in range(8)
    ]
    for process in processes:
        process.start()
    secrets = {results.get() for _ in processes}
    for process in processes:
        process.join()
    assert secrets == {secret_path("racer").read_bytes()}


def test_who_comes_second_takes_the_secret_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    publish = identity._publish

    def publish_late(unfinished: Path, path: Path) -> None:
        path.write_bytes(b"1" * 32)
        publish(unfinished, path)

    monkeypatch.setattr(identity, "_publish", publish_late)
    assert application_secret("doorbell") == b"1" * 32
    assert len(list(secret_path("doorbell").parent.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_spoilt_file_costs_only_the_permanence_of_the_ids(content: bytes) -> None:
    path = secret_path("doorbell")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.warns(
        MediaDevicesWarning, match=r"others the next time: .*doorbell.*delete"
    ) as told:
        secret = application_secret("doorbell")
    assert str(path) in str(told[0].message)
    assert len(secret) == 32
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_costs_only_the_permanence_of_the_ids(home: Path) -> None:
    (home / "mediadevices").write_text("in the way")
    with pytest.warns(MediaDevicesWarning, match="let this user read and write"):
        secret = application_secret("doorbell")
    assert len(secret) == 32


def test_a_folder_that_cannot_be_written_costs_only_the_permanence_of_the_ids(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path) -> bytes:  # as root may write everywhere
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(identity, "_create", refuse)
    with pytest.warns(MediaDevicesWarning, match="Permission denied; let this user read"):
        secret = application_secret("doorbell")
    assert len(secret) == 32


def test_without_the_library_of_folders_only_the_permanence_of_the_ids_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.warns(MediaDevicesWarning, match="pip install platformdirs"):
        assert len(application_secret("doorbell")) == 32
