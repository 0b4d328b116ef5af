"""pulsectl's binding of libpulse."""

from typing import Protocol

PA_SOURCE_INFO_CB_T: object
PA_SINK_INFO_CB_T: object

class LibPulse(Protocol):
    """Only the stub has this class."""

    CallError: type[Exception]
    context_get_source_info_list: object
    context_get_sink_info_list: object
    context_kill_source_output: object

pa: LibPulse
