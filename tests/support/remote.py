"""Runs tests in another environment and shows their results as if they had run here.

When the first test of an environment is due, all tests of this environment start there together (in
a browser: all tests of one configuration). Their reports return one by one, with traceback,
captured output and duration.

A busy computer can disturb a test of real time. So failed tests run once more in a fresh
environment, after the others: at most three in the whole run, each listed in the summary with its
first failure. If more tests of an environment fail, none runs again. An environment that crashes,
hangs or ends early does not start again: its tests without a report have failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

import pytest

from support import lanes, skips
from support.report_file import RemoteFailure

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from os import PathLike
    from pathlib import Path

    from support.browsers.configurations import Configuration

    Node: TypeAlias = pytest.Item | pytest.Collector
    Made: TypeAlias = Node | list[Node] | None
    # A lane and the configuration of its browser.
    Place: TypeAlias = tuple[str, Configuration]

__all__ = ["Environment", "RemoteItem"]

# A lane and another that runs beside it: each keeps one core busy, and neither is timed closely.
_BESIDE = {"node": "vm"}

_BATCHES = pytest.StashKey["dict[Place, _Batch]"]()
_DISTURBED = pytest.StashKey[list[str]]()
_TRIES_LEFT = pytest.StashKey[int]()


class Environment(Protocol):
    """Another place in which pytest can run."""

    @property
    def name(self) -> str:
        """The lane's name."""
        ...

    def available(self) -> str | None:
        """Prepare the environment; return the reason if that is impossible, or None."""
        ...

    def run(
        self, node_ids: Sequence[str], options: Sequence[str], config: pytest.Config
    ) -> Generator[pytest.TestReport]:
        """Run tests there, and yield their reports.

        Args:
            node_ids: The ids of the tests there.
            options: Further options for pytest there.
            config: The configuration of the host.

        Raises:
            RemoteFailure: It ended before all tests were reported; the message has its output.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--second-tries",
        type=int,
        default=3,
        metavar="N",
        help="run up to N failed tests of other environments once more (3; 0: never)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TRIES_LEFT] = cast("int", config.getoption("--second-tries"))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if disturbed := config.stash.setdefault(_DISTURBED, []):
        terminalreporter.section("passed at the second try")
        for line in disturbed:
            terminalreporter.line(line)


def environment(root: Path, lane: str, configuration: Configuration) -> Environment:
    """Return the environment of a lane.

    Args:
        root: The checkout.
        lane: The lane.
        configuration: How a browser starts.
    """
    # The environments import this module too, and there these imports may fail.
    if lane == "node":
        from support.node_environment import NodeEnvironment

        return NodeEnvironment(root)
    if lane == "native":
        from support.native_environment import NativeEnvironment
        from support.pulse_server import why_not

        return NativeEnvironment(root, lane, why_not)
    if lane == "pipewire":
        from support.native_environment import NativeEnvironment
        from support.pipewire_server import why_not

        return NativeEnvironment(root, lane, why_not)
    if lane == "vm":
        from support.vm_environment import VirtualMachineEnvironment

        return VirtualMachineEnvironment(root)
    from support.browsers.environment import BrowserEnvironment

    return BrowserEnvironment(root, lane, configuration)


class RemoteItem(pytest.Item):
    """Represents a test that runs in another environment."""

    def __init__(
        self, name: str, parent: pytest.Collector, *, origin: pytest.Item, lane: str
    ) -> None:
        super().__init__(name, parent)  # pyright: ignore[reportUnknownMemberType]  (pytest's own types)
        self.origin_id = origin.nodeid
        self._where = origin.reportinfo()
        # The batch has its own time limit, and the first item waits until the environment is up.
        self.own_markers = [pytest.mark.timeout(0).mark, *origin.own_markers]
        lanes.set_lane(self, lane)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        path, line, _ = self._where
        return path, line, self.name

    def runtest(self) -> None:
        raise NotImplementedError("it runs elsewhere")


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class,
) -> Generator[None, Made, Made]:
    """Add the remote items to the local ones, or replace them."""
    result = yield
    if result is None:
        return None
    nodes = result if isinstance(result, list) else [result]
    return [placed for node in nodes for placed in _placed(collector, node)]


def _placed(collector: pytest.Collector, node: Node) -> list[Node]:
    if not isinstance(node, pytest.Function):
        return [node]
    remote = lanes.remote_lanes(node)
    alone = len(lanes.lanes_of(node)) == 1
    items: list[Node] = []
    if len(remote) < len(lanes.lanes_of(node)):
        items.append(node)
    for lane in remote:
        name = node.name if alone else _suffixed(node.name, lane)
        items.append(
            RemoteItem.from_parent(collector, name=name, origin=node, lane=lane)  # pyright: ignore[reportUnknownMemberType]  (pytest's own types)
        )
    return items


def _suffixed(name: str, lane: str) -> str:
    return f"{name[:-1]}-{lane}]" if name.endswith("]") else f"{name}[{lane}]"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Report a remote item."""
    if isinstance(item, RemoteItem):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in _batch_of(item).reports_of(item):
            item.ihook.pytest_runtest_logreport(report=skips.fail_forbidden_skip(item, report))
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
    if isinstance(nextitem, RemoteItem):
        # After the last local item, tear down every fixture before other environments start.
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return True
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop environments that still run, after an interruption."""
    for batch in session.config.stash.setdefault(_BATCHES, {}).values():
        batch.close()


def _batch_of(item: RemoteItem) -> _Batch:
    batches = item.config.stash.setdefault(_BATCHES, {})
    place = _place(item)
    if place not in batches:
        remote = [i for i in item.session.items if isinstance(i, RemoteItem)]
        if beside := next((i for i in remote if lanes.lane_of(i) == _BESIDE.get(place[0])), None):
            _batch_of(beside).start()
        mine = [i for i in remote if _place(i) == place]
        batches[place] = _Batch(environment(item.config.rootpath, *place), mine, item.config)
    return batches[place]


def _place(item: RemoteItem) -> Place:
    return lanes.lane_of(item), lanes.configuration_of(item)


class _Batch:
    """The items of one environment, and their reports so far."""

    def __init__(
        self, environment: Environment, items: Sequence[RemoteItem], config: pytest.Config
    ) -> None:
        self._environment = environment
        self._config = config
        self._tried_again = False
        self._first_failures: dict[str, str] = {}
        self._reports: dict[str, list[pytest.TestReport]] = {}
        self._waiting: set[str] = set()
        self._failure = ""
        self._unavailable = environment.available()
        self._incoming = self._run([item.origin_id for item in items])

    def _run(self, node_ids: Sequence[str]) -> Generator[pytest.TestReport]:
        self._reports |= {node_id: [] for node_id in node_ids}
        self._waiting = set(node_ids)
        self._failure = ""
        return self._environment.run(node_ids, _options(self._config), self._config)

    def reports_of(self, item: RemoteItem) -> Iterator[pytest.TestReport]:
        """Yield the reports of an item, with a failure if the environment sent none."""
        if self._unavailable is not None:
            path, line, _ = item.location
            yield _made_report(item, "setup", "skipped", (path, line or 0, self._unavailable))
            yield _made_report(item, "teardown", "passed", None)
            return
        self._await(item.origin_id)
        if self._has_failed(item.origin_id) and not self._tried_again:
            self._try_again()
            self._await(item.origin_id)
        if item.origin_id in self._first_failures and not self._has_failed(item.origin_id):
            why = self._first_failures[item.origin_id]
            self._config.stash.setdefault(_DISTURBED, []).append(f"{item.nodeid} - {why}")
        known = self._reports[item.origin_id]
        for report in known:
            report.nodeid, report.location = item.nodeid, item.location
            yield report
        if not self._is_complete(item.origin_id):
            yield _made_report(item, "call", "failed", self._failure)

    def start(self) -> None:
        """Start the environment and wait for its first report; it then continues unattended."""
        if self._unavailable is None:
            self._receive()

    def _await(self, node_id: str) -> None:
        """Receive reports until a test is complete or the environment has ended."""
        while not self._is_complete(node_id) and self._receive():
            pass

    def _receive(self) -> bool:
        """Wait for the next report; return False if the environment has ended without one."""
        try:
            report = next(self._incoming, None)
        except RemoteFailure as failure:
            self._failure = str(failure)
            return False
        if report is None:
            return False  # it failed before
        self._reports[report.nodeid].append(report)
        if report.when == "teardown":
            self._waiting.discard(report.nodeid)
            if not self._waiting:
                self.close()  # the next environment must not find it running
        return True

    def _try_again(self) -> None:
        """Finish the first run, and run its few failed tests again unless it crashed."""
        self._tried_again = True
        for node_id in self._reports:
            self._await(node_id)
        failed = [node_id for node_id in self._reports if self._has_failed(node_id)]
        tries_left = self._config.stash[_TRIES_LEFT] - len(failed)
        if self._failure or tries_left < 0:
            return
        self._config.stash[_TRIES_LEFT] = tries_left
        self._first_failures = {node_id: self._why(node_id) for node_id in failed}
        self._incoming = self._run(failed)

    def _why(self, node_id: str) -> str:
        for report in self._reports[node_id]:
            if report.failed:
                crash: object = getattr(report.longrepr, "reprcrash", None)
                text = str(getattr(crash, "message", report.longreprtext))
                return next(iter(text.splitlines()), "")
        return ""

    def _is_complete(self, node_id: str) -> bool:
        known = self._reports[node_id]
        return bool(known) and known[-1].when == "teardown"

    def _has_failed(self, node_id: str) -> bool:
        failed = any(report.failed for report in self._reports[node_id])
        return failed or not self._is_complete(node_id)

    def close(self) -> None:
        """Stop the environment, if it still runs."""
        self._incoming.close()


def _options(config: pytest.Config) -> list[str]:
    """Return the user's options that affect reports."""
    colour = "yes" if config.get_terminal_writer().hasmarkup else "no"
    options = [f"--tb={config.getoption('tbstyle')}", f"--color={colour}"]
    if config.getoption("showlocals"):
        options.append("--showlocals")
    return options


def _made_report(
    item: RemoteItem,
    when: Literal["setup", "call", "teardown"],
    outcome: Literal["passed", "failed", "skipped"],
    longrepr: str | tuple[str, int, str] | None,
) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome=outcome,
        longrepr=longrepr,
        when=when,
    )
