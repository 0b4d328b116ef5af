"""Memory of Python's that JavaScript writes to, used again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mediadevices_pyodide import ffi

__all__ = ["BufferPool"]

#: How many unused pieces are kept: one that is written while another is read.
_SPARE = 2


class BufferPool:
    """Pieces of one size, that of a track's frames or blocks; JavaScript writes to one at a time.

    Args:
        make_slot: Shows a `bytearray` to JavaScript; see `reader_script.js`.
    """

    __slots__ = ("_closed", "_free", "_make_slot", "_size", "_written")

    def __init__(self, make_slot: Callable[[ffi.JsObject], ffi.JsObject]) -> None:
        self._make_slot = make_slot
        self._size = 0
        self._free: list[_Slot] = []
        self._written: _Slot | None = None
        self._closed = False

    def resize(self, size: int) -> ffi.JsObject:
        """Let pieces have this many bytes; return the one to write to, as `next` does."""
        if size != self._size:
            self._size = size
            if self._written is not None:
                self._free.append(self._written)
                self._written = None
            self._destroy_free()
        return self.next()

    def next(self) -> ffi.JsObject:
        """Return the piece that JavaScript is to write to; what is in it is not defined."""
        if self._written is None:
            self._written = self._free.pop() if self._free else self._new()
        return self._written.js

    def written(self) -> tuple[bytearray, Callable[[], None]]:
        """Return what JavaScript has written, and what gives the memory back."""
        slot, self._written = self._written, None
        assert slot is not None, "JavaScript writes where it was told to"
        return slot.buffer, partial(self._give_back, slot)

    def close(self) -> None:
        """Keep nothing any more; what JavaScript may be writing to is left to it."""
        self._closed = True
        self._destroy_free()

    def _new(self) -> _Slot:
        buffer = bytearray(self._size)
        return _Slot(buffer, self._make_slot(ffi.create_proxy(buffer)))

    def _give_back(self, slot: _Slot) -> None:
        wanted = len(slot.buffer) == self._size and len(self._free) < _SPARE
        if wanted and not self._closed:
            self._free.append(slot)
        else:
            slot.js.destroy()

    def _destroy_free(self) -> None:
        while self._free:
            self._free.pop().js.destroy()


class _Slot:
    """A piece of memory, in Python's eyes and in JavaScript's."""

    __slots__ = ("buffer", "js")

    def __init__(self, buffer: bytearray, js: ffi.JsObject) -> None:
        self.buffer = buffer
        self.js = js
