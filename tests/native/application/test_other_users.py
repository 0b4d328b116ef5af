"""Another user of the machine cannot grant a permission, nor read or redirect what is kept."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import stat
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mediadevices import NotAllowedError, navigator
from mediadevices.current_agent import use_agent
from mediadevices.local.permissions.decisions import Decision
from mediadevices_native import agent as agent_module
from mediadevices_native.agent import create_agent
from mediadevices_native.application.audit_file import AuditFile
from mediadevices_native.application.identity import private_folder, secret_path
from mediadevices_native.application.remembered_answers import RememberedPermissions, answer_path
from mediadevices_native.synthetic import synthetic_driver
from support.other_users import as_user, needs_root
from support.own_home import use_own_home

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_root

VICTIM, ATTACKER = 4243, 4242
GRANTED = {"camera": Decision("granted", "user", "")}


class Run(NamedTuple):
    """How one run of a program that uses the camera went."""

    captured: bool
    asked: int
    told: list[str]


def run_program(answer: object = False) -> Run:
    """Run the program; the user gives an answer if asked."""
    asked: list[object] = []

    def prompt(request: object) -> object:
        asked.append(request)
        return answer

    async def capture() -> bool:
        agent = create_agent(application="doorbell", environment={})
        agent.prompter = prompt
        with use_agent(agent):
            try:
                async with await navigator.media_devices.get_user_media(video=True):
                    return True
            except NotAllowedError:
                return False
            finally:
                agent.close()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        captured = asyncio.run(capture())
    return Run(captured, len(asked), [str(warning.message) for warning in told])


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The victim's home, in a folder that everybody may enter; it is no home of an account."""
    base = Path(tempfile.mkdtemp(prefix="mediadevices-home-"))
    base.chmod(0o755)
    home = base / "home"
    home.mkdir()
    os.chown(home, VICTIM, VICTIM)
    use_own_home(monkeypatch, home)
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(agent_module, "native_drivers", lambda: [synthetic_driver()])
    with monkeypatch.context() as warm_up:  # imports what the other users may not read
        warm_up.setenv("HOME", str(base / "root"))
        run_program({"camera": True, "remember": True})
    yield home
    shutil.rmtree(base)


def plant() -> None:
    """Make the file that grants the permission, as whoever runs this."""
    path = answer_path("doorbell", "camera")
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"application": "doorbell", "permission": "camera", "state": "granted", "device": ""}
    path.write_text(json.dumps(content))


def kept_by(uid: int) -> None:
    """Let a user have answered that the permission is granted."""
    as_user(uid, lambda: RememberedPermissions("doorbell").remember(GRANTED))
    assert answer_path("doorbell", "camera").stat().st_uid == uid


# --- folders and files --------------------------------------------------------------------------


def test_every_new_folder_is_private_under_any_umask(home: Path) -> None:
    run = as_user(VICTIM, lambda: run_program({"camera": True, "remember": True}))
    assert run == (True, 1, [])
    for folder in (private_folder(), *private_folder().parents):
        if folder == home:
            break
        assert (folder.stat().st_uid, stat.S_IMODE(folder.stat().st_mode)) == (VICTIM, 0o700)
    for path in private_folder().iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(AssertionError, match="PermissionError"):
        as_user(ATTACKER, lambda: private_folder().rename(private_folder().with_name("gone")))
    assert as_user(VICTIM, run_program) == (True, 0, [])


@pytest.mark.parametrize("level", range(4))
def test_a_folder_that_others_may_write_grants_nothing(home: Path, level: int) -> None:
    kept_by(VICTIM)
    folder = [*reversed(private_folder().parents), private_folder()][-1 - level]
    os.chmod(folder, 0o777)  # noqa: PTH101
    run = as_user(VICTIM, run_program)
    assert (run.captured, run.asked) == (False, 1)
    for message in run.told:
        assert f"{folder}: other users may write to it; chmod go-w {folder}" in message
    assert [message.partition(":")[0] for message in run.told] == [
        "stored answers cannot be read",
        "device ids will change at the next start",
    ]


