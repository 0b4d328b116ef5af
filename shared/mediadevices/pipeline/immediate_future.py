"""What one task waits for, to go on at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

__all__ = ["ImmediateFuture"]


class ImmediateFuture(asyncio.Future[None]):
    """What one task waits for until it is given.

    Who waits for an ordinary future goes on in a later turn of the event loop, which looks at its
    files and timers first. In a web page such a turn takes longer than a frame does; on the desktop
    it is a fifth of the way from the driver. So here the task can go on at once.
    """

    _waiting: tuple[Callable[[ImmediateFuture], object], Context] | None = None

    def add_done_callback(
        self, fn: Callable[[ImmediateFuture], object], /, *, context: Context | None = None
    ) -> None:
        """Take note of the task that waits: it calls this itself, with its context."""
        assert context is not None, "only a task waits for a turn"
        self._waiting = fn, context

    def give(self, *, at_once: bool) -> None:
        """Let the task go on.

        Args:
            at_once: Whether within this call, unless another task is running.
        """
        self.set_result(None)
        self._go_on(at_once=at_once)

    def cancel(self, msg: object = None) -> bool:
        """Let the task be cancelled, in a later turn of the event loop."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._go_on(at_once=False)
        return cancelled

    def _go_on(self, *, at_once: bool) -> None:
        if self._waiting is None:
            return
        (fn, context), self._waiting = self._waiting, None
        loop = self.get_loop()
        if at_once and _is_idle(loop):
            context.run(fn, self)
        else:
            loop.call_soon(fn, self, context=context)


def _is_idle(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether a task of the loop can be run here and now."""
    try:
        return asyncio.get_running_loop() is loop and asyncio.current_task(loop) is None
    except RuntimeError:
        return False
