"""The layout of a frame in memory: sizes, planes and rectangles (WebCodecs §9.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mediadevices.media.dictionary_members import integer, members, required
from mediadevices.webidl.conversion import is_sequence, wrong_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediadevices.media.pixel_formats import PixelFormat

__all__ = [
    "DOMRectReadOnly",
    "FrameGeometry",
    "PlaneLayout",
    "array_shapes",
    "check_rect",
    "compute_layout",
    "packed_geometry",
    "read_layout",
    "read_rect",
]

_MAX_SIZE = 2**31 - 1


# idl: differs DOMRectInit.width, DOMRectInit.height: they are required, and not 0.


class DOMRectReadOnly(NamedTuple):
    """A rectangle of pixels (Geometry Interfaces §3)."""

    # idl: without fromRect, toJSON: a named tuple has `_make()` and `_asdict()` instead.

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0

    @property
    def left(self) -> int:
        """The first column."""
        return self.x

    @property
    def top(self) -> int:
        """The first row."""
        return self.y

    @property
    def right(self) -> int:
        """The column after the last one."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The row after the last one."""
        return self.y + self.height


class PlaneLayout(NamedTuple):
    """The position of a plane in memory.

    Attributes:
        offset: Bytes from the start of the memory to the first sample.
        stride: Bytes from one row to the next.
    """

    offset: int
    stride: int


