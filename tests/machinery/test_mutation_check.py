"""The rules that `make mutation-check` breaks, and how it finds out who notices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from support import lanes
from tools.mutation_check import MUTATIONS, Mutation, MutationError, Place, check

#: A checkout as small as can be, with the options that the tests of a real one are run with.
_FILES = {
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['shared']\n",
    "conftest.py": (
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--lane')\n"
        "    parser.addoption('--second-tries')\n"
    ),
    "shared/library.py": "def double(number):\n    assert number\n    return number + number\n",
    "tests/sound/test_library.py": (
        "from library import double\n"
        "def test_one(): assert double(1) == 2\n"
        "def test_two(): assert double(2) == 4\n"
    ),
    "tests/broken/test_library.py": "def test_it(): assert False\n",
    "tests/skipped/test_library.py": "import pytest\n@pytest.mark.skip\ndef test_it(): pass\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def replacing(before: str, after: str, tests: str = "tests/sound") -> Mutation:
    place = Place(tests)
    return Mutation("It doubles", "1", "shared/library.py", before, after, place)


async def notices(root: Path, mutations: Sequence[Mutation], seconds: float = 60) -> list[str]:
    return [test for _, test in await check(mutations, root, seconds=seconds)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_a_rule_can_still_be_broken_as_it_is_said(
    mutation: Mutation, pytestconfig: pytest.Config
) -> None:
    assert mutation.fits(pytestconfig.rootpath), f"{mutation.file} has been changed since"
    assert mutation.before != mutation.after
    tests, _, test = mutation.place.tests.partition("::")
    assert (pytestconfig.rootpath / tests).exists()
    assert not test or f"def {test}(" in (pytestconfig.rootpath / tests).read_text("utf-8")
    assert mutation.place.lane in lanes.LANES


def test_there_are_sixty_rules_and_no_rule_twice() -> None:
    assert len({mutation.rule for mutation in MUTATIONS}) == len(MUTATIONS) >= 60


@pytest.mark.parametrize(
    ("before", "fits"), [("number * 2", False), ("assert number", True), ("return", True)]
)
def test_a_change_fits_that_has_its_text(checkout: Path, before: str, fits: bool) -> None:
    assert replacing(before, "").fits(checkout) is fits


def test_a_change_does_not_fit_that_has_its_text_twice_or_no_file(checkout: Path) -> None:
    assert not replacing("number", "").fits(checkout)
    assert not Mutation("It doubles", "1", "shared/gone.py", "x", "y").fits(checkout)


@pytest.mark.timeout(300)
async def test_the_first_test_that_fails_is_named_and_the_checkout_stays(checkout: Path) -> None:
    mutations = [
        replacing("+ number", "+ 1"),
        replacing("number + number", "number * 2"),
        replacing("+ number", "* 3"),
    ]
    assert await notices(checkout, mutations) == [
        "tests/sound/test_library.py::test_two",
        "",
        "tests/sound/test_library.py::test_one",
    ]
    assert (checkout / "shared/library.py").read_text("utf-8") == _FILES["shared/library.py"]
    assert {path.name for path in checkout.iterdir()} == {
        *("conftest.py", "pyproject.toml", "shared", "tests")
    }


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        (replacing("number", ""), "must contain the text once"),
        (replacing("+ number", "+"), "cannot run"),
        (replacing("+ number", "+ 1", "tests/broken"), "without a change this fails"),
        (replacing("+ number", "+ 1", "tests/skipped"), "cannot run"),
    ],
)
@pytest.mark.timeout(300)
async def test_what_tells_nothing_is_an_error(
    checkout: Path, mutation: Mutation, said: str
) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await notices(checkout, [mutation])
    assert raised.group_contains(MutationError, match=said)


@pytest.mark.timeout(300)
async def test_who_hangs_has_not_noticed(checkout: Path) -> None:
    tests = checkout / "tests/sound/test_library.py"
    tests.write_text(_FILES["tests/sound/test_library.py"].replace("== 4", "!= 3 or wait()"))
    with tests.open("a") as file:
        file.write("def wait():\n    import time\n    time.sleep(1000)\n")
    assert await notices(checkout, [replacing("+ number", "+ 1")], seconds=10) == [""]
