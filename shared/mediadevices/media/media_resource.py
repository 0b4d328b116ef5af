"""The memory of frames and blocks: shared, read-only, and released after its last use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias, cast

from mediadevices.webidl.conversion import is_sequence, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import Any

    import numpy.typing as npt
    from typing_extensions import Buffer

__all__ = ["AnyBuffer", "MediaResource", "resource_from_init"]

# Named separately because NumPy declares its arrays as buffers only in Python 3.12 and newer.
# (Any: items of any type.)
AnyBuffer: TypeAlias = "Buffer | npt.NDArray[Any]"

# Results kept per picture: more than a program needs at one time, but few enough to bound memory.
_MAX_DERIVED = 8

#: Whether a `memoryview` can keep the resource alive, through `__buffer__`.
_TRACKS_VIEWS = sys.version_info >= (3, 12)


class MediaResource:
    """Memory that any number of frames share (WebCodecs §8, "media resource").

    A frame holds an ordinary Python reference to the resource and drops it in `close()`. So Python
    counts the users in all threads.

    Args:
        buffer: The memory: any C-contiguous buffer. It must not change while the resource lives.
        release: Called once, from any thread, when no frame and no view of the memory is left, so
            that a pool can reuse it. Python 3.11 cannot track a `memoryview`. There, `release` is
            not called if a program has taken one, and the garbage collector frees the memory.
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
        """The memory as flat read-only bytes; use it only while you hold the resource."""
        if self._view is None:
            buffer = cast("Buffer", self._buffer)  # only __del__ sets it to None
            self._view = memoryview(buffer).toreadonly().cast("B")
        return self._view

    @property
    def pooled(self) -> bool:
        """Whether a pool reuses the memory after its release."""
        return self._release is not None

    def exposed_view(self) -> memoryview:
        """Return the memory as flat read-only bytes that a program can keep."""
        if self._release is None:
            return self.view
        if _TRACKS_VIEWS:
            return memoryview(self)  # calls __buffer__; the view keeps this object alive
        self._release = None  # the view cannot keep this object alive, so never reuse the memory
        return self.view

    def derived(self, key: Hashable, make: Callable[[], AnyBuffer]) -> MediaResource:
        """Return the result of an operation on this memory, from the cache if it is there.

        Args:
            key: The operation with everything that its result depends on.
            make: Computes the result.
        """
        cache = self._derived
        if cache is None:
            cache = self._derived = {}
        if (found := cache.get(key)) is None:
            # Two threads can get here at once; then both compute the result, and one is dropped.
            found = cache.setdefault(key, MediaResource(make()))
            if len(cache) > _MAX_DERIVED:
                cache.pop(next(iter(cache)), None)
        return found


def resource_from_init(
    path: str, data: object, view: memoryview, init: Mapping[str, object]
) -> MediaResource:
    """Return a resource over the buffer of a constructor, or over a copy of it.

    A writable buffer is copied, unless ``transfer`` lists it (WebCodecs §9.2.2, §9.4.2).

    Args:
        path: The name of the init dictionary in error messages.
        data: The buffer.
        view: The bytes of the buffer.
        init: The members of the init dictionary.

    Raises:
        TypeError: ``transfer`` is not a list.
    """
    transfer = init.get("transfer", ())
    if not is_sequence(transfer):
        raise wrong_type(f"{path}.transfer", "a list of buffers", transfer)
    transferred = any(entry is data for entry in transfer)
    return MediaResource(view if view.readonly or transferred else view.tobytes())
