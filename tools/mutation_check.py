"""Breaks rules in a copy of the code, one at a time, and tells which test notices.

    make mutation-check
    make mutation-check ARGS="permission legacy/"    # rules and files with one of these words

`mutations.toml` has the rules: those of the standard, and what we have decided ourselves. Each has
a change of the code that breaks it and nothing else, and the tests that must notice. A test of its
own sees that each change still fits. Two copies are at work at a time, in a temporary folder: the
checkout stays as it is.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MUTATIONS", "Mutation", "MutationError", "Place", "checked"]

_ROOT = Path(__file__).parents[1]
_SOURCES = ("shared", "native", "pyodide", "tests")
# Node's Pyodide and pytest, where they are there already: a page loads them.
_COPIED = (*_SOURCES, "tools", "examples", "pyproject.toml", "conftest.py", ".cache/node")
_COPIES = 2
#: Seconds for the tests of one rule. One that hangs has been noticed if its own time limit says so.
_SECONDS = 200
#: Seconds for tests that were interrupted to close what they have opened.
_CLOSING = 20
#: They compare with the IDL, which notices names and not what they do.
_IGNORED = ("--ignore=tests/conformance/surface",)
_NOTICED = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)
_RAN = re.compile(r"\b\d+ passed\b")


class MutationError(Exception):
    """The tests could not tell anything of a rule; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Tests that are to notice.

    Attributes:
        tests: Their folder or file, from the root of the checkout; or one test, where a browser
            is to run no more than that.
        lane: Where they run; see `support.lanes`.
    """

    tests: str = "tests/conformance"
    lane: str = "cpython"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to break one rule.

    Attributes:
        rule: The rule.
        section: Where the standard has it, or where we say that we have decided it.
        file: The file to change, from the root of the checkout.
        before: What stands there, once.
        after: What is put in its place.
        place: The tests that must notice.
    """

    rule: str
    section: str
    file: str
    before: str
    after: str
    place: Place = Place()

    def fits(self, root: Path) -> bool:
        """Tell whether the file has what is to be changed, in one place."""
        path = root / self.file
        return path.is_file() and path.read_text(encoding="utf-8").count(self.before) == 1

    @contextmanager
    def applied(self, root: Path) -> Generator[None]:
        """Break the rule for the time of a ``with`` block.

        Raises:
            MutationError: The change does not fit.
        """
        if not self.fits(root):
            raise MutationError(f"{self.rule}: {self.file} does not have the text to change once")
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.before, self.after), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def _read(path: Path) -> tuple[Mutation, ...]:
    found: list[Mutation] = []
    for entry in tomllib.loads(path.read_text("utf-8"))["broken"]:
        given = {name: entry.pop(name) for name in ("tests", "lane") if name in entry}
        before, after = entry.pop("from"), entry.pop("to")
        found.append(Mutation(**entry, before=before, after=after, place=Place(**given)))
    return tuple(found)


MUTATIONS = _read(Path(__file__).with_name("mutations.toml"))


async def checked(
    mutations: Sequence[Mutation], root: Path, *, seconds: float = _SECONDS
) -> list[tuple[Mutation, str]]:
    """Break one rule after the other, and print who noticed.

    Args:
        mutations: The rules.
        root: The checkout, which is not changed.
        seconds: How long the tests of one rule may take.

    Returns:
        The rules, each with the name of the first test that failed, or ``""``.

    Raises:
        ExceptionGroup: Of `MutationError`: a change does not fit, or tests fail or cannot be run
            without any.
    """
    results: list[tuple[Mutation, str]] = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        free: asyncio.Queue[Path] = asyncio.Queue()
        for number in range(_COPIES):
            free.put_nowait(_copied(root, Path(name, str(number))))

        async def unchanged(place: Place) -> None:
            async with _taken(free) as copy:
                if failed := await _first_failure(copy, place, seconds):
                    raise MutationError(f"without any change this fails in {place.lane}: {failed}")

        async def noticed(mutation: Mutation) -> str:
            async with _taken(free) as copy:
                with mutation.applied(copy):
                    return await _first_failure(copy, mutation.place, seconds)

        async with asyncio.TaskGroup() as group:
            for place in {mutation.place for mutation in mutations}:
                group.create_task(unchanged(place))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(noticed(mutation)) for mutation in mutations]
            for mutation, task in zip(mutations, tasks, strict=True):
                results.append((mutation, await task))
                said = results[-1][1] or "NOBODY NOTICES"
                print(f"{mutation.rule} ({mutation.section}):\n    {said}", flush=True)
    return results


@asynccontextmanager
async def _taken(free: asyncio.Queue[Path]) -> AsyncGenerator[Path]:
    copy = await free.get()
    try:
        yield copy
    finally:
        free.put_nowait(copy)


def _copied(root: Path, target: Path) -> Path:
    for name in _COPIED:
        source, copy = root / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, symlinks=True)
        elif source.exists():
            shutil.copy2(source, copy)
    return target


async def _first_failure(root: Path, place: Place, seconds: float) -> str:
    """Return the name of the first test that fails; nothing if none does in that time.

    Raises:
        MutationError: The tests cannot be run, or there is none.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"),
        *(f"--lane={place.lane}", "--second-tries=0", *_IGNORED, place.tests),
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(root / source) for source in _SOURCES),
            # Python tells a changed file by its size and its second, which may both be the same.
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        await _ended(process)
    said = output.decode(errors="replace")
    found = _NOTICED.search(said)
    if process.returncode == 0 and _RAN.search(said):
        return ""
    if process.returncode != 1 or found is None:
        raise MutationError(f"{place.tests} cannot be run in {place.lane}:\n{said}")
    return found[1]


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End tests that still run, so that they close their browsers and servers."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_CLOSING):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()


def main(words: Sequence[str]) -> int:
    """Break the rules that have one of the words in their name or file; all without any."""
    chosen = [
        mutation
        for mutation in MUTATIONS
        if not words or any(word in f"{mutation.rule}\n{mutation.file}" for word in words)
    ]
    try:
        results = asyncio.run(checked(chosen, _ROOT))
    except* MutationError as errors:
        sys.exit("\n".join(str(error) for error in errors.exceptions))
    noticed = [mutation for mutation, test in results if test]
    print(f"{len(noticed)} of {len(chosen)} broken rules noticed")
    return int(len(noticed) < len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
