"""What lies between PortAudio and a microphone: how to reach it, and whether it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediadevices_native.microphones.portaudio.library import (
        BlockCallback,
        OpenedStream,
        StreamRequest,
    )

__all__ = ["DeviceLost", "MicrophoneRoute", "RouteEvents"]


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """The microphone will give nothing more.

    Attributes:
        error: Why; None when it was unplugged.
    """

    error: Exception | None


class RouteEvents(Protocol):
    """What a line tells its capture, from any thread."""

    def end(self, error: Exception | None, /) -> None:
        """The microphone is gone."""

    def set_muted_by_system(self, muted: bool, /) -> None:
        """The system gives no sound of it for now, or gives it again."""

    def discard_before(self, moment: float, /) -> None:
        """Samples taken before that time (seconds, monotonic) are of another microphone."""


class MicrophoneRoute(Protocol):
    """The way to one microphone."""

    def open(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,
    ) -> OpenedStream:
        """Open a stream of this microphone, and make sure that it is this one.

        Raises:
            SampleRateRefusedError: It cannot be had at this sample rate.
            NotReadableError: It cannot be had.
        """
        ...

    def quiet(self) -> bool:
        """Return whether a block that is in our hands now is surely this microphone's."""
        ...

    def lost(self, silent: float) -> DeviceLost | None:
        """Look whether the microphone is gone; None if it is still there.

        Args:
            silent: Seconds since the last block.
        """
        ...

    def close(self) -> None:
        """Let go of everything but the stream; twice does nothing."""
