"""Which application runs, and the secret behind its device ids."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from mediadevices import MediaDevicesWarning
from mediadevices_native import clear_device_ids
from mediadevices_native.application import private_files
from mediadevices_native.application.identity import (
    application_name,
    application_secret,
    is_one_program,
    secret_path,
)
from support.own_home import use_own_home


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    use_own_home(monkeypatch, tmp_path)
    return tmp_path


# --- the name -----------------------------------------------------------------------------------


def main_module(file: object, **attributes: object) -> ModuleType:
    module = ModuleType("__main__")
    module.__dict__.update(attributes)
    if file is not None:
        module.__file__ = file
    return module


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("{}/doorbell.py", "{}/doorbell.py"),
        ("{}/bin/doorbell", "{}/bin/doorbell"),
        ("{}/doorbell/__main__.py", "{}/doorbell"),
        ("{}/doorbell.pyz/__main__.py", "{}/doorbell.pyz"),
        ("{}/Scripts/doorbell.exe/__main__.py", "{}/Scripts/doorbell.exe"),
        ("{}/other/../doorbell.py", "{}/doorbell.py"),
        (None, "python"),
        ("", "python"),
        (7, "python"),
        ("<stdin>", "python"),
        ("<string>", "python"),
    ],
)
def test_the_application_is_named_after_the_path_of_the_program(
    home: Path, file: object, name: str
) -> None:
    file = file.format(home) if isinstance(file, str) else file
    assert application_name({}, main=main_module(file)) == name.format(home)


def test_programs_of_one_file_name_are_two_applications(home: Path) -> None:
    names = {
        application_name({}, main=main_module(f"{home}/{folder}/main.py"))
        for folder in ("trusted", "downloads")
    }
    assert names == {f"{home}/trusted/main.py", f"{home}/downloads/main.py"}
    assert len({application_secret(name) for name in names}) == 2


def test_every_spelling_of_a_path_is_the_same_application(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "programs").mkdir()
    (home / "programs" / "doorbell.py").touch()
    (home / "link").symlink_to(home / "programs")
    (home / "start.py").symlink_to("link/doorbell.py")
    monkeypatch.chdir(home)
    for file in ("link/doorbell.py", "start.py", f"{home}/programs/../link/./doorbell.py"):
        name = application_name({}, main=main_module(file))
        assert name == f"{home}/programs/doorbell.py"


def test_the_environment_names_the_application_before_all_else(home: Path) -> None:
    main = main_module(f"{home}/doorbell.py")
    environment = {"MEDIADEVICES_APPLICATION": "lift"}
    assert application_name(environment, given="stairs", main=main) == "lift"
    assert application_name({"MEDIADEVICES_APPLICATION": " "}, given="stairs") == "stairs"


def test_a_frozen_program_is_its_executable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As PyInstaller does: the script is unpacked to a new folder each time.
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", f"{home}/doorbell")
    assert application_name({}, main=main_module("/tmp/_MEI1/main.py")) == f"{home}/doorbell"


def test_a_compiled_program_is_its_executable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As Nuitka does.
    monkeypatch.setattr(sys, "argv", [f"{home}/doorbell.bin"])
    compiled = SimpleNamespace(containing_dir=str(home), onefile=True)
    main = main_module("/tmp/onefile_1/main.py", __compiled__=compiled)
    assert application_name({}, main=main) == f"{home}/doorbell.bin"


def test_where_the_working_folder_is_gone_a_relative_path_names_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "gone").mkdir()
    monkeypatch.chdir(home / "gone")
    (home / "gone").rmdir()
    assert application_name({}, main=main_module("doorbell.py")) == "python"


PROGRAM = """
import sys
from mediadevices_native.application.identity import application_name, is_one_program


def show():
    name = application_name()
    print(name, is_one_program(name), flush=True)


if __name__ == "__main__":
    show()
    if "--children" in sys.argv:
        import multiprocessing
        for method in ("fork", "spawn", "forkserver"):
            child = multiprocessing.get_context(method).Process(target=show)
            child.start()
            child.join()
"""


def run(*arguments: object, home: Path, given: str | None = None) -> list[str]:
    """Run a program in a folder; return what it printed, with ``~`` for the folder."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=home,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.replace(str(home), "~").splitlines()


def test_real_programs_have_the_names_of_the_rule(home: Path) -> None:
    (home / "doorbell.py").write_text(PROGRAM)
    (home / "bell").mkdir()
    (home / "bell" / "__main__.py").write_text(PROGRAM)
    with zipfile.ZipFile(home / "bell.pyz", "w") as archive:
        archive.writestr("__main__.py", PROGRAM)
    python = sys.executable
    assert run(python, "doorbell.py", home=home) == ["~/doorbell.py True"]
    assert run(python, "-m", "doorbell", home=home) == ["~/doorbell.py True"]
    assert run(python, "-m", "bell", home=home) == ["~/bell True"]
    assert run(python, "bell", home=home) == ["~/bell True"]
    assert run(python, "bell.pyz", home=home) == ["~/bell.pyz True"]
    assert run(python, "-c", PROGRAM, home=home) == ["python False"]
    assert run(python, "-", home=home, given=PROGRAM) == ["python False"]
    assert run(python, "-m", "pdb", "-c", "c", "doorbell.py", home=home)[0] == "~/doorbell.py True"
    [profiled, *_] = run(python, "-m", "cProfile", "doorbell.py", home=home)
    # From Python 3.12 on, cProfile runs a program as `__main__`.
    assert profiled.endswith(("cProfile.py False", "~/doorbell.py True"))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell with pipes at paths")
