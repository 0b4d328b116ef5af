"""pulsectl, imported when a sound server is looked for, with the types that it lacks."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

__all__ = [
    "EndpointInfo",
    "PollDescriptor",
    "Pulse",
    "PulseErrors",
    "PulseMissingError",
    "new_pulse",
]


class PulseMissingError(Exception):
    """pulsectl or libpulse is not installed."""


class EndpointInfo(Protocol):
    """A source or a sink."""

    index: int
    name: str
    description: str | None
    mute: int
    card: int
    state: object
    channel_count: int
    channel_list: list[str]
    sample_rate: int
    sample_format: int
    proplist: dict[str, str]


class SourceInfo(EndpointInfo, Protocol):
    """A source."""

    monitor_of_sink: int


class StreamInfo(Protocol):
    """A source output."""

    index: int
    client: int
    source: int


class ClientInfo(Protocol):
    """A connection."""

    index: int
    proplist: dict[str, str]


class ServerInfo(Protocol):
    """The server itself."""

    server_name: str | None
    default_source_name: str | None
    default_sink_name: str | None


class PollDescriptor(Protocol):
    """The system's ``struct pollfd``."""

    fd: int
    events: int
    revents: int


Poll = Callable[[Sequence[PollDescriptor], float], int]


class Pulse(Protocol):
    """The part of ``pulsectl.Pulse`` that is used."""

    def connect(self, autospawn: bool) -> None: ...  # noqa: D102  (pulsectl's)
    def close(self) -> None: ...  # noqa: D102  (pulsectl's)
    def set_poll_func(  # noqa: D102  (pulsectl's)
        self, func: Poll, func_err_handler: Callable[..., None]
    ) -> None: ...
    def source_list(self) -> list[SourceInfo]: ...  # noqa: D102  (pulsectl's)
    def sink_list(self) -> list[EndpointInfo]: ...  # noqa: D102  (pulsectl's)
    def source_output_list(self) -> list[StreamInfo]: ...  # noqa: D102  (pulsectl's)
    def client_list(self) -> list[ClientInfo]: ...  # noqa: D102  (pulsectl's)
    def server_info(self) -> ServerInfo: ...  # noqa: D102  (pulsectl's)
    def source_output_move(  # noqa: D102  (pulsectl's)
        self, index: int, source: int, /
    ) -> None: ...
    def source_output_kill(self, index: int, /) -> None: ...  # noqa: D102  (ours)
    def event_mask_set(self, *masks: str) -> None: ...  # noqa: D102  (pulsectl's)
    def event_callback_set(  # noqa: D102  (pulsectl's)
        self, func: Callable[[object], None]
    ) -> None: ...
    def event_listen(self) -> None: ...  # noqa: D102  (pulsectl's)
    def event_listen_stop(self) -> None: ...  # noqa: D102  (pulsectl's)


@dataclass(frozen=True, slots=True)
class PulseErrors:
    """What the methods of `Pulse` may raise.

    Attributes:
        all: All of it.
        refused: The server answers, and the answer is no; or it has gone meanwhile.
    """

    all: tuple[type[Exception], ...]
    refused: type[Exception]


class _SampleSpec(Protocol):
    format: int
    rate: int


class _EndpointStruct(Protocol):
    sample_spec: _SampleSpec


class _WithSampleSpec:
    """Copies the sample format while libpulse's memory is there.

    pulsectl itself keeps a reference into a struct on libpulse's stack: by the time that a caller
    reads it, it holds the values of another device, or nothing sensible.
    """

    sample_rate: int
    sample_format: int

    def _init_from_struct(self, struct: _EndpointStruct) -> None:
        self.sample_rate = struct.sample_spec.rate
        self.sample_format = struct.sample_spec.format


def new_pulse() -> tuple[Pulse, PulseErrors]:
    """Return a connection that is not connected yet, and what its methods may raise.

    Raises:
        PulseMissingError: pulsectl or libpulse is not installed.
    """
    make, errors = _load()
    return make("mediadevices", connect=False), errors


class _NewPulse(Protocol):
    def __call__(self, name: str, *, connect: bool) -> Pulse: ...


def _load() -> tuple[_NewPulse, PulseErrors]:
    try:
        return _load_once()
    except ImportError as error:
        raise PulseMissingError(f"pulsectl cannot be imported ({error})") from error
    except OSError as error:  # its own import found no library
        raise PulseMissingError(f"libpulse is missing ({error})") from error
    except Exception as error:  # another version of it, or a broken one
        raise PulseMissingError(f"this pulsectl cannot be used ({error!r})") from error


@cache
def _load_once() -> tuple[_NewPulse, PulseErrors]:
    pulsectl = importlib.import_module("pulsectl")
    library = pulsectl._pulsectl  # noqa: SLF001  (the only place of these types)
    listing = pulsectl.Pulse._pulse_get_list  # noqa: SLF001  (see _WithSampleSpec)
    calling = pulsectl.Pulse._pulse_method_call  # noqa: SLF001  (it lacks one method)
    source = type("SourceInfo", (_WithSampleSpec, pulsectl.PulseSourceInfo), {})
    sink = type("SinkInfo", (_WithSampleSpec, pulsectl.PulseSinkInfo), {})
    pulse = type(
        "Pulse",
        (pulsectl.Pulse,),
        {
            "source_list": listing(
                library.PA_SOURCE_INFO_CB_T, library.pa.context_get_source_info_list, source
            ),
            "sink_list": listing(
                library.PA_SINK_INFO_CB_T, library.pa.context_get_sink_info_list, sink
            ),
            "source_output_kill": calling(library.pa.context_kill_source_output),
        },
    )
    errors = PulseErrors(
        all=(pulsectl.PulseError, pulsectl.PulseDisconnected, library.pa.CallError),
        refused=pulsectl.PulseOperationFailed,
    )
    return cast("_NewPulse", pulse), errors