@dataclass(frozen=True, slots=True, eq=False)
class FrameGeometry:
    """The format, layout, size and orientation of a frame; similar frames share one object."""

    format: PixelFormat
    coded_width: int
    coded_height: int
    layout: tuple[PlaneLayout, ...]
    visible: DOMRectReadOnly
    display_width: int
    display_height: int
    rotation: int = 0
    flip: bool = False

    @property
    def is_packed(self) -> bool:
        """Whether the memory holds exactly the visible pixels, without padding."""
        packed = packed_geometry(self.format, self.visible.width, self.visible.height)
        return self.layout == packed.layout and (self.coded_width, self.coded_height) == (
            self.visible.width,
            self.visible.height,
        )

    def first_sample(self, plane: int, rect: DOMRectReadOnly) -> int:
        """Return the offset, in bytes, of a rectangle's first sample in a plane."""
        shape, (offset, stride) = self.format.planes[plane], self.layout[plane]
        return (
            offset
            + (rect.y // shape.subsampling_y) * stride
            + (rect.x // shape.subsampling_x) * shape.sample_bytes
        )

    def displayed_as(self, size: tuple[int, int], rotation: int, *, flip: bool) -> FrameGeometry:
        """Return the same layout with another display size and orientation."""
        width, height = size
        return replace(
            self, display_width=width, display_height=height, rotation=rotation, flip=flip
        )


@lru_cache(maxsize=256)
def packed_geometry(pixel_format: PixelFormat, width: int, height: int) -> FrameGeometry:
    """Return the geometry of a picture that is visible as a whole and has no padding."""
    layout, _ = compute_layout("", pixel_format, width, height, None)
    whole = DOMRectReadOnly(0, 0, width, height)
    return FrameGeometry(pixel_format, width, height, layout, whole, width, height)


def compute_layout(
    path: str,
    pixel_format: PixelFormat,
    width: int,
    height: int,
    layout: Sequence[PlaneLayout] | None,
) -> tuple[tuple[PlaneLayout, ...], int]:
    """Compute Layout and Allocation Size (WebCodecs §9.4.6).

    Args:
        path: The name of the layout in error messages.
        pixel_format: The format.
        width: Pixels.
        height: Pixels.
        layout: The positions of the planes; None packs them one after the other.

    Returns:
        The positions of the planes, and the size of the memory in bytes.

    Raises:
        TypeError: The number of planes is wrong, a stride is shorter than a row, or planes overlap.
    """
    if layout is not None and len(layout) != len(pixel_format.planes):
        raise TypeError(
            f"{path}: expected {len(pixel_format.planes)} planes for {pixel_format.name}, "
            f"got {len(layout)}"
        )
    result: list[PlaneLayout] = []
    ends: list[int] = []
    size = 0
    for index, plane in enumerate(pixel_format.planes):
        row_bytes, rows = plane.row_bytes(width), plane.rows(height)
        place = PlaneLayout(size, row_bytes) if layout is None else layout[index]
        if place.stride < row_bytes:
            raise TypeError(
                f"{path}[{index}].stride: a row needs {row_bytes} bytes, got {place.stride}"
            )
        end = place.offset + place.stride * rows
        for earlier, other in enumerate(result):
            if place.offset < ends[earlier] and other.offset < end:
                raise TypeError(f"{path}[{index}]: overlaps plane {earlier}")
        result.append(place)
        ends.append(end)
        size = max(size, end)
    return tuple(result), size


def array_shapes(
    pixel_format: PixelFormat, layout: Sequence[PlaneLayout], height: int
) -> list[tuple[int, ...]]:
    """Return the possible shapes of a NumPy array with a layout.

    An array of one plane is (rows, bytes) or (rows, columns, bytes of a sample), with the padding.
    Planes that follow each other make an array of (rows of all planes, bytes of a row of the first
    plane), as in OpenCV. Any other layout has no shape.

    Args:
        pixel_format: The format.
        layout: The positions of the planes.
        height: Pixels.
    """
    end = 0
    for plane, (offset, stride) in zip(pixel_format.planes, layout, strict=True):
        if offset != end:
            return []
        end += stride * plane.rows(height)
    stride = layout[0].stride
    if len(layout) > 1:
        whole_rows = stride % pixel_format.subsampling_x == end % stride == 0
        return [(end // stride, stride)] if whole_rows else []
    columns, rest = divmod(stride, sample := pixel_format.planes[0].sample_bytes)
    return [*([] if rest else [(height, columns, sample)]), (height, stride)]


def read_layout(path: str, value: object) -> list[PlaneLayout]:
    """Read a sequence of ``{"offset": bytes, "stride": bytes}``.

    Raises:
        TypeError: The value has another type.
    """
    if not is_sequence(value):
        raise wrong_type(path, "a sequence of planes", value)
    planes: list[PlaneLayout] = []
    for index, entry in enumerate(value):
        here = f"{path}[{index}]"
        plane = entry._asdict() if isinstance(entry, PlaneLayout) else entry
        given = members(here, plane, {}, PlaneLayout._fields)
        planes.append(
            PlaneLayout(
                *(
                    integer(f"{here}.{name}", required(f"{here}.{name}", given, name), 0, _MAX_SIZE)
                    for name in ("offset", "stride")
                )
            )
        )
    return planes


def read_rect(path: str, value: object) -> DOMRectReadOnly:
    """Read a rectangle: a `DOMRectReadOnly` or a mapping of x, y, width and height.

    Raises:
        TypeError: The value has another type.
    """
    if isinstance(value, DOMRectReadOnly):
        value = value._asdict()
    given = members(path, value, {}, DOMRectReadOnly._fields)
    return DOMRectReadOnly(
        integer(f"{path}.x", given.get("x", 0), 0, _MAX_SIZE),
        integer(f"{path}.y", given.get("y", 0), 0, _MAX_SIZE),
        *(
            integer(f"{path}.{name}", required(f"{path}.{name}", given, name), 1, _MAX_SIZE)
            for name in ("width", "height")
        ),
    )


def check_rect(
    path: str, rect: DOMRectReadOnly, pixel_format: PixelFormat, width: int, height: int
) -> None:
    """Check that a rectangle lies within a picture and starts on a whole sample of each plane.

    Raises:
        TypeError: It does not.
    """
    if rect.right > width or rect.bottom > height:
        raise TypeError(
            f"{path}: {rect.width}x{rect.height} at ({rect.x}, {rect.y}) exceeds the "
            f"coded size {width}x{height}"
        )
    step_x, step_y = pixel_format.subsampling_x, pixel_format.subsampling_y
    if rect.x % step_x or rect.y % step_y:
        raise TypeError(
            f"{path}: x must be a multiple of {step_x} and y of {step_y} in {pixel_format.name}, "
            f"got ({rect.x}, {rect.y})"
        )
