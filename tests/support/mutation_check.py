"""Breaks rules of the standard in a copy, one at a time, and tells which conformance test notices.

    make mutation-check

`mutations.toml` has the rules, and for each a change of the code that breaks it and nothing else.
The suite must fail with every one of them. A test of its own sees that each change still fits.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MUTATIONS", "Mutation"]

_ROOT = Path(__file__).parents[2]
_COPIED = ("shared", "native", "pyodide", "tests", "examples", "pyproject.toml", "conftest.py")
_FAILED = re.compile(r"^FAILED tests/conformance/(\S+)", re.MULTILINE)
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to break one rule.

    Attributes:
        rule: The rule.
        section: Where the standard has it.
        file: The file to change, from the root of the checkout.
        before: What stands there, once.
        after: What is put in its place.
    """

    rule: str
    section: str
    file: str
    before: str
    after: str

    def fits(self, root: Path) -> bool:
        """Tell whether the file has what is to be changed, in one place."""
        return (root / self.file).read_text(encoding="utf-8").count(self.before) == 1

    def apply(self, root: Path) -> str:
        """Break the rule; return the file's text as it was."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.before, self.after), encoding="utf-8")
        return text


MUTATIONS = tuple(
    Mutation(one["rule"], one["section"], one["file"], one["from"], one["to"])
    for one in tomllib.loads(Path(__file__).with_name("mutations.toml").read_text("utf-8"))[
        "broken"
    ]
)


def main() -> int:
    """Break one rule after the other, and print who noticed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        root = Path(name)
        for copied in _COPIED:
            source = _ROOT / copied
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, root / copied)
        if failed := _first_failure(root):
            sys.exit(f"without any change this fails: {failed}")
        for mutation in MUTATIONS:
            if not mutation.fits(root):
                sys.exit(f"{mutation.rule}: {mutation.file} does not have the line to change once")
            before = mutation.apply(root)
            noticed = _first_failure(root)
            (root / mutation.file).write_text(before, encoding="utf-8")
            unnoticed += not noticed
            print(f"{mutation.rule} ({mutation.section}):\n    {noticed or 'NOBODY NOTICES'}")
    print(f"{len(MUTATIONS) - unnoticed} of {len(MUTATIONS)} broken rules noticed")
    return min(unnoticed, 1)


def _first_failure(root: Path) -> str:
    """Return the name of the first conformance test that fails, or nothing."""
    command = [sys.executable, "-m", "pytest", "--lane=cpython", "tests/conformance", "-x", "-q"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--ignore=tests/conformance/surface"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode == 0:
        return ""
    found = _FAILED.search(done.stdout)
    if found is None:
        sys.exit(f"the tests could not be run:\n{done.stdout}{done.stderr}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
