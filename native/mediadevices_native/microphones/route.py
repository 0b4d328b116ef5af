"""How PortAudio reaches a microphone, and how a capture learns that the microphone is gone."""

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
    """The microphone will deliver no more samples.

    Attributes:
        error: The reason; None when the microphone was unplugged.
    """

    error: Exception | None


class RouteEvents(Protocol):
    """What a route reports to its capture, from any thread."""

    def end(self, error: Exception | None, /) -> None:
        """The microphone is gone; None means that it was unplugged."""

    def set_muted_by_system(self, muted: bool, /) -> None:
        """The system has muted or unmuted the microphone."""

    def discard_before(self, moment: float, /) -> None:
        """Samples recorded before this time (seconds, monotonic) are from another microphone."""


class MicrophoneRoute(Protocol):
    """The way to one microphone."""

    def open(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,
    ) -> OpenedStream:
        """Open a stream, and make sure that it records this microphone.

        Raises:
            SampleRateRefusedError: The microphone does not support this sample rate.
            NotReadableError: The microphone cannot be opened.
        """
        ...

    def owns_current_block(self) -> bool:
        """Return True if the current block certainly came from this microphone."""
        ...

    def lost(self, silent_seconds: float) -> DeviceLost | None:
        """Check whether the microphone is gone; return None if it is still there.

        Args:
            silent_seconds: Seconds since the last block.
        """
        ...

    def close(self) -> None:
        """Release everything but the stream; a second call does nothing."""
