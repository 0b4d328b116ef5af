"""Lets PortAudio's next thread have memory for its stack that nobody has used.

PortAudio 19 on ALSA reads how many samples there are from a variable that it has not set, when its
first wait for samples fails, as where the sound server ends. The variable is on the stack of its
thread, and the C library gives new threads the stacks of ended ones. If something is left there,
PortAudio's thread fails, and tries again, without end; whoever closes the stream waits for ever.
Memory that is new is zero, and the thread ends.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["fresh_stack"]

# glibc keeps so many bytes of ended threads' stacks.
_KEPT_BYTES = 40 * 2**20
# What a thread has where the limit is "unlimited", on the smallest of glibc's systems.
_LEAST_BYTES = 2 * 2**20


@contextmanager
def fresh_stack() -> Generator[None]:
    """Hold all stacks that ended threads have left, while a thread is started in the block."""
    released = threading.Event()
    with suppress(RuntimeError):  # no more threads: PortAudio will say so
        for _ in range(_most_left()):
            threading.Thread(target=released.wait, name="mediadevices-stack", daemon=True).start()
    try:
        yield
    finally:
        released.set()


def _most_left() -> int:
    """Return how many stacks of a thread's usual size the C library can have kept."""
    most = 0
    if sys.platform == "linux":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_STACK)
        unlimited = limit == resource.RLIM_INFINITY
        most = _KEPT_BYTES // (_LEAST_BYTES if unlimited else max(limit, _LEAST_BYTES)) + 1
    return most
