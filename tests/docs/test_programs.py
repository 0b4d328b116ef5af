"""Every program of the docs runs in a process of its own, on synthetic devices."""

import re
import signal
import subprocess
import sys
from pathlib import Path

from support.docs_programs import named_blocks

DOCS = Path(__file__).parents[2] / "docs"


def test_each_program_has_a_test():
    tested = re.findall(r'program\("(\w+\.py)"\)', Path(__file__).read_text("utf-8"))
    assert sorted(name for name, _ in named_blocks()) == sorted(set(tested))


def test_the_commands_of_the_tutorial(program):
    text = (DOCS / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    ours = [line for line in commands if line.startswith("mediadevices ")]
    assert ours == ["mediadevices doctor", "mediadevices devices", "mediadevices photo me.png"]
    for line in ours[1:]:  # `doctor` fails here, where nothing real is connected
        program.run(*line.split())
    assert (program.folder / "me.png").stat().st_size > 1000


def test_see(program, display, press_q):
    done = program.run(*press_q(program("see.py")), environment=display)
    assert "Synthetic Camera" in done.stdout


def test_motion(program):
    process = subprocess.Popen(
        [sys.executable, "-u", program("motion.py")],
        env=program.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert re.fullmatch("#+\n", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_the_test_of_motion(program):
    program("motion.py")
    done = program.run(sys.executable, "-m", "pytest", "-q", program("test_motion.py"))
    assert "2 passed" in done.stdout
