"""Standard streams that are full, closed or broken, or lack characters, cause no traceback."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import wave
from typing import TYPE_CHECKING

import pytest

from mediadevices.errors import NotReadableError
from support.command_line import Outcome, call, command, run_process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mediadevices.testing import FakeDevices

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")

SYNTHETIC = "warning: these devices are synthetic: colour bars and tones, nothing real\n"
CANNOT = "error: standard output cannot be written: "


def shell(redirected: str, *arguments: object, environment: Mapping[str, str] = {}) -> Outcome:
    """Run a command in a shell that redirects its streams."""
    line = f'"$@" {redirected}'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}", "bash", *command(*arguments)],
        capture_output=True,
        encoding="latin-1" if "latin-1" in environment.values() else "utf-8",
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )
    err = done.stderr.replace(SYNTHETIC, "")
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    return Outcome(done.returncode, done.stdout, err)


COMMANDS: dict[str, list[object]] = {
    "help": ["--help"],
    "version": ["--version"],
    "devices": ["devices", "--synthetic"],
    "devices as JSON": ["devices", "--json", "--synthetic"],
    "photo": ["photo", "a.png", "--delay", 0, "--synthetic"],
    "record": ["record", "a.wav", "--seconds", 0.1, "--synthetic"],
    "monitor": ["monitor", "--synthetic"],
    "permissions as JSON": ["permissions", "--json"],
    "serve": ["serve", "--port", 0],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_unwritable_output_is_an_error_in_one_line(arguments: list[object]) -> None:
    done = shell("> /dev/full", *arguments)
    assert done.code == 1
    assert done.err.endswith(f"{CANNOT}{os.strerror(errno.ENOSPC)}\n")


@pytest.mark.parametrize("name", ["help", "devices as JSON", "monitor"])
def test_closed_output_is_an_error_in_one_line(name: str) -> None:
    done = shell(">&-", *COMMANDS[name])
    assert done.code == 1
    assert done.err.endswith(f"{CANNOT}{os.strerror(errno.EBADF)}\n")


@pytest.mark.parametrize("name", ["help", "devices as JSON", "monitor"])
def test_a_broken_pipe_ends_the_command_without_a_message(name: str) -> None:
    done = shell("| true", *COMMANDS[name])
    assert (done.code, done.err) == (1, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_unbuffered_output_behaves_the_same(unbuffered: str) -> None:
    environment = {"PYTHONUNBUFFERED": unbuffered}
    for name in ("help", "devices"):
        done = shell("> /dev/full", *COMMANDS[name], environment=environment)
        assert (done.code, done.err) == (1, f"{CANNOT}{os.strerror(errno.ENOSPC)}\n")


@pytest.mark.parametrize("redirected", ["2>&-", "2> /dev/full"])
def test_unwritable_standard_error_is_ignored(redirected: str) -> None:
    done = shell(redirected, "devices", "--json", "--synthetic")
    assert (done.code, len(json.loads(done.out))) == (0, 4)
    assert shell(redirected, "photo", "nowhere/a.png").code == 1
    assert shell(redirected, "nonsense").code == 2


@pytest.mark.parametrize(
    ("redirected", "code"),
    [
        ("> /dev/full", 1),
        ("| true", 1),
        (">&-", 1),
        ("2>&-", 0),
        ("2> /dev/full", 0),
        ("<&-", 0),
        ("<&- >&- 2>&-", 1),
        ("> /dev/full 2> /dev/full", 1),
    ],
)
def test_a_recording_is_kept_if_messages_cannot_be_written(
    folder: Path, redirected: str, code: int
) -> None:
    done = shell(redirected, "record", "a.wav", "--seconds", 0.2, "--synthetic")
    assert done.code == code
    with wave.open(str(folder / "a.wav")) as file:
        assert file.getnframes() == 9600
    if "2>" not in redirected:  # standard error has the messages instead
        told = done.err if code else done.out
        assert "a.wav: 0.20 s of Synthetic Microphone (440 Hz), maximum level -6 dB\n" in told


def test_no_file_gets_the_descriptor_of_a_closed_stream(folder: Path) -> None:
    """Output of libraries to descriptor 1 or 2 must not go into the recording."""
    script = (
        "import os\n"
        "from mediadevices_native.cli.standard_streams import guard_standard_streams\n"
        "guard_standard_streams()\n"
        "file = open('file', 'wb')\n"
        "for descriptor in (1, 2):\n"
        "    try:\n"
        "        os.write(descriptor, b'printed by a library')\n"
        "    except OSError:\n"
        "        file.write(b'.')\n"
    )
    line = '"$@" <&- >&- 2>&-'
    subprocess.run(["bash", "-c", line, "bash", sys.executable, "-c", script], check=True)
    assert (folder / "file").read_bytes() == b".."


# --- encodings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "full", "empty"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "#", "."),
        ({"PYTHONIOENCODING": "latin-1"}, "#", "·"),
        ({"LC_ALL": "C"}, "█", "·"),
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, "#", "."),
        ({"PYTHONIOENCODING": "utf-8"}, "█", "·"),
    ],
    ids=str,
)
def test_characters_that_the_encoding_lacks_are_replaced(
    folder: Path, environment: dict[str, str], full: str, empty: str
) -> None:
    done = shell("", "monitor", "--seconds", 1, "--synthetic", environment=environment)
    assert done.code == 0
    assert f"microphone: {full * 18}{empty * 2}   -6 dB" in done.out
    name = "Ämter 日本.wav"
    done = shell("", "record", name, "--seconds", 0.1, "--synthetic", environment=environment)
    assert done.code == 0
    assert (folder / name).exists()


def test_a_replaced_character_can_be_identified() -> None:
    done = shell("", "photo", "日.gif", environment={"PYTHONIOENCODING": "ascii"})
    assert done.err == "error: \\u65e5.gif: the name must end in .png or .jpg or .jpeg\n"


# --- texts from elsewhere -------------------------------------------------------------------------

EVIL = "Cam\x1b[2J\x07\r\nerror: pay \u202e:smile: [red]now"
HARMLESS = "Cam?[2J???error: pay ?:smile: [red]now"


def controls(text: str) -> set[str]:
    """Return the control characters and the invisible characters of a text."""
    return {sign for sign in text if not sign.isprintable() and sign != "\n"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["devices"],
        ["devices", "--json"],
        ["photo", "a.png", "--delay", 0],
        ["photo", "a.png", "--delay", 0, "--json"],
        ["photo", "a.png", "--delay", 0, "--verbose"],
        ["photo", "a.png", "--device", "none such"],
        ["photo", "\x1b[2J\u202e.png", "--delay", 0],
        ["photo", "\x1b[2J\u202e.gif"],
        ["photo", "\x1b[2J\u202e.gif", "--verbose"],
        ["photo", "\x1b[2J/\u202e.png"],
        ["record", "a.wav", "--seconds", 0.1],
        ["record", "\x1b[2J\udcff.wav", "--seconds", 0.1],
        ["monitor", "--seconds", 1],
        ["capabilities", "pay"],
        ["serve", "\x1b[2J"],
        ["permissions", "--forget", "\x1b[2J"],
    ],
    ids=str,
)
def test_control_characters_in_names_are_replaced(
    fakes: FakeDevices, arguments: list[object]
) -> None:
    for device in (*fakes.cameras, *fakes.microphones, *fakes.speakers):
        device.label = f"{EVIL} {id(device)}"
    done = call(*arguments)
    assert controls(done.out + done.err) == set()
    for line in (done.out + done.err).splitlines():
        assert not line.startswith("error: pay")


def test_control_characters_in_errors_are_replaced(fakes: FakeDevices) -> None:
    fakes.fail_to_open(fakes.cameras[0], NotReadableError(f"{EVIL} is asleep"))
    for more in ([], ["--verbose"]):
        done = call("photo", "a.png", *more)
        assert done.code == 1
        assert controls(done.err) == set()
        assert f"NotReadableError: {HARMLESS} is asleep\n" in done.err


def test_names_are_not_parsed_as_markup_or_emoji(fakes: FakeDevices) -> None:
    fakes.cameras[0].label = "[red]Cam[/red] :smile:"
    assert "[red]Cam[/red] :smile:" in call("devices").out
    assert "by [red]Cam[/red] :smile:\n" in call("photo", "a.png", "--delay", 0).out


def test_a_long_name_is_not_wrapped(fakes: FakeDevices, folder: Path) -> None:
    name = "n" * 245 + ".wav"
    done = call("record", name, "--seconds", 0.1)
    assert done.out == f"{name}: 0.10 s of Fake Microphone 1, maximum level -6 dB\n"


def test_an_early_interruption_has_exit_code_130(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    from mediadevices_native.cli import doctor

    monkeypatch.setattr(doctor, "examine", interrupt)
    done = call("doctor")
    assert (done.code, done.err) == (130, "")


def test_a_separate_process_prints_the_version() -> None:
    assert run_process("--version").out.startswith("mediadevices ")
