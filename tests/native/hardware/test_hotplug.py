"""Watching for devices that come and go."""

from __future__ import annotations

import errno
import socket
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING, cast

import pytest

from mediadevices.errors import MediaDevicesWarning
from mediadevices_native.hardware import hotplug
from mediadevices_native.hardware.hotplug import watch_by_polling, watch_directory, watch_udev
from support.fake_v4l2 import FakeMachine, FakeNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType


def watchers() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("mediadevices-")]


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)


def test_polling_tells_of_a_change_once() -> None:
    value, calls, changed = [1], list[int](), threading.Event()

    def notify() -> None:
        calls.append(value[0])
        changed.set()

    stop = watch_by_polling(lambda: list(value), notify, 0.01)
    time.sleep(0.05)
    value[0] = 2
    assert changed.wait(5)
    time.sleep(0.05)
    stop()
    assert calls == [2]


def test_polling_stops_and_leaves_no_thread() -> None:
    value, calls = [1], list[int]()
    stop = watch_by_polling(lambda: list(value), lambda: calls.append(1), 0.01)
    stop()
    value[0] = 2
    wait(lambda: watchers() == [])
    assert calls == []


def test_stopping_does_not_wait_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 60)
    looks, release, stopped = list[int](), threading.Event(), threading.Event()

    def look() -> object:
        looks.append(1)
        if len(looks) > 1:
            release.wait(30)
        return 1

    stop = watch_by_polling(look, lambda: None, 0.01)
    wait(lambda: len(looks) > 1)
    threading.Thread(target=lambda: (stop(), stopped.set()), daemon=True).start()
    assert stopped.wait(5)
    release.set()
    wait(lambda: watchers() == [])


def test_a_change_right_after_the_watching_began_is_reported() -> None:
    value, changed = [1], threading.Event()

    def look() -> object:
        time.sleep(0.05)
        return list(value)

    stop = watch_by_polling(look, changed.set, 0.01)
    value[0] = 2
    assert changed.wait(5)
    stop()


def test_polling_continues_when_a_look_fails(caplog: pytest.LogCaptureFixture) -> None:
    value, looks, changed = [1], list[int](), threading.Event()

    def look() -> object:
        looks.append(1)
        if 2 <= len(looks) <= 4:
            raise ValueError("no list today")
        return list(value)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        stop = watch_by_polling(look, changed.set, 0.01)
        wait(lambda: len(looks) > 5)
        assert not changed.is_set()
        value[0] = 2
        assert changed.wait(5)
        stop()
    [warning] = [str(one.message) for one in seen if one.category is MediaDevicesWarning]
    assert warning == (
        "watching for devices that come and go failed (ValueError: no list today); it is tried "
        "again every few seconds, and changes may be noticed late"
    )
    assert caplog.text.count("ValueError: no list today") == 1


@pytest.mark.filterwarnings("ignore::mediadevices.errors.MediaDevicesWarning")
def test_when_the_first_look_fails_the_next_one_tells() -> None:
    answers, changed = [OSError("not yet"), 1], threading.Event()

    def look() -> object:
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    stop = watch_by_polling(look, changed.set, 0.01)
    assert changed.wait(5)
    stop()


@pytest.mark.filterwarnings("ignore::mediadevices.errors.MediaDevicesWarning")
def test_a_change_is_reported_again_after_the_callback_failed() -> None:
    value, calls, done = [1], list[int](), threading.Event()

    def notify() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("not now")
        done.set()

    stop = watch_by_polling(lambda: list(value), notify, 0.01)
    value[0] = 2
    assert done.wait(5)
    time.sleep(0.05)
    stop()
    assert len(calls) == 3


def test_polling_can_be_stopped_from_its_own_callback() -> None:
    value, done = [1], threading.Event()

    def notify() -> None:
        stop()
        done.set()

    stop = watch_by_polling(lambda: list(value), notify, 0.01)
    value[0] = 2
    assert done.wait(5)


def test_a_directory_that_comes_into_being_is_a_change(tmp_path: Path) -> None:
    changed = threading.Event()
    folder = tmp_path / "video4linux"
    stop = watch_directory(folder, changed.set, 0.01)
    time.sleep(0.05)
    assert not changed.is_set()
    folder.mkdir()
    assert changed.wait(5)
    stop()


