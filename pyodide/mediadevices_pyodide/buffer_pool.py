"""Python buffers that JavaScript writes to, and that are reused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mediadevices_pyodide import ffi

__all__ = ["BufferPool"]

#: Unused buffers to keep: JavaScript fills one while Python reads another.
_MAX_FREE = 2


class BufferPool:
    """A pool of buffers of one size; JavaScript writes to one at a time.

    Args:
        make_slot: Makes the JavaScript side of a `bytearray`; see `reader_script.js`.
    """

    __slots__ = ("_closed", "_current", "_free", "_make_slot", "_size")

    def __init__(self, make_slot: Callable[[ffi.JsObject], ffi.JsObject]) -> None:
        self._make_slot = make_slot
        self._size = 0
        self._free: list[_Slot] = []
        self._current: _Slot | None = None
        self._closed = False

    def resize(self, size: int) -> ffi.JsObject:
        """Set the size of the buffers in bytes; return the one to write to, as `next` does."""
        if size != self._size:
            self._size = size
            if self._current is not None:
                self._free.append(self._current)
                self._current = None
            self._destroy_free()
        return self.next()

    def next(self) -> ffi.JsObject:
        """Return the buffer for JavaScript to write to; its contents are undefined."""
        if self._current is None:
            self._current = self._free.pop() if self._free else self._new()
        return self._current.js

    def take(self) -> tuple[bytearray, Callable[[], None]]:
        """Return the buffer that JavaScript has filled, and the function that gives it back."""
        slot, self._current = self._current, None
        assert slot is not None, "JavaScript fills a buffer before it reports one"
        return slot.buffer, partial(self._give_back, slot)

    def close(self) -> None:
        """Release the free buffers; JavaScript releases the one that it may be writing to."""
        self._closed = True
        self._destroy_free()

    def _new(self) -> _Slot:
        buffer = bytearray(self._size)
        return _Slot(buffer, self._make_slot(ffi.create_proxy(buffer)))

    def _give_back(self, slot: _Slot) -> None:
        reusable = len(slot.buffer) == self._size and len(self._free) < _MAX_FREE
        if reusable and not self._closed:
            self._free.append(slot)
        else:
            slot.js.destroy()

    def _destroy_free(self) -> None:
        while self._free:
            self._free.pop().js.destroy()


class _Slot:
    """One buffer: the `bytearray`, and the JavaScript object that writes to it."""

    __slots__ = ("buffer", "js")

    def __init__(self, buffer: bytearray, js: ffi.JsObject) -> None:
        self.buffer = buffer
        self.js = js
