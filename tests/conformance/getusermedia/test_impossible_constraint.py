"""GUM-impossible-constraint, GUM-invalid-facing-mode."""

from __future__ import annotations

import pytest

from mediadevices import OverconstrainedError, navigator

NAMES = ("width", "height", "frameRate")
TOO_MUCH = [("width", {"min": 100_000_000})]
NOTHING = [(name, {"max": 0}) for name in NAMES]
LESS_THAN_NOTHING = [(name, {"max": -1}) for name in NAMES]
CONTRADICTION = [(name, {"min": 100, "max": 10}) for name in NAMES]


@pytest.mark.parametrize(
    ("name", "value"),
    [*TOO_MUCH, *NOTHING, *LESS_THAN_NOTHING, *CONTRADICTION],
    ids=[
        "too much",
        *(f"{word}-{name}" for word in ("nothing", "less", "contradiction") for name in NAMES),
    ],
)
async def test_an_impossible_constraint_is_named(name: str, value: object) -> None:
    with pytest.raises(OverconstrainedError) as caught:
        await navigator.media_devices.get_user_media({"video": {name: value}})
    assert caught.value.name == "OverconstrainedError"
    assert caught.value.constraint == name


async def test_a_facing_mode_that_does_not_exist() -> None:
    with pytest.raises(OverconstrainedError) as caught:
        await navigator.media_devices.get_user_media({"video": {"facingMode": {"exact": ""}}})
    assert caught.value.constraint == "facingMode"
