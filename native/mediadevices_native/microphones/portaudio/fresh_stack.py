"""Gives PortAudio's next thread a stack in fresh memory, to avoid a bug of PortAudio.

When PortAudio 19's first wait for samples on ALSA fails, for example because the sound server ends,
it reads the number of samples from an uninitialized variable. The variable is on the stack of
PortAudio's thread, and the C library reuses the stacks of ended threads. With old data in the
variable, the thread retries for ever, and closing the stream never returns. Fresh memory is zero,
and then the thread ends.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["fresh_stack"]

# The bytes of ended threads' stacks that glibc keeps at most.
_KEPT_BYTES = 40 * 2**20
# The smallest stack that glibc uses on any system where the limit is "unlimited".
_LEAST_BYTES = 2 * 2**20


@contextmanager
def fresh_stack() -> Generator[None]:
    """Occupy all stacks that ended threads have left, while the block starts a thread."""
    released = threading.Event()
    with suppress(RuntimeError):  # too many threads: PortAudio will report it
        for _ in range(_most_cached_stacks()):
            threading.Thread(target=released.wait, name="mediadevices-stack", daemon=True).start()
    try:
        yield
    finally:
        released.set()


def _most_cached_stacks() -> int:
    """Return how many stacks of the usual size the C library can keep at most."""
    most = 0
    if sys.platform == "linux":
        limit, _ = resource.getrlimit(resource.RLIMIT_STACK)
        unlimited = limit == resource.RLIM_INFINITY
        most = _KEPT_BYTES // (_LEAST_BYTES if unlimited else max(limit, _LEAST_BYTES)) + 1
    return most
