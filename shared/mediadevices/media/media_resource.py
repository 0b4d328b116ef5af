"""The memory under frames and samples: shared, read-only, released when nobody sees it any more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    import numpy.typing as npt
    from typing_extensions import Buffer

__all__ = ["AnyBuffer", "MediaResource"]

# NumPy says only from Python 3.12 on that its arrays are buffers (Any: of whatever type).
AnyBuffer: TypeAlias = "Buffer | npt.NDArray[Any]"

# Results kept per picture; more than a program asks for at one time, few enough to bound memory.
_MAX_DERIVED = 8

_FOLLOWS_VIEWS = sys.version_info >= (3, 12)


class MediaResource:
    """Memory that any number of frames share (WebCodecs §8, "media resource").

    A frame holds the resource as an ordinary Python reference and drops it when it is closed, so
    Python itself counts the users, from whichever thread they close.

    Args:
        buffer: The memory: any C-contiguous buffer. Nobody may write to it while the resource
            lives.
        release: Called once, from any thread, when neither a frame nor a view of the memory is
            left, so that a pool can use it again. Python 3.11 cannot follow a `memoryview`: there,
            memory that was shown as one is left to the garbage collector and `release` is not
            called.
    """

    __slots__ = ("_buffer", "_derived", "_release", "_view")

    def __init__(self, buffer: AnyBuffer, release: Callable[[], None] | None = None) -> None:
        self._buffer: AnyBuffer | None = buffer
        self._release = release
        self._view: memoryview | None = None
        self._derived: dict[Hashable, MediaResource] | None = None

    def __del__(self) -> None:
        if (release := self._release) is not None:
            self._view = self._buffer = None
            release()

    def __buffer__(self, flags: int, /) -> memoryview:
        return self.view

    @property
    def view(self) -> memoryview:
        """The memory as flat read-only bytes, for use while the resource is held, and no longer."""
        if self._view is None:
            buffer = cast("Buffer", self._buffer)  # it is only lost in __del__
            self._view = memoryview(buffer).toreadonly().cast("B")
        return self._view

    @property
    def pooled(self) -> bool:
        """Whether somebody waits for the memory to come back."""
        return self._release is not None

    def exposed_view(self) -> memoryview:
        """Return the memory as flat read-only bytes that may be kept for as long as one likes."""
        if self._release is None:
            return self.view
        if _FOLLOWS_VIEWS:
            return memoryview(self)  # through __buffer__, so that the view keeps this object alive
        self._release = None
        return self.view

    def derived(self, key: Hashable, make: Callable[[], AnyBuffer]) -> MediaResource:
        """Return what was made from this memory, made once for all who ask.

        Args:
            key: Names the operation with all that it depends on.
            make: Makes the result, if nobody has asked before.
        """
        cache = self._derived
        if cache is None:
            cache = self._derived = {}
        if (found := cache.get(key)) is None:
            # Two threads may both get here; then one result is made in vain, and nothing breaks.
            found = cache.setdefault(key, MediaResource(make()))
            if len(cache) > _MAX_DERIVED:
                cache.pop(next(iter(cache)), None)
        return found
