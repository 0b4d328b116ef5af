"""Checks every buffer that a program or a driver passes in, without NumPy.

Flat bytes are always allowed: `bytes`, `bytearray`, or a one-dimensional array of uint8. Any other
buffer must have items of the type that the pixel or sample format has. If it has more than one
dimension, it must also have the shape of the picture or the block.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mediadevices.webidl.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["flat_bytes", "sized_bytes", "writable_bytes"]

#: The kind of number for each format character of `struct`. The size comes from the buffer.
_KINDS = {
    **dict.fromkeys("BHILQNc", "uint"),  # "c" is the char of ctypes, which is a byte
    **dict.fromkeys("bhilqn", "int"),
    **dict.fromkeys("efdg", "float"),
    "?": "bool",
    "O": "object",
}
_SWAPPED_ORDERS = (">", "!") if sys.byteorder == "little" else ("<",)
_BYTES = "uint8"
#: The type of the items for each `array.array` typecode of the pixel and sample formats.
_ITEM_TYPES = {"B": _BYTES, "h": "int16", "i": "int32", "f": "float32"}


def flat_bytes(
    path: str, buffer: object, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a buffer as flat bytes, without a copy.

    Args:
        path: The name of the buffer in error messages.
        buffer: Flat bytes, or an array.
        typecode: The required type of an array's items, as an `array.array` typecode.
        shapes: The allowed shapes of an array with more than one dimension.

    Raises:
        TypeError: It is not a buffer, not C-contiguous, or has another type of items or shape.
    """
    try:
        view = memoryview(buffer)  # type: ignore[arg-type]  # it raises TypeError if not a buffer
    except (TypeError, ValueError, BufferError) as error:
        # Some NumPy arrays are not buffers, such as arrays of dates.
        numpy = type(buffer).__module__ == "numpy"
        items = f" of {getattr(buffer, 'dtype', 'another type')}" if numpy else ""
        raise TypeError(
            f"{path}: expected bytes, an array or another buffer, got "
            f"{type(buffer).__name__}{items}: {error}"
        ) from error
    if not view.c_contiguous:
        raise TypeError(f"{path}: expected a C-contiguous buffer; make a contiguous copy of it")
    wanted, items = _ITEM_TYPES[typecode], _item_type(view)
    if items != wanted and (items != _BYTES or view.ndim > 1):
        alternative = "" if wanted == _BYTES else " or flat bytes"
        raise TypeError(
            f"{path}: expected {wanted}{alternative}, got {type(buffer).__name__} of {items}"
        )
    if view.ndim > 1 and view.shape not in shapes:
        allowed = " or ".join([*(f"shape {shape}" for shape in shapes), "one dimension"])
        raise TypeError(f"{path}: expected an array of {allowed}, got shape {view.shape}")
    # An empty view with several dimensions cannot be cast.
    return view.cast("B") if view.nbytes else memoryview(b"" if view.readonly else bytearray())


def sized_bytes(
    path: str, buffer: object, size: int, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a buffer as flat bytes; reject one that is too small.

    Args:
        path: The name of the buffer in error messages.
        buffer: Flat bytes, or an array.
        size: The needed number of bytes.
        typecode: The required type of an array's items, as an `array.array` typecode.
        shapes: The allowed shapes of an array with more than one dimension.

    Raises:
        TypeError: `flat_bytes` does not accept the buffer, or it is too small.
    """
    view = flat_bytes(path, buffer, typecode, shapes)
    if view.nbytes < size:
        raise TypeError(f"{path}: expected at least {size} bytes, got {view.nbytes}")
    return view


def writable_bytes(
    path: str, buffer: object, size: int, typecode: str, shapes: Sequence[tuple[int, ...]]
) -> memoryview:
    """Return the memory of a destination as flat bytes; see `sized_bytes`.

    Raises:
        TypeError: `sized_bytes` does not accept the buffer, or it is read-only.
    """
    view = sized_bytes(path, buffer, size, typecode, shapes)
    if view.readonly:
        raise TypeError(f"{path}: expected a writable buffer, got a read-only one")
    return view


def _item_type(view: memoryview) -> str:
    """Return NumPy's name of the type of a buffer's items, such as ``"float32"``."""
    order, code = view.format[:1], view.format.lstrip("@=<>!")
    kind = _KINDS.get(code)
    if kind is None:
        return f"items of the format {short_repr(view.format)}"
    if kind in {"bool", "object"}:
        return kind
    swapped = order in _SWAPPED_ORDERS and view.itemsize > 1
    return f"{'byte-swapped ' if swapped else ''}{kind}{view.itemsize * 8}"
