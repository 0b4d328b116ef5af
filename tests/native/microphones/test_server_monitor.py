"""The thread that follows the sound server, with a server that the test plays."""

from __future__ import annotations

import os
import select
import threading
import time
import warnings
from typing import TYPE_CHECKING

import pytest

from mediadevices.driver import Device
from mediadevices.errors import MediaDevicesWarning
from mediadevices_native.microphones.pulse import server_monitor
from mediadevices_native.microphones.pulse.server_monitor import ServerMonitor
from mediadevices_native.microphones.pulse.sound_server import NoSoundServerError, ServerSnapshot
from mediadevices_native.microphones.pulse.watching import watch_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mediadevices_native.microphones.pulse.sound_server import WaitHooks


class FakeServer:
    """A server whose events are bytes in a pipe."""

    def __init__(self) -> None:
        self.up = True
        self.failures: list[Exception] = []  # of the next questions
        self.connections = 0
        self.default = "first"
        self.answer = threading.Event()
        self.answer.set()
        self.asked = threading.Event()
        self.read, self.write = os.pipe()

    def __call__(self) -> FakeServer:
        if not self.up:
            raise NoSoundServerError("no server")
        self.connections += 1
        return self

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def subscribe(self) -> None:
        pass

    def snapshot(self) -> ServerSnapshot:
        self.asked.set()
        self.answer.wait(5)
        if not self.up:
            raise NoSoundServerError("gone")
        if self.failures:
            raise self.failures.pop()
        return ServerSnapshot((), (), (), self.default, "")

    def wait_for_events(self, hooks: WaitHooks, wake_descriptor: int) -> bool:
        hooks.waiting([self.read])
        ready, _, _ = select.select([self.read, wake_descriptor], [], [])
        hooks.woken()
        if self.read in ready:
            os.read(self.read, 1)
        return self.read in ready

    def event(self) -> None:
        os.write(self.write, b"e")

    def close(self) -> None:
        os.close(self.read)
        os.close(self.write)


class Listener:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def server_changed(self, snapshot: ServerSnapshot, _server: object) -> None:
        self.seen.append(snapshot.default_source)

    def server_lost(self) -> None:
        self.seen.append("lost")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.setattr(server_monitor, "_FIRST_RETRY", 0.02)
    server = FakeServer()
    yield server
    server.answer.set()
    wait(lambda: threads() == [])
    server.close()


@pytest.fixture
def monitor(server: FakeServer) -> ServerMonitor:
    return ServerMonitor(server)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("mediadevices")]


