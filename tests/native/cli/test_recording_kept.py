"""``mediadevices record`` and ``photo`` keep their data however they end."""

from __future__ import annotations

import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import wave
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import AudioMode
from mediadevices.testing.fake_captures import FakeMicrophoneCapture
from mediadevices_native.cli import record as record_module
from support.command_line import Outcome, call, command

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from mediadevices.testing import FakeDevices

SYNTHETIC = "warning: these devices are synthetic: colour bars and tones, nothing real\n"
OLD = b"an interview of last year"
SECONDS = 30
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def seconds_of(path: Path) -> float:
    """Return the length of a recording, and check that its header fits the file."""
    with wave.open(str(path)) as file:
        frames = file.getnframes()
        samples = file.readframes(10**9)
        assert len(samples) == frames * file.getnchannels() * file.getsampwidth()
        assert path.stat().st_size == 44 + len(samples)
        return frames / file.getframerate()


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


class Running:
    """A command in a separate process."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process

    def wait_for(self, size: int) -> None:
        """Wait until an unfinished file has this many bytes."""
        deadline = time.monotonic() + SECONDS
        while not any(file.stat().st_size > size for file in self.folder.glob("*.unfinished-*")):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def end(self) -> Outcome:
        """Wait until the process exits."""
        out, err = self.process.communicate(timeout=SECONDS)
        return Outcome(self.process.returncode, out, err.removeprefix(SYNTHETIC))


@contextmanager
def running(
    folder: Path, *arguments: object, before: Callable[[], object] | None = None
) -> Generator[Running]:
    """Run a command with synthetic devices."""
    process = subprocess.Popen(
        command(*arguments, "--synthetic"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509  (this process has no other threads that matter)
    )
    try:
        yield Running(folder, process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def old(folder: Path) -> Path:
    """An existing recording."""
    (folder / "out.wav").write_bytes(OLD)
    return folder / "out.wav"


# --- nothing was heard ----------------------------------------------------------------------------


@pytest.fixture
def silent_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A microphone that delivers no samples."""
    monkeypatch.setattr(FakeMicrophoneCapture, "_schedule", lambda self: None)


@pytest.mark.usefixtures("silent_microphone")
def test_ctrl_c_before_the_first_samples_leaves_the_old_file(
    folder: Path, old: Path, fakes: FakeDevices
) -> None:
    import threading

    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    done = call("record", "out.wav", "--seconds", 30)
    timer.join()
    assert (done.code, done.out) == (130, "")
    assert old.read_bytes() == OLD
    assert names(folder) == ["out.wav"]


