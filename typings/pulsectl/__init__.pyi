"""The part of pulsectl that mediadevices_native uses; pulsectl ships no types."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

_T = TypeVar("_T")

class PulseError(Exception): ...
class PulseOperationFailed(PulseError): ...
class PulseDisconnected(Exception): ...

class PulseObject:
    # Called with libpulse's struct, which is valid during the call only.
    def _init_from_struct(self, struct: object) -> None: ...

class PulseEndpointInfo(PulseObject):
    """What sources and sinks have in common; only the stub has this class."""

    index: int
    name: str
    description: str | None
    mute: int
    card: int
    state: object
    channel_count: int
    channel_list: list[str]
    proplist: dict[str, str]

class PulseSourceInfo(PulseEndpointInfo):
    monitor_of_sink: int

class PulseSinkInfo(PulseEndpointInfo): ...

class PulseSourceOutputInfo(PulseObject):
    index: int
    client: int
    source: int

class PulseClientInfo(PulseObject):
    index: int
    proplist: dict[str, str]

class PulseServerInfo(PulseObject):
    server_name: str | None
    default_source_name: str | None
    default_sink_name: str | None

class PollDescriptor(Protocol):
    """The system's ``struct pollfd``; only the stub has this class."""

    fd: int
    events: int
    revents: int

class Pulse:
    def __init__(self, client_name: str | None = ..., *, connect: bool = ...) -> None: ...
    def connect(self, autospawn: bool = ...) -> None: ...
    def close(self) -> None: ...
    def set_poll_func(
        self,
        func: Callable[[Sequence[PollDescriptor], float], int],
        func_err_handler: Callable[..., None] | None = ...,
    ) -> None: ...
    def source_list(self) -> Sequence[PulseSourceInfo]: ...
    def sink_list(self) -> Sequence[PulseSinkInfo]: ...
    def source_output_list(self) -> Sequence[PulseSourceOutputInfo]: ...
    def client_list(self) -> Sequence[PulseClientInfo]: ...
    def server_info(self) -> PulseServerInfo: ...
    def source_output_move(self, index: int, source_index: int) -> None: ...
    def event_mask_set(self, *masks: str) -> None: ...
    def event_callback_set(self, func: Callable[[object], None]) -> None: ...
    def event_listen(self) -> None: ...
    def event_listen_stop(self) -> None: ...

    # pulsectl makes the methods above with these two functions, in the body of its class.
    @staticmethod
    def _pulse_get_list(
        cb_t: object, pulse_func: object, info_cls: type[_T]
    ) -> Callable[[Pulse], Sequence[_T]]: ...
    @staticmethod
    def _pulse_method_call(pulse_op: object) -> Callable[[Pulse, int], None]: ...