def test_a_listener_gets_the_present_state_and_every_event(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    listener = Listener()
    remove = monitor.add(listener)
    wait(lambda: listener.seen[:1] == ["first"])  # again, since adding one wakes the thread
    server.default = "second"
    server.event()
    wait(lambda: listener.seen[-1] == "second")
    remove()


def test_the_thread_ends_with_the_last_listener(monitor: ServerMonitor) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  (only counted)
    first, second = monitor.add(Listener()), monitor.add(Listener())
    assert len(threads()) == 1
    first()
    first()
    assert len(threads()) == 1
    second()
    wait(lambda: threads() == [])
    assert len(os.listdir("/proc/self/fd")) == descriptors  # noqa: PTH208  (only counted)
    monitor.request_refresh()
    assert not monitor.is_up_to_date()


def test_a_server_that_comes_later_is_found_and_one_that_goes_is_missed(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    server.up = False
    listener = Listener()
    remove = monitor.add(listener)
    wait(lambda: "lost" in listener.seen)
    server.up = True
    wait(lambda: listener.seen[-1] == "first")
    server.up = False
    server.event()
    wait(lambda: listener.seen[-1] == "lost")
    remove()


def test_it_is_quiet_only_when_every_event_is_dealt_with(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    remove = monitor.add(Listener())
    wait(monitor.is_up_to_date)
    server.answer.clear()  # the event is read, and what it means is being asked
    server.event()
    assert not monitor.is_up_to_date()
    time.sleep(0.05)
    assert not monitor.is_up_to_date()
    server.answer.set()
    wait(monitor.is_up_to_date)
    remove()
    assert not monitor.is_up_to_date()


def test_it_is_not_quiet_when_an_event_was_read_while_we_looked(
    monitor: ServerMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = monitor.add(Listener())
    wait(monitor.is_up_to_date)

    def event_is_read(*_: object) -> int:
        run = monitor._run
        assert run is not None
        run.woken()
        return 0  # nothing to read, for the thread has read it

    monkeypatch.setattr(server_monitor, "_poll_now", lambda: event_is_read)
    assert not monitor.is_up_to_date()
    remove()


def test_a_listener_that_fails_does_not_silence_the_server_for_the_others(
    server: FakeServer, monitor: ServerMonitor, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Listener):
        def server_changed(self, snapshot: ServerSnapshot, _server: object) -> None:
            raise ValueError("broken")

    listener = Listener()
    broken = monitor.add(Broken())
    remove = monitor.add(listener)
    wait(lambda: bool(listener.seen))
    assert "a listener failed" in caplog.text
    broken()
    remove()


def test_an_unexpected_error_costs_one_connection_and_warns_once(
    server: FakeServer, monitor: ServerMonitor, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        remove = monitor.add(listener)
        wait(monitor.is_up_to_date)
        for default in ("second", "third"):
            connections = server.connections
            server.default, server.failures = default, [KeyError("proplist")]
            server.event()
            wait(lambda default=default: listener.seen[-1:] == [default])
            assert server.connections == connections + 1
        wait(monitor.is_up_to_date)
        remove()
    assert "lost" not in listener.seen
    [warning] = [str(one.message) for one in seen if one.category is MediaDevicesWarning]
    assert warning == (
        "following the sound server failed (KeyError: 'proplist'); connecting to it again"
    )
    assert caplog.text.count("KeyError: 'proplist'") == 1


@pytest.mark.filterwarnings("ignore::mediadevices.errors.MediaDevicesWarning")
def test_while_it_fails_again_and_again_the_server_counts_as_lost(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    listener = Listener()
    remove = monitor.add(listener)
    wait(monitor.is_up_to_date)
    server.failures = [KeyError("proplist") for _ in range(3)]
    server.event()
    wait(lambda: "lost" in listener.seen)
    wait(lambda: listener.seen[-1] == "first")
    wait(monitor.is_up_to_date)
    remove()


def test_to_stop_listening_does_not_wait_for_the_server(
    server: FakeServer, monitor: ServerMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_monitor, "_JOIN_SECONDS", 60, raising=False)  # as it once was
    remove = monitor.add(Listener())
    wait(monitor.is_up_to_date)
    server.answer.clear()
    server.asked.clear()
    server.event()
    assert server.asked.wait(5)
    removed = threading.Event()
    threading.Thread(target=lambda: (remove(), removed.set()), daemon=True).start()
    assert removed.wait(3)


def test_a_thread_that_still_ends_tells_the_next_ones_listeners_nothing(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    callers: list[threading.Thread] = []

    class Witness(Listener):
        def server_changed(self, snapshot: ServerSnapshot, _server: object) -> None:
            callers.append(threading.current_thread())

    remove = monitor.add(Listener())
    wait(monitor.is_up_to_date)
    [first] = [one for one in threading.enumerate() if one.name.startswith("mediadevices")]
    server.answer.clear()
    server.asked.clear()
    server.event()
    assert server.asked.wait(5)
    remove()
    remove = monitor.add(Witness())
    server.answer.set()
    first.join(5)
    wait(monitor.is_up_to_date)
    assert callers
    assert first not in callers
    remove()


def test_a_listener_may_stop_listening_from_its_own_call(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    removes: list[Callable[[], None]] = []

    class Once(Listener):
        def server_changed(self, snapshot: ServerSnapshot, _server: object) -> None:
            for remove in removes:
                remove()

    removes.append(monitor.add(Once()))
    monitor.request_refresh()
    wait(lambda: threads() == [])


def test_a_watch_reports_only_changes_of_the_devices(
    server: FakeServer, monitor: ServerMonitor
) -> None:
    def devices(snapshot: ServerSnapshot) -> tuple[Device, ...]:
        looks.append(snapshot)
        return (Device(kind="audioinput", key=snapshot.default_source, label=""),)

    looks: list[ServerSnapshot] = []
    changes: list[None] = []
    stop = watch_server(monitor, devices, lambda: changes.append(None))
    wait(lambda: len(looks) >= 1)
    seen = len(looks)
    server.event()
    wait(lambda: len(looks) > seen)
    assert changes == []
    server.default = "second"
    server.event()
    wait(lambda: len(changes) == 1)
    server.up = False
    server.event()
    wait(lambda: len(changes) == 2)
    stop()


def test_to_stop_listening_waits_for_no_server(server: FakeServer, monitor: ServerMonitor) -> None:
    remove = monitor.add(Listener())
    server.answer.clear()
    monitor.request_refresh()
    remove()
    assert threads() == ["mediadevices-sound-server"]  # the server has not answered yet
    server.answer.set()
    wait(lambda: threads() == [])
