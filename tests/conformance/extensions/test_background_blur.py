"""GUM-backgroundBlur, for the property of the standard, and voice isolation."""

from __future__ import annotations

import pytest

from conformance.media import capture
from mediadevices import OverconstrainedError, navigator

PROPERTIES = [("video", "backgroundBlur"), ("audio", "voiceIsolation")]


@pytest.mark.parametrize(("kind", "name"), PROPERTIES)
async def test_the_property_is_supported(kind: str, name: str) -> None:
    assert navigator.media_devices.get_supported_constraints()[name] is True


@pytest.mark.parametrize(("kind", "name"), PROPERTIES)
async def test_the_setting_is_among_the_capabilities(kind: str, name: str) -> None:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        possible = track.get_capabilities()[name]
        assert set(possible) <= {True, False}
        assert track.get_settings()[name] in possible


@pytest.mark.parametrize(("kind", "name"), PROPERTIES)
@pytest.mark.parametrize("value", [True, False])
async def test_a_possible_value_can_be_applied(kind: str, name: str, value: bool) -> None:
    async with capture(**{kind: True}) as stream:
        (track,) = stream.get_tracks()
        before = track.get_settings()[name]
        if value in track.get_capabilities()[name]:
            await track.apply_constraints({name: {"exact": value}})
            assert track.get_settings()[name] is value
        else:
            with pytest.raises(OverconstrainedError) as caught:
                await track.apply_constraints({name: {"exact": value}})
            assert caught.value.constraint == name
            assert track.get_settings()[name] is before


@pytest.mark.parametrize(("kind", "name"), PROPERTIES)
async def test_it_cannot_be_required_in_get_user_media(kind: str, name: str) -> None:
    with pytest.raises(TypeError):
        await navigator.media_devices.get_user_media({kind: {name: {"exact": False}}})