def test_a_folder_that_another_user_has_exchanged_grants_nothing(home: Path) -> None:
    kept_by(VICTIM)
    parents = list(private_folder().parents)[:3]
    for parent in parents:
        parent.chmod(0o777)  # as once made with the umask 000

    def exchange() -> None:
        private_folder().rename(private_folder().with_name("gone"))
        plant()

    as_user(ATTACKER, exchange)
    run = as_user(VICTIM, run_program)
    assert (run.captured, run.asked) == (False, 1)
    for parent in parents:
        parent.chmod(0o755)  # does not make the planted folder the user's own
    run = as_user(VICTIM, run_program)
    assert (run.captured, run.asked) == (False, 1)
    assert f"{private_folder()}: belongs to another user (uid {ATTACKER})" in run.told[0]


def test_a_link_of_another_user_to_a_folder_of_the_users_own_grants_nothing(home: Path) -> None:
    unpacked = home / "Downloads" / "archive"
    shared = private_folder().parent.parent

    def unpack() -> None:
        unpacked.mkdir(parents=True, mode=0o755)
        shared.mkdir(parents=True)  # with this umask, others may write to it
        (unpacked / "device-ids").mkdir(mode=0o700)
        path = unpacked / "device-ids" / answer_path("doorbell", "camera").name
        content = {"application": "doorbell", "permission": "camera"}
        path.write_text(json.dumps({**content, "state": "granted", "device": ""}))
        path.chmod(0o600)

    as_user(VICTIM, unpack)
    as_user(ATTACKER, lambda: private_folder().parent.symlink_to(unpacked))
    run = as_user(VICTIM, run_program)
    assert (run.captured, run.asked) == (False, 1)
    shared.chmod(0o755)
    shared.parent.chmod(0o755)
    run = as_user(VICTIM, run_program)  # the link itself is still the other user's
    assert (run.captured, run.asked) == (False, 1)
    assert f"{shared}/mediadevices: belongs to another user" in run.told[0]


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_grants_nothing_and_the_next_answer_replaces_it(
    home: Path, mode: int
) -> None:
    kept_by(VICTIM)
    answer_path("doorbell", "camera").chmod(mode)
    run = as_user(VICTIM, lambda: run_program({"camera": True, "remember": True}))
    assert (run.captured, run.asked, len(run.told)) == (True, 1, 1)
    assert f"chmod go-w {answer_path('doorbell', 'camera')}" in run.told[0]
    assert as_user(VICTIM, run_program) == (True, 0, [])


def test_a_file_of_another_user_grants_nothing(home: Path) -> None:
    kept_by(VICTIM)
    os.chown(answer_path("doorbell", "camera"), ATTACKER, ATTACKER)
    assert as_user(VICTIM, run_program)[:2] == (False, 1)


def test_below_a_sticky_folder_only_the_users_own_entry_counts(home: Path) -> None:
    home.parent.chmod(0o1777)  # as /tmp
    kept_by(VICTIM)
    assert as_user(VICTIM, run_program) == (True, 0, [])
    home.parent.chmod(0o777)
    assert as_user(VICTIM, run_program)[:2] == (False, 1)
    home.parent.chmod(0o755)
    private_folder().chmod(0o1777)  # where others could add a file
    assert as_user(VICTIM, run_program)[:2] == (False, 1)


def test_links_of_the_users_own_and_of_root_are_followed(home: Path) -> None:
    elsewhere = home / "disk" / "share"
    as_user(VICTIM, lambda: elsewhere.mkdir(parents=True, mode=0o700))
    (home / "disk").chmod(0o755)
    as_user(VICTIM, lambda: (home / ".local").mkdir(mode=0o755))
    as_user(VICTIM, lambda: (home / ".local" / "share").symlink_to("../disk/../disk/share"))
    kept_by(VICTIM)
    assert (elsewhere / "mediadevices" / "device-ids").is_dir()
    assert as_user(VICTIM, run_program) == (True, 0, [])


