"""A program's device ids: the same each time, and of no use to anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mediadevices_native import clear_device_ids
from mediadevices_native.agent import create_agent
from support.own_home import use_own_home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_own_home(monkeypatch, tmp_path)


async def ids(application: str) -> set[str]:
    """Return the ids that a new process of an application sees."""
    agent = create_agent(application=application, synthetic=True, environment={})
    agent.exposure.expose(("camera", "microphone"))
    found = {device.device_id for device in await agent.enumerate_devices()}
    agent.close()
    assert len(found) == 4
    assert "" not in found
    return found


async def test_ids_survive_a_restart() -> None:
    assert await ids("doorbell") == await ids("doorbell")


async def test_two_applications_have_no_id_in_common() -> None:
    assert not await ids("doorbell") & await ids("lift")


async def test_cleared_ids_are_others_the_next_time_and_those_of_other_applications_stay() -> None:
    before, of_another = await ids("doorbell"), await ids("lift")
    clear_device_ids("doorbell")
    assert not before & await ids("doorbell")
    assert await ids("lift") == of_another
