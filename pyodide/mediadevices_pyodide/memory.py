"""Memory of Python's that JavaScript can write to, used again and again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from mediadevices.media.resource import MediaResource
from mediadevices_pyodide import ffi

__all__ = ["Memory", "Slot"]

#: How many unused pieces are kept: one that is written while another is read.
_SPARE = 2


class Slot:
    """A piece of memory, in Python's eyes and in JavaScript's.

    Args:
        size: Bytes.
    """

    __slots__ = ("_proxy", "buffer")

    def __init__(self, size: int) -> None:
        self.buffer = bytearray(size)
        self._proxy = ffi.create_proxy(self.buffer)

    @contextmanager
    def view(self) -> Generator[ffi.JsObject]:
        """Give the memory as a `Uint8Array`, for the time of a ``with`` block.

        The array lasts no longer: whenever Python's memory grows, JavaScript loses all of them, in
        the middle of the block too. Its length is 0 then.
        """
        view = self._proxy.getBuffer("u8")
        try:
            yield view.data
        finally:
            view.release()

    def destroy(self) -> None:
        """Take it out of JavaScript's sight."""
        self._proxy.destroy()


class Memory:
    """Slots of one size, which is that of the frames or blocks of a track."""

    __slots__ = ("_closed", "_free", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._free: list[Slot] = []
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it keeps nothing any more."""
        return self._closed

    def take(self, size: int) -> Slot:
        """Return a slot of this many bytes; what is in it is not defined."""
        if size != self._size:
            self._destroy_free()
            self._size = size
        return self._free.pop() if self._free else Slot(size)

    def give_back(self, slot: Slot) -> None:
        """Let a slot be used again."""
        wanted = len(slot.buffer) == self._size and len(self._free) < _SPARE
        if wanted and not self._closed:
            self._free.append(slot)
        else:
            slot.destroy()

    def resource(self, slot: Slot) -> MediaResource:
        """Return the slot as the memory of frames or samples; it comes back with the last."""
        return MediaResource(slot.buffer, lambda: self.give_back(slot))

    def close(self) -> None:
        """Keep nothing any more."""
        self._closed = True
        self._destroy_free()

    def _destroy_free(self) -> None:
        while self._free:
            self._free.pop().destroy()
