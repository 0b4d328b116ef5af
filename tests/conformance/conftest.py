"""Fixtures: the environment of the conformance tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.fake_environment import FakeEnvironment
from conformance.page_environment import PageEnvironment
from support import expectations
from support.browsers.configurations import BROWSERS
from support.own_home import use_own_home

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from conformance.environment import Environment
    from conformance.machine_environment import Machine


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*abilities): what the environment of the test must be able to do"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if inside := config.getoption("--inside"):
        expectations.mark_expected(items, inside)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expectations.judge(item, call, report)
    return report


@pytest.fixture(scope="session")
def sound() -> Iterator[object]:
    """Run the sound server whose microphones the native lane uses."""
    from conformance.native_environment import sound_server

    with sound_server() as server:
        yield server


@pytest.fixture(scope="session")
def machine() -> Machine:
    """Return the cameras and microphones of the virtual machine."""
    from conformance.machine_environment import Machine

    return Machine()


@pytest.fixture(scope="module")
def noise() -> Iterator[None]:
    """Play noise to the machine's first microphone; other modules play tones instead."""
    from conformance.machine_environment import noise

    with noise():
        yield


@pytest.fixture
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the desktop's agent a directory for the secret of device ids."""
    use_own_home(monkeypatch, tmp_path)


@pytest.fixture(autouse=True)
def environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    """Set up the environment; every test has one, even if it does not use it."""
    inside = request.config.getoption("--inside")
    world: Environment
    if inside == "native":
        request.getfixturevalue("sound")
        request.getfixturevalue("own_home")
        from conformance.native_environment import NativeEnvironment

        world = NativeEnvironment()
    elif inside == "vm":
        devices = request.getfixturevalue("machine")
        request.getfixturevalue("noise")
        request.getfixturevalue("own_home")
        from conformance.machine_environment import MachineEnvironment

        world = MachineEnvironment(devices)
    elif inside in BROWSERS:
        world = PageEnvironment()
    else:
        world = FakeEnvironment()
    yield world
    world.close()
