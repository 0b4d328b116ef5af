"""Permission: GUM-deny, GUM-permissions-query."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.media import SECONDS, capture
from mediadevices import NotAllowedError, navigator

if TYPE_CHECKING:
    from conformance.environment import Environment


@pytest.mark.needs("answer")
async def test_the_user_denies_permission(environment: Environment) -> None:
    await environment.answer("deny")
    with pytest.raises(NotAllowedError) as caught:
        await navigator.media_devices.get_user_media({"video": True})
    assert caught.value.name == "NotAllowedError"
    assert not hasattr(caught.value, "constraint_name")


@pytest.mark.parametrize(("name", "kind"), [("camera", "video"), ("microphone", "audio")])
@pytest.mark.needs("answer")
async def test_capturing_changes_the_permission(name: str, kind: str) -> None:
    status = await navigator.permissions.query({"name": name})
    assert status.state == "prompt"
    changed = asyncio.ensure_future(status.wait_for("change", timeout=SECONDS))
    await asyncio.sleep(0)
    async with capture(**{kind: True}):
        await changed
        assert status.state == "granted"
        assert (await navigator.permissions.query({"name": name})).state == "granted"
