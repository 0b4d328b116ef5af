"""The one gate for memory that comes in, of programs and of drivers: it must be what a format has.

Flat bytes always will do: `bytes`, `bytearray`, an array of uint8 with one dimension. Any other
buffer says of what type its items are, and may say in which shape they lie; both must be the
format's. So no pointer is taken for a pixel, and no picture for another. NumPy is not needed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mediadevices.webidl.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["flat_bytes", "sized_bytes", "writable_bytes"]

#: The formats of `struct` by what they hold; how many bytes that are, a buffer says itself.
_KINDS = {
    **dict.fromkeys("BHILQNc", "uint"),  # C's char, as ctypes has it, is a byte
    **dict.fromkeys("bhilqn", "int"),
    **dict.fromkeys("efdg", "float"),
    "?": "bool",
    "O": "object",
}
_FOREIGN_ORDERS = (">", "!") if sys.byteorder == "little" else ("<",)
_BYTES = "uint8"
#: What an array of such samples holds: the typecodes of the sample formats and of pixels.
_WANTED = {"B": _BYTES, "h": "int16", "i": "int32", "f": "float32"}


def flat_bytes(
    path: str, buffer: object, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a buffer as flat bytes, without a copy.

    Args:
        path: Names the buffer in messages.
        buffer: Flat bytes, or an array.
        typecode: The type of an array's items, as `array.array` names it.
        shapes: The shapes that an array of more than one dimension may have.

    Raises:
        TypeError: It is no buffer, not C-contiguous, or its items or its shape are others.
    """
    try:
        view = memoryview(buffer)  # type: ignore[arg-type]  # a TypeError is the test
    except (TypeError, ValueError, BufferError) as error:
        # NumPy has arrays that are no buffers, of dates for one.
        numpy = type(buffer).__module__ == "numpy"
        items = f" of {getattr(buffer, 'dtype', 'another type')}" if numpy else ""
        raise TypeError(
            f"{path}: expected bytes, an array or another buffer, got "
            f"{type(buffer).__name__}{items}: {error}"
        ) from error
    if not view.c_contiguous:
        raise TypeError(f"{path}: expected a C-contiguous buffer; make a contiguous copy of it")
    wanted, items = _WANTED[typecode], _items(view)
    if items != wanted and (items != _BYTES or view.ndim > 1):
        alternative = "" if wanted == _BYTES else " or flat bytes"
        raise TypeError(
            f"{path}: expected {wanted}{alternative}, got {type(buffer).__name__} of {items}"
        )
    if view.ndim > 1 and view.shape not in shapes:
        fitting = " or ".join(str(shape) for shape in (*shapes, "one dimension"))
        raise TypeError(f"{path}: expected an array of shape {fitting}, got {view.shape}")
    # A view of nothing cannot be cast when it has several dimensions.
    return view.cast("B") if view.nbytes else memoryview(b"" if view.readonly else bytearray())


def sized_bytes(
    path: str, buffer: object, size: int, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a buffer as flat bytes, as many as are needed or more.

    Args:
        path: Names the buffer in messages.
        buffer: Flat bytes, or an array.
        size: How many bytes are needed.
        typecode: The type of an array's items, as `array.array` names it.
        shapes: The shapes that an array of more than one dimension may have.

    Raises:
        TypeError: It is not what `flat_bytes` takes, or too small.
    """
    view = flat_bytes(path, buffer, typecode, shapes)
    if view.nbytes < size:
        raise TypeError(f"{path}: {size} bytes are needed, it has {view.nbytes}")
    return view


def writable_bytes(
    path: str, buffer: object, size: int, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a destination as flat bytes; see `sized_bytes`.

    Raises:
        TypeError: It is not what `sized_bytes` takes, or read-only.
    """
    view = sized_bytes(path, buffer, size, typecode, shapes)
    if view.readonly:
        raise TypeError(f"{path}: expected a writable buffer, got a read-only one")
    return view


def _items(view: memoryview) -> str:
    """Name the type of a buffer's items as NumPy does: ``"float32"``."""
    order, code = view.format[:1], view.format.lstrip("@=<>!")
    kind = _KINDS.get(code)
    if kind is None:
        return f"items of the format {short_repr(view.format)}"
    if kind in {"bool", "object"}:
        return kind
    foreign = order in _FOREIGN_ORDERS and view.itemsize > 1
    return f"{'byte-swapped ' if foreign else ''}{kind}{view.itemsize * 8}"
