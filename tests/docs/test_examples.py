"""Every Python example of the README and the docs runs, on fake devices.

Programs, which begin with their file name, are run by `test_programs.py`.
"""

import ast
import asyncio
import contextlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mediadevices.testing

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(?!# \w+\.py\n)(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples():
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            place = f"{page.relative_to(ROOT)}:{line}"
            yield pytest.param(match[1], place, id=place)


def test_the_examples_are_found():
    assert len(list(examples())) > 10


@pytest.mark.filterwarnings("ignore::mediadevices.TrackLeakWarning")
@pytest.mark.parametrize(("source", "place"), list(examples()))
def test_example(source, place, tmp_path, capsys):
    if re.search(r"^(async )?def test_", source, re.MULTILINE):
        run_with_pytest(source, tmp_path)
        return
    code = compile(source, place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {"__name__": "__main__"}
    with contextlib.chdir(tmp_path), mediadevices.testing.install_fake_devices():
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(run(eval(code, names)))
        else:
            exec(code, names)
    if re.search(r"^print\(", source, re.MULTILINE):
        assert capsys.readouterr().out


async def run(coroutine):
    await asyncio.wait_for(coroutine, 20)


def run_with_pytest(source, folder):
    """Run an example's tests as a reader would: pytest and its plugins, without our options."""
    tests = source.count("def test_")
    (folder / "test_example.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=50, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{tests} passed" in result.stdout
