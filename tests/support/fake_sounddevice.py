"""A fake sounddevice module, so that microphones work without PortAudio."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FakeSoundDevice", "FakeStream", "Times", "row"]


class PortAudioError(Exception):
    """As sounddevice has it."""


@dataclass
class Times:
    """PortAudio's times of a block."""

    inputBufferAdcTime: float = 0.99  # noqa: N815  (PortAudio's name)
    currentTime: float = 1.0  # noqa: N815  (PortAudio's name)


@dataclass
class Flags:
    """PortAudio's flags of a block."""

    input_overflow: bool = False


class FakeStream:
    """A stream that the test drives."""

    def __init__(self, module: FakeSoundDevice, options: dict[str, object]) -> None:
        self.module = module
        self.options = options
        self.environment = dict(os.environ)
        self.samplerate = float(str(options["samplerate"]))
        self.closed = False
        self.started = False

    def start(self) -> None:
        self.module.wait_to_start()
        if self.module.fail_to_start:
            raise PortAudioError("Error starting stream: Device unavailable [PaErrorCode -9985]")
        self.started = True

    def abort(self) -> None:
        self.started = False

    def close(self) -> None:
        self.closed = True

    def give(self, samples: bytes, *, overflow: bool = False, delay: float = 0.01) -> None:
        """Call the callback as PortAudio's thread would."""
        callback: Callable[..., None] = self.options["callback"]  # type: ignore[assignment]  # a test's
        frames = len(samples) // 4 // int(str(self.options["channels"]))
        callback(memoryview(samples), frames, Times(1.0 - delay, 1.0), Flags(overflow))

    def finish(self) -> None:
        """Call the finished callback."""
        finished: Callable[[], None] = self.options["finished_callback"]  # type: ignore[assignment]  # a test's
        finished()


def row(name: str, host_api: int = 0, inputs: int = 2, outputs: int = 0) -> dict[str, object]:
    """Return a device as in `query_devices`, without its index."""
    return {
        "name": name,
        "hostapi": host_api,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": 44100.0,
    }


@dataclass
class FakeSoundDevice:
    """The used part of sounddevice.

    Attributes:
        present: The plugged devices; PortAudio lists them when it starts.
        host_apis: The names of the systems' interfaces.
        default_input: The index of the default microphone.
        only_rate: The only supported sample rate, or 0 for any.
        at_start: Called when PortAudio starts.
        wait_to_start: Called when a stream is started.
    """

    present: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    host_apis: tuple[str, ...] = ("ALSA",)
    default_input: int = 0
    only_rate: int = 0
    fail_to_open: str = ""
    fail_to_start: bool = False
    at_start: Callable[[], object] = bool
    wait_to_start: Callable[[], object] = bool
    starts: int = 0
    streams: list[FakeStream] = field(default_factory=list[FakeStream])

    PortAudioError = PortAudioError

    def __post_init__(self) -> None:
        # Of its own: the library looks for open streams in all the memory, also in other tests'.
        self._StreamBase: type[FakeStream] = type("OwnStream", (FakeStream,), {})
        self._initialize()

    def _initialize(self) -> None:
        self.starts += 1
        self.at_start()
        self.seen = [one | {"index": index} for index, one in enumerate(self.present)]

    def _terminate(self) -> None:
        assert all(stream.closed for stream in self.streams), "it would break an open stream"

    def query_devices(self) -> list[dict[str, object]]:
        return self.seen

    def query_hostapis(self) -> list[dict[str, object]]:
        return [
            {
                "name": name,
                "default_input_device": self.default_input,
                "default_output_device": self.default_input,
            }
            for name in self.host_apis
        ]

    def RawInputStream(self, **options: object) -> FakeStream:  # noqa: N802  (sounddevice's)
        if self.fail_to_open:
            raise PortAudioError(self.fail_to_open)
        if self.only_rate and options["samplerate"] != self.only_rate:
            raise PortAudioError("Invalid sample rate", -9997)
        stream = self._StreamBase(self, options)
        self.streams.append(stream)
        return stream