def test_only_the_users_private_group_may_write(home: Path) -> None:
    daemon = pwd.getpwnam("daemon").pw_uid  # whose group has the same name and no members
    os.chown(home, daemon, daemon)
    home.chmod(0o775)
    as_user(daemon, lambda: (home / ".local").mkdir(mode=0o775))
    as_user(daemon, lambda: (home / ".local" / "share").mkdir(mode=0o775))
    kept_by(daemon)
    assert as_user(daemon, run_program) == (True, 0, [])
    for group in (pwd.getpwnam("games").pw_gid, ATTACKER):  # another user's, and nobody's
        os.chown(home, daemon, group)
        home.chmod(0o775)
        assert as_user(daemon, run_program)[:2] == (False, 1)


def test_above_the_home_folder_of_the_account_is_the_administrators_business(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_by(VICTIM)
    home.parent.chmod(0o777)
    account = pwd.struct_passwd(("me", "x", VICTIM, VICTIM, "", str(home), ""))
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: account)
    assert as_user(VICTIM, run_program) == (True, 0, [])
    home.chmod(0o777)
    assert as_user(VICTIM, run_program)[:2] == (False, 1)


def test_root_neither_trusts_nor_changes_the_home_of_another_user(home: Path) -> None:
    run = run_program({"camera": True, "remember": True})
    assert (run.captured, run.asked) == (True, 1)
    assert len(run.told) == 3
    for message in run.told:
        assert f"{home}: belongs to another user (uid {VICTIM}); use a folder of your" in message
        assert "sudo -H" in message
    assert list(home.iterdir()) == []


def test_a_secret_that_another_user_could_have_chosen_is_not_used(home: Path) -> None:
    as_user(VICTIM, run_program)
    path = secret_path("doorbell")
    os.chown(path, ATTACKER, ATTACKER)
    before = path.read_bytes()
    assert len(as_user(VICTIM, run_program).told) == 1
    assert path.read_bytes() == before


# --- the audit log --------------------------------------------------------------------------------


@pytest.fixture
def folder(home: Path) -> Path:
    """A folder to which everybody may write, where the audit log of the victim is to be."""
    folder = home.parent / "shared"
    folder.mkdir()
    folder.chmod(0o777)  # where it is sticky, Linux helps
    return folder


def log(path: Path) -> list[str]:
    """Write an entry; return the warnings."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        AuditFile(path)({"event": "open"})
    return [str(warning.message) for warning in told]


def test_the_audit_log_is_not_written_through_a_link_or_into_another_users_file(
    home: Path, folder: Path
) -> None:
    path, profile = folder / "audit.jsonl", home / ".profile"
    as_user(VICTIM, lambda: profile.write_text("PATH=/bin\n"))
    as_user(ATTACKER, lambda: path.symlink_to(profile))
    [told] = as_user(VICTIM, lambda: log(path))
    assert told.startswith(f"the audit log has a gap: {path}: ")
    assert told.endswith("a symbolic link, which is not followed; remove the symbolic link")
    path.unlink()
    path.hardlink_to(profile)
    assert "another name too" in as_user(VICTIM, lambda: log(path))[0]
    assert profile.read_text() == "PATH=/bin\n"
    path.unlink()
    as_user(ATTACKER, lambda: path.touch(0o666))
    assert f"belongs to another user (uid {ATTACKER})" in as_user(VICTIM, lambda: log(path))[0]
    assert path.read_text() == ""


def test_the_mode_of_an_audit_log_is_put_right(folder: Path) -> None:
    path = folder / "audit.jsonl"
    as_user(VICTIM, lambda: path.touch(0o666))
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    assert as_user(VICTIM, lambda: log(path)) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(AssertionError, match="PermissionError"):
        as_user(ATTACKER, path.read_text)
