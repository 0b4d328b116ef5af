"""The part of sounddevice that mediadevices_native uses; sounddevice ships no types."""

from collections.abc import Callable, Sequence
from typing import Self, TypedDict

from typing_extensions import Buffer

class PortAudioError(Exception): ...

class StreamTime:
    """PortAudio's ``PaStreamCallbackTimeInfo``, in seconds; only the stub has this class."""

    inputBufferAdcTime: float
    currentTime: float

class CallbackFlags:
    @property
    def input_overflow(self) -> bool: ...

class DeviceInfo(TypedDict):
    """A dictionary of `query_devices`; only the stub has this class."""

    index: int
    name: str
    hostapi: int
    max_input_channels: int
    max_output_channels: int
    default_samplerate: float

class HostApiInfo(TypedDict):
    """A dictionary of `query_hostapis`; only the stub has this class."""

    name: str
    default_input_device: int
    default_output_device: int

class _StreamBase:
    @property
    def closed(self) -> bool: ...
    @property
    def samplerate(self) -> float: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def abort(self) -> None: ...
    def close(self) -> None: ...

class RawInputStream(_StreamBase):
    def __init__(
        self,
        *,
        device: int,
        samplerate: float,
        channels: int,
        dtype: str,
        blocksize: int,
        latency: float | str,
        callback: Callable[[Buffer, int, StreamTime, CallbackFlags], None],
        finished_callback: Callable[[], None] = ...,
    ) -> None: ...

def query_devices() -> Sequence[DeviceInfo]: ...
def query_hostapis() -> Sequence[HostApiInfo]: ...
def _terminate() -> None: ...
def _initialize() -> None: ...
