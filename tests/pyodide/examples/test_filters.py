"""The filters of the example page, on pictures whose every pixel is known."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

# They are Python, and run anywhere.
pytestmark = pytest.mark.lanes("cpython")

WHITE, BLACK = bytes([255, 255, 255, 255]), bytes([0, 0, 0, 255])


@pytest.fixture(scope="module")
def filters() -> ModuleType:
    """The module, which lies where no import finds it."""
    path = Path(__file__).parents[3] / "examples" / "web" / "filters.py"
    spec = importlib.util.spec_from_file_location("example_filters", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pixels(data: bytes) -> list[bytes]:
    return [data[start : start + 4] for start in range(0, len(data), 4)]


def test_none_is_the_picture_itself(filters: ModuleType) -> None:
    assert filters.FILTERS["none"](b"\1\2\3\xff", 1) == b"\1\2\3\xff"


def test_negative_inverts_colours_and_stays_opaque(filters: ModuleType) -> None:
    assert filters.FILTERS["negative"](bytes([0, 100, 255, 255]), 1) == bytes([255, 155, 0, 255])


def test_threshold_leaves_black_and_white(filters: ModuleType) -> None:
    picture = bytes([9, 127, 9, 255, 9, 128, 9, 255])
    assert filters.FILTERS["threshold"](picture, 2) == BLACK + WHITE


def test_edges_shows_where_brightness_changes_and_nothing_else(filters: ModuleType) -> None:
    width, height = 6, 5
    square = {(x, y) for x in (2, 3) for y in (2, 3)}
    picture = b"".join(
        WHITE if (x, y) in square else BLACK for y in range(height) for x in range(width)
    )
    found = pixels(filters.FILTERS["edges"](picture, width))
    lit = {(i % width, i // width) for i, pixel in enumerate(found) if pixel != BLACK}
    expected = {
        (x, y)
        for x in range(width - 1)
        for y in range(height - 1)
        if ((x, y) in square) != ((x + 1, y + 1) in square)
    }
    assert lit == expected
    assert len(found) == width * height


def test_a_flat_picture_has_no_edges_whatever_its_brightness(filters: ModuleType) -> None:
    for value in range(256):
        picture = bytes([value, value, value, 255]) * 12
        assert filters.FILTERS["edges"](picture, 4) == BLACK * 12


def test_a_small_picture_stays_as_it_is(filters: ModuleType) -> None:
    picture = bytes(range(24))
    assert filters.shrink(memoryview(picture), 3, 2, 3) == (picture, 3, 2)


def test_a_large_picture_is_thinned_out_in_both_directions(filters: ModuleType) -> None:
    width, height = 5, 3
    picture = b"".join(bytes([x, y, 0, 255]) for y in range(height) for x in range(width))
    data, smaller_width, smaller_height = filters.shrink(memoryview(picture), width, height, 3)
    assert (smaller_width, smaller_height) == (3, 2)
    assert [tuple(pixel[:2]) for pixel in pixels(data)] == [
        *((0, 0), (2, 0), (4, 0)),
        *((0, 2), (2, 2), (4, 2)),
    ]
