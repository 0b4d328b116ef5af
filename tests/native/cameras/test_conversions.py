"""Pictures that are made here of what a camera sent, by the real OpenCV."""

# numpy's own operations on arrays are typed loosely.
# pyright: basic

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from mediadevices_native.cameras.pixel_formats import CONVERSIONS, DECODABLE_FORMATS, converted
from mediadevices_native.opencv import load_opencv

if TYPE_CHECKING:
    from mediadevices_native.opencv import Picture

WIDTH, HEIGHT = 16, 8
BLUE, GREEN, RED = COLOUR = (200, 40, 90)
LUMA, CB, CR = 79, 191, 139
"""The same by ITU-R BT.601."""

MOSAICS = {
    "BA81": ((BLUE, GREEN), (GREEN, RED)),
    "GBRG": ((GREEN, BLUE), (RED, GREEN)),
    "GRBG": ((GREEN, RED), (BLUE, GREEN)),
    "RGGB": ((RED, GREEN), (GREEN, BLUE)),
}


def sent(pixel_format: str) -> Picture:
    """Return a picture of one colour as a camera sends it."""
    if pixel_format in MOSAICS:
        return np.tile(np.array(MOSAICS[pixel_format], np.uint8), (HEIGHT // 2, WIDTH // 2))
    if pixel_format == "YVYU":
        return np.tile(np.array([LUMA, CR, LUMA, CB], np.uint8), (HEIGHT, WIDTH // 2))
    pair = [CB, CR] if pixel_format == "NV12" else [CR, CB]
    chroma = np.tile(np.array(pair, np.uint8), (HEIGHT // 2, WIDTH // 2))
    return np.vstack([np.full((HEIGHT, WIDTH), LUMA, np.uint8), chroma])


def picture(pixel_format: str, data: Picture) -> Picture | None:
    return converted(load_opencv(), CONVERSIONS[pixel_format], data, WIDTH, HEIGHT)


def test_all_that_is_converted_can_be_decoded() -> None:
    assert set(CONVERSIONS) <= DECODABLE_FORMATS


@pytest.mark.parametrize("pixel_format", CONVERSIONS)
def test_a_picture_has_its_true_colours(pixel_format: str) -> None:
    data = sent(pixel_format)
    for shape in (data.shape, (1, -1)):  # OpenCV gives some as one long line.
        found = picture(pixel_format, data.reshape(shape))
        assert found is not None
        assert found.shape == (HEIGHT, WIDTH, 3)
        assert np.abs(found.astype(int) - COLOUR).max() <= 3


@pytest.mark.parametrize("pixel_format", CONVERSIONS)
def test_padding_of_a_line_is_no_part_of_the_picture(pixel_format: str) -> None:
    padded = np.pad(sent(pixel_format), ((0, 0), (0, 32)))
    found = picture(pixel_format, padded.reshape(1, -1))
    assert found is not None
    assert np.abs(found.astype(int) - COLOUR).max() <= 3


@pytest.mark.parametrize("pixel_format", CONVERSIONS)
def test_an_incomplete_picture_is_none(pixel_format: str) -> None:
    data = sent(pixel_format).reshape(-1)
    assert picture(pixel_format, data[:-1]) is None
    assert picture(pixel_format, data[: data.size // 2]) is None
