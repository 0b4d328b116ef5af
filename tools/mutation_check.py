"""Breaks rules in a copy of the code, one at a time, and prints which test fails.

    make mutation-check
    make mutation-check ARGS="permission legacy/"    # rules with one of these words

`mutations.toml` lists the rules: the standard's and our own. Each has a change of the code that
breaks only this rule, and the tests that must fail. `tests/machinery/test_mutation_check.py` checks
that each change still fits. Two copies in a temporary folder are used at a time, so the checkout
does not change.
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

__all__ = ["MUTATIONS", "Mutation", "MutationError", "Place", "check"]

_ROOT = Path(__file__).parents[1]
_SOURCES = ("shared", "native", "pyodide", "tests")
# The last one, if it exists, has Pyodide and pytest for web pages.
_COPIED = (*_SOURCES, "tools", "examples", "pyproject.toml", "conftest.py", ".cache/node")
_COPIES = 2
#: Seconds for the tests of one rule. A test that hangs counts only if its own time limit fails it.
_SECONDS = 200
#: Seconds in which interrupted tests must close their browsers and servers.
_CLOSING = 20
#: These tests compare names with the IDL, not behaviour.
_IGNORED = ("--ignore=tests/conformance/surface",)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)
_RAN = re.compile(r"\b\d+ passed\b")


class MutationError(Exception):
    """A rule could not be checked; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Tests that must fail.

    Attributes:
        tests: Their folder or file, from the root of the checkout, or a single test (to save time
            in a browser).
        lane: The lane in which they run; see `support.lanes`.
    """

    tests: str = "tests/conformance"
    lane: str = "cpython"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change that breaks one rule.

    Attributes:
        rule: The rule.
        section: The section of the standard, or the document with our decision.
        file: The file to change, from the root of the checkout.
        before: The text to replace; it occurs once.
        after: The new text.
        place: The tests that must fail.
    """

    rule: str
    section: str
    file: str
    before: str
    after: str
    place: Place = Place()

    def fits(self, root: Path) -> bool:
        """Return True if the text to replace occurs exactly once."""
        path = root / self.file
        return path.is_file() and path.read_text(encoding="utf-8").count(self.before) == 1

    @contextmanager
    def applied(self, root: Path) -> Generator[None]:
        """Break the rule inside a ``with`` block.

        Raises:
            MutationError: The change does not fit.
        """
        if not self.fits(root):
            raise MutationError(f"{self.rule}: {self.file} must contain the text once")
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


async def check(
    mutations: Sequence[Mutation], root: Path, *, seconds: float = _SECONDS
) -> list[tuple[Mutation, str]]:
    """Break one rule after the other, and print the first test that fails.

    Args:
        mutations: The rules.
        root: The checkout; it is not changed.
        seconds: Time limit for the tests of one rule.

    Returns:
        The rules, each with the name of the first test that failed, or ``""``.

    Raises:
        ExceptionGroup: Of `MutationError`: a change does not fit, or the tests fail or cannot run
            without a change.
    """
    results: list[tuple[Mutation, str]] = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        free: asyncio.Queue[Path] = asyncio.Queue()
        for number in range(_COPIES):
            free.put_nowait(_copy(root, Path(name, str(number))))

        async def unchanged(place: Place) -> None:
            async with _borrow(free) as copy:
                if failed := await _first_failure(copy, place, seconds):
                    raise MutationError(f"without a change this fails in {place.lane}: {failed}")

        async def first_failure(mutation: Mutation) -> str:
            async with _borrow(free) as copy:
                with mutation.applied(copy):
                    return await _first_failure(copy, mutation.place, seconds)

        async with asyncio.TaskGroup() as group:
            for place in {mutation.place for mutation in mutations}:
                group.create_task(unchanged(place))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(first_failure(mutation)) for mutation in mutations]
            for mutation, task in zip(mutations, tasks, strict=True):
                results.append((mutation, await task))
                test = results[-1][1] or "NO TEST FAILS"
                print(f"{mutation.rule} ({mutation.section}):\n    {test}", flush=True)
    return results


@asynccontextmanager
async def _borrow(free: asyncio.Queue[Path]) -> AsyncGenerator[Path]:
    copy = await free.get()
    try:
        yield copy
    finally:
        free.put_nowait(copy)


def _copy(root: Path, target: Path) -> Path:
    for name in _COPIED:
        source, copy = root / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, symlinks=True)
        elif source.exists():
            shutil.copy2(source, copy)
    return target


async def _first_failure(root: Path, place: Place, seconds: float) -> str:
    """Return the name of the first test that fails, or ``""`` if none fails in time.

    Raises:
        MutationError: The tests cannot run, or there are none.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"),
        *(f"--lane={place.lane}", "--second-tries=0", *_IGNORED, place.tests),
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(root / source) for source in _SOURCES),
            # Bytecode caches compare size and time in seconds, which a change may leave the same.
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
        await _interrupt(process)
    text = output.decode(errors="replace")
    found = _FAILED.search(text)
    if process.returncode == 0 and _RAN.search(text):
        return ""
    if process.returncode != 1 or found is None:
        raise MutationError(f"{place.tests} cannot run in {place.lane}:\n{text}")
    return found[1]


async def _interrupt(process: asyncio.subprocess.Process) -> None:
    """Interrupt the tests if they still run, so that they close their browsers and servers."""
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
    """Break the rules with one of the words in their name or file, or all rules."""
    chosen = [
        mutation
        for mutation in MUTATIONS
        if not words or any(word in f"{mutation.rule}\n{mutation.file}" for word in words)
    ]
    try:
        results = asyncio.run(check(chosen, _ROOT))
    except* MutationError as errors:
        sys.exit("\n".join(str(error) for error in errors.exceptions))
    detected = [mutation for mutation, test in results if test]
    print(f"{len(detected)} of {len(chosen)} broken rules were detected")
    return int(len(detected) < len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