def test_udevs_watcher_stops_and_leaves_no_thread() -> None:
    stop = watch_udev("video4linux", lambda: None)
    assert stop is not None
    assert watchers() == ["mediadevices-udev-video4linux"]
    stop()
    stop()
    wait(lambda: watchers() == [])


class Netlink:
    """What is used of pyudev, with events that a test makes."""

    def __init__(self) -> None:
        self.failures = 0
        self.refuses = False
        self.monitors: list[Netlink.FakeMonitor] = []
        self.Context = object
        self.Monitor = self

    class FakeMonitor:
        def __init__(self, netlink: Netlink) -> None:
            self.netlink = netlink
            self.read, self.write = socket.socketpair()
            self.read.setblocking(False)

        def filter_by(self, _subsystem: str) -> None:
            pass

        def start(self) -> None:
            pass

        def fileno(self) -> int:
            return self.read.fileno()

        def poll(self, timeout: float) -> object:
            assert timeout == 0
            if self.netlink.failures:
                self.netlink.failures -= 1
                raise OSError(errno.ENOBUFS, "No buffer space available")
            try:
                return self.read.recv(1)
            except BlockingIOError:
                return None

    def from_netlink(self, _context: object, source: str) -> FakeMonitor:
        assert source in {"kernel", "udev"}
        if self.refuses:
            raise OSError("Could not create udev monitor")
        self.monitors.append(self.FakeMonitor(self))
        return self.monitors[-1]

    def event(self) -> None:
        self.monitors[-2].write.send(b"e")


@pytest.fixture
def netlink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Netlink]:
    fake = Netlink()
    monkeypatch.setitem(sys.modules, "pyudev", cast("ModuleType", fake))
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 0.01)
    yield fake
    wait(lambda: watchers() == [])
    for monitor in fake.monitors:
        monitor.read.close()
        monitor.write.close()


def test_udevs_watcher_tells_of_every_event(netlink: Netlink) -> None:
    calls = list[int]()
    stop = watch_udev("sound", lambda: calls.append(1))
    assert stop is not None
    for count in (1, 2):
        netlink.event()
        wait(lambda count=count: len(calls) == count)
    stop()


def test_udevs_watcher_continues_when_the_kernel_has_dropped_events(
    netlink: Netlink, caplog: pytest.LogCaptureFixture
) -> None:
    calls = list[int]()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        stop = watch_udev("sound", lambda: calls.append(1))
        assert stop is not None
        netlink.failures = 1
        netlink.event()
        wait(lambda: calls == [1])  # the dropped events are unknown
        assert len(netlink.monitors) == 4
        netlink.failures = 1
        netlink.event()
        wait(lambda: calls == [1, 1])
        netlink.event()
        wait(lambda: calls == [1, 1, 1])
        stop()
    [warning] = [str(one.message) for one in seen if one.category is MediaDevicesWarning]
    assert "events about sound failed (OSError: [Errno 105] No buffer space" in warning
    assert caplog.text.count("OSError: [Errno 105]") == 1


@pytest.mark.filterwarnings("ignore::mediadevices.errors.MediaDevicesWarning")
def test_udevs_watcher_continues_when_the_callback_failed(netlink: Netlink) -> None:
    calls = list[int]()

    def notify() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("not now")

    stop = watch_udev("sound", notify)
    assert stop is not None
    netlink.event()
    wait(lambda: len(calls) == 3)
    stop()


def test_without_netlink_the_directory_is_watched(netlink: Netlink, tmp_path: Path) -> None:
    netlink.refuses = True
    assert watch_udev("video4linux", lambda: None) is None
    assert_the_directory_is_watched(tmp_path)


def test_in_a_user_namespace_the_directory_is_watched(
    netlink: Netlink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uid_map").write_text("         0       1000          1\n")
    monkeypatch.setattr(hotplug, "_USER_NAMESPACE", tmp_path / "uid_map")
    assert watch_udev("video4linux", lambda: None) is None
    assert netlink.monitors == []
    assert_the_directory_is_watched(tmp_path)


def test_without_udevs_library_the_directory_is_watched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyudev", None)  # importing it raises ImportError
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 0.01)
    assert watch_udev("video4linux", lambda: None) is None
    assert_the_directory_is_watched(tmp_path)


def assert_the_directory_is_watched(folder: Path) -> None:
    machine = FakeMachine(folder)
    changed = threading.Event()
    stop = machine.cameras().watch(changed.set)
    machine.plug_usb("video0", FakeNode())
    assert changed.wait(5)
    stop()
