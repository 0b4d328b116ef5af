"""Pipes and devices as files to write to."""

from __future__ import annotations

import errno
import io
import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["StreamFile"]

_PATIENCE = 10.0
"""Seconds after which a reader that takes nothing is given up."""

_PIECE: int = getattr(select, "PIPE_BUF", 512)
"""A pipe that is writable takes as many bytes in one piece, without waiting; POSIX has 512."""


class StreamFile(io.RawIOBase):
    """Writes to a descriptor in order; it can neither go back nor wait without end.

    Args:
        descriptor: The descriptor, which is closed with this file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of the data.

        Args:
            data: The bytes.

        Returns:
            Their number.

        Raises:
            OSError: They cannot be written, or the reader takes nothing for `_PATIENCE` seconds.
        """
        view = memoryview(data).cast("B")
        while view:
            piece = view[:_PIECE]
            if not select.select((), (self._descriptor,), (), _PATIENCE)[1]:
                message = f"its reader took nothing for {_PATIENCE:g} s"
                raise TimeoutError(errno.ETIMEDOUT, message)
            view = view[os.write(self._descriptor, piece) :]
        return memoryview(data).nbytes

    def close(self) -> None:
        """Close the descriptor."""
        if not self.closed:
            super().close()
            os.close(self._descriptor)