@pytest.mark.usefixtures("silent_microphone")
def test_losing_the_microphone_before_the_first_samples_leaves_the_old_file(
    folder: Path, old: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_module._record

    async def unplug_and_record(*arguments: object) -> None:
        fakes.unplug(fakes.microphones[0])
        await record(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(record_module, "_record", unplug_and_record)
    done = call("record", "out.wav", "--seconds", 30)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(
        "out.wav: nothing was recorded\nerror: 'Fake Microphone 1' was disconnected\n"
    )
    assert old.read_bytes() == OLD


def test_a_rejected_length_leaves_the_old_file(folder: Path, old: Path, fakes: FakeDevices) -> None:
    for seconds in ("1e6", "1e308"):
        done = call("record", "out.wav", "--seconds", seconds)
        assert done.code == 1
        assert "a WAV file of this microphone holds 44739 seconds at most" in done.err
        assert old.read_bytes() == OLD
        assert names(folder) == ["out.wav"]


def test_the_shortest_recording_has_a_sample(folder: Path, fakes: FakeDevices) -> None:
    assert call("record", "out.wav", "--seconds", "1e-9").code == 0
    assert seconds_of(folder / "out.wav") == 1 / 48000


# --- something was heard --------------------------------------------------------------------------


def fail_after(blocks: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Raise an error after this many blocks."""
    peak = record_module.peak
    counted = iter(range(blocks))

    def count(samples: object) -> float:
        if next(counted, None) is None:
            raise error
        return peak(samples)  # type: ignore[arg-type]

    monkeypatch.setattr(record_module, "peak", count)


def test_an_error_during_the_recording_keeps_the_sound(
    folder: Path, old: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_after(20, monkeypatch, RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        call("record", "out.wav", "--seconds", 30)
    assert seconds_of(old) == pytest.approx(0.2)
    assert names(folder) == ["out.wav"]


def test_a_microphone_that_stops_delivering_keeps_the_sound(
    folder: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = FakeMicrophoneCapture._schedule
    counted = iter(range(20))
    monkeypatch.setattr(
        FakeMicrophoneCapture,
        "_schedule",
        lambda self: None if next(counted, None) is None else schedule(self),
    )
    monkeypatch.setattr(record_module, "_BLOCK_TIMEOUT", 0.5)
    done = call("record", "out.wav", "--seconds", 30)
    assert done.code == 1
    first, second = done.err.splitlines()
    assert first.startswith("out.wav: 0.")
    assert second == "NotReadableError: 'Fake Microphone 1' delivered no samples for 0.5 s"
    assert 0 < seconds_of(folder / "out.wav") <= 0.2


def test_a_changed_sample_rate_keeps_the_sound(
    folder: Path, fakes: FakeDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediadevices import AudioData

    fakes.microphones[0].modes = (AudioMode(48000, 1),)
    rate = AudioData.sample_rate
    counted = iter(range(60))
    monkeypatch.setattr(
        AudioData,
        "sample_rate",
        property(lambda self: rate.fget(self) if next(counted, None) is not None else 8000),
    )
    done = call("record", "out.wav", "--seconds", 30)
    monkeypatch.undo()
    assert done.code == 1
    assert "error: the microphone has changed from 48000 Hz, 1 channels to 8000 Hz" in done.err
    assert seconds_of(folder / "out.wav") > 0


@posix_only
@pytest.mark.parametrize("limit", [100_000, 100_001])
def test_a_full_disk_keeps_the_sound(folder: Path, old: Path, limit: int) -> None:
    import resource

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with running(folder, "record", "out.wav", before=fill) as command:
        done = command.end()
    assert (done.code, done.out) == (1, "")
    first, second = done.err.splitlines()
    assert first == "out.wav: 1.04 s of Synthetic Microphone (440 Hz), maximum level -6 dB"
    assert second == "error: out.wav: cannot write: File too large"
    assert seconds_of(old) == (100_000 - 44) / 2 / 48000
    assert names(folder) == ["out.wav"]


@posix_only
def test_a_disk_that_is_full_at_the_start_leaves_the_old_file(folder: Path, old: Path) -> None:
    import resource

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (45, 45))

    for arguments in (("record", "out.wav"), ("photo", "out.png", "--delay", 0)):
        (folder / arguments[1]).write_bytes(OLD)
        with running(folder, *arguments, before=fill) as command:
            done = command.end()
        assert (done.code, done.out) == (1, "")
        assert done.err == f"error: {arguments[1]}: cannot write: File too large\n"
        assert (folder / arguments[1]).read_bytes() == OLD
    assert names(folder) == ["out.png", "out.wav"]


@posix_only
def test_deleting_the_folder_loses_no_sound(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "there").mkdir()
    (tmp_path / "spare").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "spare"))
    with running(folder / "there", "record", "there/out.wav", "--seconds", 2) as command:
        command.wait_for(20_000)
        shutil.rmtree(folder / "there")
        done = command.end()
    assert done.code == 1
    assert "error: " in done.err
    assert "cannot write: No such file or directory; the data is in " in done.err
    [rescued] = (tmp_path / "spare").iterdir()
    assert str(rescued) in done.err
    assert seconds_of(rescued) == 2


@posix_only
def test_two_recordings_to_the_same_path_are_both_kept(folder: Path) -> None:
    with (
        running(folder, "record", "out.wav", "--seconds", 1) as first,
        running(folder, "record", "out.wav", "--seconds", 4) as second,
    ):
        # Both must start before the first one ends; otherwise the second one may replace it.
        deadline = time.monotonic() + SECONDS
        while len(list(folder.glob("*.unfinished-*"))) < 2:
            if first.process.poll() is not None or second.process.poll() is not None:
                pytest.skip("this machine is too busy for two processes to begin at once")
            assert time.monotonic() < deadline
            time.sleep(0.01)
        done, later = first.end(), second.end()
    assert (done.code, later.code) == (0, 1)
    assert "another program has changed it; the data is in " in later.err
    [other] = folder.glob("*.unfinished-*")
    assert str(other) in later.err
    assert (seconds_of(folder / "out.wav"), seconds_of(other)) == (1, 4)


@posix_only
def test_a_killed_process_leaves_a_playable_unfinished_file(folder: Path, old: Path) -> None:
    with running(folder, "record", "out.wav", "--seconds", 30) as command:
        command.wait_for(44 + 2 * 96_000 + 20_000)
        command.process.kill()
        command.end()
    assert old.read_bytes() == OLD
    [left] = folder.glob("*.unfinished-*")
    assert left.name.startswith("out.unfinished-")
    assert left.suffix == ".wav"
    with wave.open(str(left)) as file:  # it reads only as much as the header says
        assert file.getnframes() >= 2 * 48000
        assert len(file.readframes(file.getnframes())) == file.getnframes() * 2


@posix_only
def test_a_recording_keeps_the_permissions_of_the_file_that_it_replaces(
    folder: Path, old: Path, fakes: FakeDevices
) -> None:
    old.chmod(0o600)
    assert call("record", "out.wav", "--seconds", 0.1).code == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    (folder / "link.png").symlink_to("real.png")
    assert call("photo", "link.png", "--delay", 0).code == 0
    assert (folder / "link.png").is_symlink()
    assert (folder / "real.png").read_bytes().startswith(b"\x89PNG")


# --- pipes ----------------------------------------------------------------------------------------


def test_a_recording_to_standard_output_is_not_mixed_with_messages(folder: Path) -> None:
    done = subprocess.run(
        command("record", "/dev/stdout", "--seconds", 0.5, "--synthetic"),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0
    assert (
        b"/dev/stdout: 0.50 s of Synthetic Microphone (440 Hz), maximum level -6 dB\n"
        in done.stderr
    )
    header, samples = done.stdout[:44], done.stdout[44:]
    assert (header[:4], header[4:8], header[36:44]) == (b"RIFF", b"\xff" * 4, b"data" + b"\xff" * 4)
    assert len(samples) == 48000
    with wave.open(io.BytesIO(done.stdout)) as file:
        assert len(file.readframes(10**6)) == 48000


@posix_only
@pytest.mark.parametrize(("mode", "is_true"), [("wb", True), ("ab", False)])
def test_standard_output_can_be_a_file(folder: Path, mode: str, is_true: bool) -> None:
    with (folder / "out.wav").open(mode) as file:
        done = subprocess.run(
            command("record", "/dev/stdout", "--seconds", 0.5, "--synthetic"),
            stdout=file,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 0
    assert (folder / "out.wav").stat().st_size == 44 + 48000
    if is_true:
        assert seconds_of(folder / "out.wav") == 0.5


@posix_only
def test_a_photo_to_standard_output_is_not_mixed_with_messages() -> None:
    for more in ([], ["--json"]):
        done = subprocess.run(
            command("photo", "/dev/stdout", "--delay", 0, "--synthetic", *more),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0
        assert done.stdout.startswith(b"\x89PNG")
        assert done.stdout.endswith(b"IEND\xaeB`\x82")
        assert b"Synthetic Camera" in done.stderr


@posix_only
def test_a_recording_to_a_named_pipe_reaches_its_reader(folder: Path) -> None:
    os.mkfifo(folder / "out.wav")
    with running(folder, "record", "out.wav", "--seconds", 0.5) as command:
        received = (folder / "out.wav").read_bytes()
        done = command.end()
    assert done.code == 0
    assert len(received) == 44 + 48000
    assert names(folder) == ["out.wav"]
    assert stat.S_ISFIFO((folder / "out.wav").stat().st_mode)


@posix_only
def test_ctrl_c_works_while_waiting_for_the_reader_of_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "out.wav")
    with running(folder, "record", "out.wav") as command:
        assert command.process.stderr is not None
        while "waiting for a program to read it" not in command.process.stderr.readline():
            assert command.process.poll() is None
        command.process.send_signal(signal.SIGINT)
        assert command.end().code == 130
