"""Write to pipes and devices."""

from __future__ import annotations

import errno
import io
import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["StreamFile"]

_WRITE_TIMEOUT = 10.0
"""A write fails when the reader has taken nothing for this many seconds."""

_CHUNK_SIZE: int = getattr(select, "PIPE_BUF", 512)
"""A writable pipe takes this many bytes without blocking; POSIX guarantees 512."""


class StreamFile(io.RawIOBase):
    """A file that cannot seek, and whose writes time out.

    Args:
        descriptor: The descriptor, which this object closes.
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
            OSError: The write failed, or the reader took nothing for `_WRITE_TIMEOUT` seconds.
        """
        view = memoryview(data).cast("B")
        while view:
            chunk = view[:_CHUNK_SIZE]
            if not select.select((), (self._descriptor,), (), _WRITE_TIMEOUT)[1]:
                message = f"its reader took nothing for {_WRITE_TIMEOUT:g} s"
                raise TimeoutError(errno.ETIMEDOUT, message)
            view = view[os.write(self._descriptor, chunk) :]
        return memoryview(data).nbytes

    def close(self) -> None:
        """Close the descriptor."""
        if not self.closed:
            super().close()
            os.close(self._descriptor)
