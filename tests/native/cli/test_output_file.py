"""Output files: new and existing files, links, pipes and devices."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mediadevices_native.cli import output_file, stream_file, unfinished_file
from mediadevices_native.cli.errors import CommandError
from mediadevices_native.cli.output_file import OutputFile, write_all
from mediadevices_native.cli.stream_file import StreamFile
from mediadevices_native.cli.unfinished_file import UnfinishedFile

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's permissions and links")

ENDINGS = (".wav", ".wave")


def write(path: Path, data: bytes = b"new") -> None:
    """Write the complete data to an output file."""
    with OutputFile(path, ENDINGS).opened() as file:
        write_all(file, data)


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


# --- files ----------------------------------------------------------------------------------------


def test_a_new_file_has_its_name_when_it_is_complete(folder: Path) -> None:
    with OutputFile(folder / "a.wav", ENDINGS).opened() as file:
        write_all(file, b"new")
        [name] = names(folder)
        assert name.startswith("a.unfinished-")
        assert name.endswith(".wav")
    assert names(folder) == ["a.wav"]
    assert (folder / "a.wav").read_bytes() == b"new"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((folder / "a.wav").stat().st_mode) == 0o666 & ~umask


def test_no_file_is_created_before_the_first_write(folder: Path) -> None:
    place = OutputFile(folder / "a.wav", ENDINGS)
    assert names(folder) == []
    with place.opened():
        pass
    assert names(folder) == []


def test_an_old_file_stays_until_the_new_one_is_complete(folder: Path) -> None:
    (folder / "a.wav").write_bytes(b"old")
    with OutputFile(folder / "a.wav", ENDINGS).opened() as file:
        write_all(file, b"new")
        assert (folder / "a.wav").read_bytes() == b"old"
    assert (folder / "a.wav").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("keep_partial", "written", "found"),
    [(False, b"part", b"old"), (True, b"part", b"part"), (True, b"", b"old")],
)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, asyncio.CancelledError])
def test_a_failing_block_leaves_a_partial_file_only_with_keep_partial(
    folder: Path,
    keep_partial: bool,
    written: bytes,
    found: bytes,
    error: type[BaseException],
) -> None:
    (folder / "a.wav").write_bytes(b"old")
    place = OutputFile(folder / "a.wav", ENDINGS)

    def fail() -> None:
        with place.opened(keep_partial=keep_partial) as file:
            write_all(file, written)
            raise error

    with pytest.raises(error):
        fail()
    assert (folder / "a.wav").read_bytes() == found
    assert names(folder) == ["a.wav"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_the_permissions_of_an_old_file_stay(folder: Path, mode: int) -> None:
    (folder / "a.wav").write_bytes(b"old")
    (folder / "a.wav").chmod(mode)
    place = OutputFile(folder / "a.wav", ENDINGS)
    with place.opened() as file:
        write_all(file, b"new")
        [unfinished] = folder.glob("*.unfinished-*")
        assert stat.S_IMODE(unfinished.stat().st_mode) == mode
    assert stat.S_IMODE((folder / "a.wav").stat().st_mode) == mode
    assert (folder / "a.wav").read_bytes() == b"new"


def test_a_private_file_is_never_readable_by_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.wav").write_bytes(b"old")
    (folder / "a.wav").chmod(0o600)
    modes: list[int] = []
    open_file = os.open

    def note_mode(path: str, flags: int, mode: int = 0o777) -> int:
        descriptor = open_file(path, flags, mode)
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(unfinished_file.os, "open", note_mode)
    write(folder / "a.wav")
    assert set(modes) == {0o600}


def test_a_link_is_followed_and_stays(folder: Path) -> None:
    (folder / "there").mkdir()
    (folder / "link.wav").symlink_to("there/real.wav")
    write(folder / "link.wav", b"first")
    write(folder / "link.wav", b"second")
    assert (folder / "link.wav").is_symlink()
    assert (folder / "there" / "real.wav").read_bytes() == b"second"
    assert names(folder) == ["link.wav", "there"]
    assert names(folder / "there") == ["real.wav"]


def test_hard_links_are_preserved(folder: Path) -> None:
    (folder / "a.wav").write_bytes(b"old content")
    (folder / "b.wav").hardlink_to(folder / "a.wav")
    with OutputFile(folder / "a.wav", ENDINGS).opened() as file:
        write_all(file, b"new")
    assert (folder / "b.wav").read_bytes() == b"new"
    assert names(folder) == ["a.wav", "b.wav"]


def test_a_file_in_a_read_only_folder_is_overwritten_in_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> UnfinishedFile:
        raise PermissionError(errno.EACCES, "Permission denied")

    (folder / "a.wav").write_bytes(b"old content")
    number = (folder / "a.wav").stat().st_ino
    monkeypatch.setattr(output_file, "UnfinishedFile", refuse)
    with OutputFile(folder / "a.wav", ENDINGS).opened():
        pass
    assert (folder / "a.wav").read_bytes() == b"old content"
    write(folder / "a.wav")
    assert ((folder / "a.wav").read_bytes(), (folder / "a.wav").stat().st_ino) == (b"new", number)
    with pytest.raises(CommandError, match=r"b\.wav: cannot write: Permission denied"):
        OutputFile(folder / "b.wav", ENDINGS)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_file_keeps_its_owner(folder: Path) -> None:
    (folder / "a.wav").write_bytes(b"old content")
    os.chown(folder / "a.wav", 12345, 12345)
    write(folder / "a.wav")
    status = (folder / "a.wav").stat()
    assert (status.st_uid, status.st_gid) == (12345, 12345)
    assert (folder / "a.wav").read_bytes() == b"new"


@pytest.mark.parametrize("stem", ["n" * 251, "é" * 125, "日" * 83, "👩‍🚀" * 22, "n" * 200])
def test_names_as_long_as_the_system_allows_are_written(folder: Path, stem: str) -> None:
    write(folder / f"{stem}.wav")
    assert names(folder) == [f"{stem}.wav"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("n" * 252 + ".wav", "cannot write: File name too long"),
        ("é" * 126 + ".wav", "cannot write: File name too long"),
        ("nowhere/a.wav", "cannot write: No such file or directory"),
        ("file.wav/a.wav", "cannot write: Not a directory"),
        ("circle.wav", "cannot write: Too many levels of symbolic links"),
        ("folder.wav", "this is a folder"),
        ("folder", "this is a folder"),
        ("socket.wav", "this is neither a file nor a pipe"),
        ("a.mp3", "the name must end in .wav or .wave"),
        ("a", "the name must end in .wav or .wave"),
        ("/dev/fd/999", "cannot write: Bad file descriptor"),
    ],
)
def test_an_unwritable_path_is_an_error_before_capturing(folder: Path, name: str, why: str) -> None:
    import socket

    (folder / "file.wav").touch()
    (folder / "folder.wav").mkdir()
    (folder / "folder").mkdir()
    (folder / "circle.wav").symlink_to("circle.wav")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.wav")  # relative, since such a path has a hundred characters
        before = names(folder)
        with pytest.raises(CommandError) as error:
            OutputFile(Path(name), ENDINGS)
    assert str(error.value) == f"{name}: {why}"
    assert names(folder) == before


# --- what happens meanwhile -----------------------------------------------------------------------


@pytest.fixture
def spare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spare"))
    return tmp_path / "spare"


def finish_after(place: Path, change: Callable[[], object]) -> str:
    """Write to a path, change something before the end, and return the error message."""

    def finish() -> None:
        with OutputFile(place, ENDINGS).opened() as file:
            write_all(file, b"new")
            change()

    with pytest.raises(CommandError) as error:
        finish()
    return str(error.value)


def kept(message: str) -> Path:
    """Return the path in a message."""
    return Path(message.rpartition("the data is in ")[2])


def test_if_the_folder_is_deleted_the_file_is_copied_to_the_temporary_folder(
    folder: Path, spare: Path
) -> None:
    import shutil

    (folder / "there").mkdir()
    message = finish_after(folder / "there" / "a.wav", lambda: shutil.rmtree(folder / "there"))
    assert message.startswith(f"{folder}/there/a.wav: cannot write: No such file or dire")
    assert kept(message).read_bytes() == b"new"
    assert kept(message).parent == spare
    assert kept(message).name.startswith("a.unfinished-")
    assert kept(message).suffix == ".wav"


def test_if_the_folder_is_moved_the_file_is_found(folder: Path, spare: Path) -> None:
    (folder / "there").mkdir()
    change = lambda: (folder / "there").rename(folder / "away")  # noqa: E731
    assert kept(finish_after(folder / "there" / "a.wav", change)).read_bytes() == b"new"
    [left] = (folder / "away").iterdir()
    assert left.read_bytes() == b"new"


def test_without_a_temporary_folder_the_file_is_copied_to_the_home(
    folder: Path, spare: Path, tmp_path: Path
) -> None:
    import shutil

    def vanish() -> None:
        shutil.rmtree(folder / "there")
        spare.rmdir()

    (tmp_path / "home").mkdir(exist_ok=True)
    (folder / "there").mkdir()
    message = finish_after(folder / "there" / "a.wav", vanish)
    assert kept(message).parent == tmp_path / "home"
    assert kept(message).read_bytes() == b"new"


def test_if_the_file_cannot_be_copied_the_error_says_so(
    folder: Path, spare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (folder / "there").mkdir()
    monkeypatch.setattr(unfinished_file.shutil, "copyfileobj", fail)
    message = finish_after(folder / "there" / "a.wav", lambda: shutil.rmtree(folder / "there"))
    assert message.endswith("its folder is gone, and it could not be copied to another one")
    assert list(spare.iterdir()) == []


@pytest.mark.parametrize("before", [None, b"old"])
@pytest.mark.parametrize("after", ["a file", "a folder"])
def test_a_file_that_another_program_created_is_not_replaced(
    folder: Path, before: bytes | None, after: str
) -> None:
    place = folder / "a.wav"
    if before is not None:
        place.write_bytes(before)

    def change() -> None:
        place.unlink(missing_ok=True)
        if after == "a file":
            place.write_bytes(b"theirs")
        else:
            place.mkdir()

    message = finish_after(place, change)
    assert message.startswith(f"{place}: another program has changed it; ")
    assert kept(message).read_bytes() == b"new"
    assert kept(message).parent == folder
    assert place.is_dir() if after == "a folder" else place.read_bytes() == b"theirs"


def test_the_file_is_closed_first_on_systems_that_cannot_rename_open_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished_file, "_CAN_RENAME_OPEN_FILES", False)
    with OutputFile(folder / "a.wav", ENDINGS).opened() as file:
        write_all(file, b"new")
    assert file.closed
    assert (folder / "a.wav").read_bytes() == b"new"
    (folder / "a.wav").unlink()
    message = finish_after(folder / "a.wav", (folder / "a.wav").mkdir)
    assert kept(message).read_bytes() == b"new"


def test_the_old_file_may_be_deleted_before_the_end(folder: Path) -> None:
    (folder / "a.wav").write_bytes(b"old")
    with OutputFile(folder / "a.wav", ENDINGS).opened() as file:
        write_all(file, b"new")
        (folder / "a.wav").unlink()
    assert (folder / "a.wav").read_bytes() == b"new"


def test_a_disk_error_at_the_end_is_reported_and_the_file_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(unfinished_file.os, "fsync", fail)
    with pytest.raises(CommandError, match="cannot write: Input/output error"):
        write(folder / "a.wav")
    assert (folder / "a.wav").read_bytes() == b"new"


# --- pipes and devices ----------------------------------------------------------------------------


@pytest.fixture
def pipe(folder: Path) -> Path:
    """A named pipe."""
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def read_later(pipe: Path) -> bytes:
    """Read a pipe to its end, after a moment."""
    time.sleep(0.3)
    return pipe.read_bytes()


async def test_a_named_pipe_is_opened_when_a_program_reads_it(
    folder: Path, pipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = asyncio.create_task(asyncio.to_thread(read_later, pipe))
    async with OutputFile(pipe, ENDINGS) as place:
        assert place.ending == ".wav"
        with place.opened() as file:
            assert not file.seekable()
            write_all(file, b"new" * 100_000)
    assert await reading == b"new" * 100_000
    assert capsys.readouterr().err == f"{pipe}: waiting for a program to read it\n"
    assert names(folder) == ["pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


async def test_waiting_for_a_pipes_reader_can_be_cancelled(pipe: Path) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3), OutputFile(pipe, ENDINGS):
            pass


async def test_a_closed_reader_is_an_error(pipe: Path) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    async with OutputFile(pipe, ENDINGS) as place:
        os.close(reader)
        with (
            pytest.raises(CommandError, match="pipe: cannot write: Broken pipe"),
            place.opened() as file,
        ):
            write_all(file, b"new")


async def test_a_reader_that_reads_nothing_causes_a_timeout(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_file, "_WRITE_TIMEOUT", 0.1)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        async with OutputFile(pipe, ENDINGS) as place:
            with (
                pytest.raises(CommandError, match=r"its reader took nothing for 0\.1 s"),
                place.opened() as file,
            ):
                write_all(file, bytes(10**6))
    finally:
        os.close(reader)


async def test_a_full_device_is_an_error_and_is_not_replaced() -> None:
    async with OutputFile(Path("/dev/full"), ENDINGS) as place:
        with pytest.raises(CommandError, match="No space left on device"), place.opened() as file:
            write_all(file, b"new")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


async def test_a_terminal_is_refused() -> None:
    controller, terminal = os.openpty()
    try:
        with pytest.raises(CommandError, match="this is a terminal; use a file or a pipe"):
            async with OutputFile(Path(os.ttyname(terminal)), ENDINGS):
                pass
    finally:
        os.close(controller)
        os.close(terminal)


@pytest.mark.parametrize("form", ["/dev/fd/{0}", "/proc/self/fd/{0}"])
@pytest.mark.parametrize("appending", [False, True])
async def test_a_descriptor_is_written_at_its_current_position(
    folder: Path, form: str, appending: bool
) -> None:
    flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if appending else 0)
    descriptor = os.open(folder / "log.bin", flags)
    try:
        os.write(descriptor, b"before ")
        async with OutputFile(Path(form.format(descriptor)), ENDINGS) as place:
            with place.opened() as file:
                assert file.seekable() is not appending
                write_all(file, b"new")
        os.write(descriptor, b" after")
    finally:
        os.close(descriptor)
    assert (folder / "log.bin").read_bytes() == b"before new after"


def test_is_standard_output_tells_whether_messages_would_go_into_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not OutputFile(folder / "a.wav", ENDINGS).is_standard_output
    with (folder / "out.wav").open("wb") as file:
        monkeypatch.setattr(output_file, "_STANDARD_OUTPUT", file.fileno())
        assert OutputFile(folder / "out.wav", ENDINGS).is_standard_output
        assert OutputFile(Path(f"/dev/fd/{file.fileno()}"), ENDINGS).is_standard_output
        assert not OutputFile(folder / "a.wav", ENDINGS).is_standard_output


def test_a_stream_closes_its_descriptor_once() -> None:
    reader, writer = os.pipe()
    file = StreamFile(writer)
    assert file.write(memoryview(b"ab").cast("H")) == 2
    file.close()
    file.close()
    assert os.read(reader, 9) == b"ab"
    os.close(reader)
    with suppress(OSError):
        os.fstat(writer)
        pytest.fail("it is still open")
