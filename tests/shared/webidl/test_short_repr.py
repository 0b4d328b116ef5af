"""Short texts for a program's values in messages."""

from __future__ import annotations

from array import array

import pytest

from mediadevices import Event
from mediadevices.webidl.dictionary import Dictionary, FrozenList
from mediadevices.webidl.short_repr import member_path, short_repr


class Failing:
    def __repr__(self) -> str:
        raise ZeroDivisionError


class NoText:
    def __repr__(self) -> str:
        return 5  # type: ignore[return-value]  # on purpose


class Wide:
    def __repr__(self) -> str:
        return "wide\n\x1b[31m" * 10**6


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [{"a": value}]
    return value


def endless() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [None, True, 1, -1.5, "a", "it's", b"a", [], {}, (), set(), [1, "a"], {"a": [1]}, (1,), {2}],
)
def test_a_short_value_has_its_repr(value: object) -> None:
    assert short_repr(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(10**5000, "an integer of 16610 bits", id="huge"),
        pytest.param(-(10**5000), "an integer of 16610 bits", id="-huge"),
        (Failing(), "<Failing that cannot be shown>"),
        (NoText(), "<NoText that cannot be shown>"),
        ([1, Failing()], "[1, <Failing that cannot be shown>]"),
        ({Failing(): 1}, "{<Failing that cannot be shown>: 1}"),
        (deep(5000), "[{'a': [{'a': ...}]}]"),
        (endless(), "[[[[...]]]]"),
        (range(3), "range(0, 3)"),
        ([*range(10**6)], "[0, 1, 2, 3, 4, 5, 6, 7, ...]"),
        (Dictionary(a=FrozenList([1])), "{'a': [1]}"),
        ("two\nlines", r"'two\nlines'"),
    ],
)
def test_a_value_without_repr_is_described(value: object, shown: str) -> None:
    assert short_repr(value) == shown


@pytest.mark.parametrize(
    "value",
    ["x" * 10**7, b"x" * 10**7, bytearray(10**7), array("d", [0.5]) * 10**6, Wide()],
    ids=["text", "bytes", "bytearray", "array", "Wide"],
)
def test_a_long_value_is_shortened_to_one_line(value: object) -> None:
    shown = short_repr(value)
    assert len(shown) == 80
    assert shown.isprintable()
    assert shown.endswith("...")


def test_a_long_name_is_shortened_in_a_path() -> None:
    assert member_path("video", "width") == "video.width"
    assert len(member_path("video", "x" * 10**6)) == 86


@pytest.mark.parametrize("thing", [Dictionary(width=640), Event("ended")])
def test_a_long_attribute_is_shortened_in_a_message(thing: object) -> None:
    name = "x" * 10**6
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    assert len(str(caught.value)) < 200
    assert caught.value.name == name
    with pytest.raises((AttributeError, TypeError)) as refused:
        setattr(thing, name, 1)
    assert len(str(refused.value)) < 200
