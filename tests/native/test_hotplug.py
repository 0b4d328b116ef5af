"""Watching for devices that come and go."""

from __future__ import annotations

import importlib
import threading
import time
from typing import TYPE_CHECKING

from mediadevices_native import hotplug
from mediadevices_native.hotplug import watch_by_polling, watch_directory, watch_udev
from support.fake_v4l2 import FakeMachine, FakeNode

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def watchers() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("mediadevices-")]


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
    time.sleep(0.05)
    assert calls == []
    assert watchers() == []


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


def test_udevs_watchers_stop_and_leave_no_thread() -> None:
    stop = watch_udev("video4linux", lambda: None)
    assert stop is not None
    assert len(watchers()) == 2
    stop()
    stop()
    assert watchers() == []


def test_without_udevs_library_the_directory_is_watched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def import_module(name: str) -> object:
        raise ImportError(f"No library of {name}")

    monkeypatch.setattr(importlib, "import_module", import_module)
    monkeypatch.setattr(hotplug, "_POLLING_SECONDS", 0.01)
    assert watch_udev("video4linux", lambda: None) is None
    machine = FakeMachine(tmp_path)
    changed = threading.Event()
    stop = machine.cameras().watch(changed.set)
    time.sleep(0.05)
    machine.plug_usb("video0", FakeNode())
    assert changed.wait(5)
    stop()