def test_code_from_a_pipe_is_a_session_without_a_name(home: Path) -> None:
    (home / "doorbell.py").write_text(PROGRAM)
    command = f"cat doorbell.py | {sys.executable} /dev/stdin"
    assert run("sh", "-c", command, home=home) == ["python False"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows only spawns")
def test_a_process_of_multiprocessing_is_its_parents_application(home: Path) -> None:
    (home / "doorbell.py").write_text(PROGRAM)
    assert run(sys.executable, "doorbell.py", "--children", home=home) == ["~/doorbell.py True"] * 4
    # A child does not import the `__main__.py` of a package, so it gets a function of a module.
    (home / "shown.py").write_text(PROGRAM)
    (home / "bell").mkdir()
    (home / "bell" / "shown.py").write_text(PROGRAM)
    (home / "bell" / "__main__.py").write_text(
        "from shown import show\n" + PROGRAM.replace("def show():", "def _():")
    )
    assert run(sys.executable, "-m", "bell", "--children", home=home) == ["~/bell True"] * 4
    assert run(sys.executable, "bell", "--children", home=home) == ["~/bell True"] * 4
    with zipfile.ZipFile(home / "bell.pyz", "w") as archive:
        archive.write(home / "bell" / "__main__.py", "__main__.py")
        archive.write(home / "shown.py", "shown.py")
    assert run(sys.executable, "bell.pyz", "--children", home=home) == ["~/bell.pyz True"] * 4
    # A notebook has no file, whatever its arguments name.
    session = "import sys; sys.argv[0] = 'shown.py'\nfrom shown import show\n" + PROGRAM.replace(
        "def show():", "def _():"
    )
    assert run(sys.executable, "-c", session, "--children", home=home) == ["python False"] * 4


# --- programs that run others ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "~/.venv/bin/uvicorn",
        "~/.venv/bin/gunicorn",
        "~/.venv/bin/jupyter-lab",
        "~/.venv/bin/py.test",
        "/usr/bin/pytest-3",
        "/usr/bin/ipython3",
        "/nix/store/1-uvicorn/bin/.uvicorn-wrapped",
        "~/venv/Scripts/uvicorn.exe",
        "~/.venv/lib/python3.12/site-packages/uvicorn",
        "~/.venv/lib/python3.12/site-packages/IPython",
        "~/.venv/lib/python3.12/site-packages/ipykernel_launcher.py",
        "~/.venv/lib/python3.12/site-packages/ray/_private/workers/default_worker.py",
        "/usr/lib/python3/dist-packages/flask",
        "~/.vscode/extensions/ms-python.debugpy/bundled/libs/debugpy",
        "/opt/pycharm/plugins/python/helpers/pydev/pydevconsole.py",
        f"{os.path.dirname(os.__file__)}/unittest",  # noqa: PTH120
        f"{os.path.dirname(os.__file__)}/cProfile.py",  # noqa: PTH120
    ],
)
def test_nothing_is_stored_for_launchers(path: str) -> None:
    assert not is_one_program(path.replace("~", "/home/me"))


@pytest.mark.parametrize(
    "path",
    [
        "~/flask.py",
        "~/panel/__main__.py",
        "~/robot/main.py",
        "~/.venv/bin/doorbell",
        "~/.venv/lib/python3.12/site-packages/doorbell/__main__.py",
        "~/site/manage.py",
        f"{os.path.dirname(os.__file__)}/site-packages/doorbell.py",  # noqa: PTH120
    ],
)
def test_a_program_that_only_resembles_one_is_one_program(path: str) -> None:
    path = path.replace("~", "/home/me")
    assert is_one_program(application_name({}, main=main_module(path)))


def test_a_launcher_is_one_program_under_a_name_of_its_own() -> None:
    main = main_module("/home/me/.venv/bin/uvicorn")
    name = application_name({"MEDIADEVICES_APPLICATION": "uvicorn"}, main=main)
    assert (name, is_one_program(name)) == ("uvicorn", True)


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
def test_no_other_user_can_read_the_secret() -> None:
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


def test_the_second_process_takes_the_secret_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    publish = private_files._publish_unless_there

    def publish_late(unfinished: Path, path: Path) -> None:
        path.write_bytes(b"1" * 32)
        publish(unfinished, path)

    monkeypatch.setattr(private_files, "_publish_unless_there", publish_late)
    assert application_secret("doorbell") == b"1" * 32
    assert len(list(secret_path("doorbell").parent.iterdir())) == 1


def test_a_file_system_without_hard_links_keeps_the_secret_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    secret = application_secret("doorbell")
    assert application_secret("doorbell") == secret
    assert len(list(secret_path("doorbell").parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("content", "found"), [(b"", "found 0"), (b"short", "found 5"), (b"x" * 33, "longer than 32")]
)
def test_a_spoilt_file_costs_only_the_permanence_of_the_ids(content: bytes, found: str) -> None:
    path = secret_path("doorbell")
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(content)
    with pytest.warns(MediaDevicesWarning, match=r"change at the next start: .*delete") as told:
        secret = application_secret("doorbell")
    assert str(path) in str(told[0].message)
    assert found in str(told[0].message)
    assert len(secret) == 32
    assert path.read_bytes() == content


def test_cleared_ids_are_named_by_the_path_of_the_program_in_any_spelling(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    name = str(home / "doorbell.py")
    for spelling in (name, "./doorbell.py", f"{home}/x/../doorbell.py"):
        before = application_secret(name)
        clear_device_ids(spelling)
        assert application_secret(name) != before
