"""A connection of pulsectl's, with the sample formats and the method that pulsectl lacks.

Imported when a sound server is looked for: pulsectl is installed on Linux only, and its import
fails where libpulse is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import pulsectl
from pulsectl import _pulsectl as libpulse  # the binding, which pulsectl does not export

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EndpointInfo", "PollDescriptor", "Pulse"]

PollDescriptor: TypeAlias = "pulsectl.PollDescriptor"


class _SampleSpec(Protocol):
    format: int
    rate: int


class _EndpointStruct(Protocol):
    """``pa_source_info`` and ``pa_sink_info``."""

    sample_spec: _SampleSpec


class _WithSampleSpec(pulsectl.PulseObject):
    """Copies the sample format while libpulse's memory is valid.

    pulsectl itself keeps a reference into a struct on libpulse's stack. When a caller reads it,
    the struct holds the values of another device, or garbage.
    """

    sample_rate: int
    sample_format: int

    def _init_from_struct(self, struct: object) -> None:
        sample_spec = cast("_EndpointStruct", struct).sample_spec
        self.sample_rate = sample_spec.rate
        self.sample_format = sample_spec.format


class SourceInfo(_WithSampleSpec, pulsectl.PulseSourceInfo):
    """A microphone or a monitor."""


class SinkInfo(_WithSampleSpec, pulsectl.PulseSinkInfo):
    """A speaker."""


EndpointInfo: TypeAlias = SourceInfo | SinkInfo

# pulsectl makes its own methods with these two functions.
_list_sources = pulsectl.Pulse._pulse_get_list(  # noqa: SLF001  (see _WithSampleSpec)
    libpulse.PA_SOURCE_INFO_CB_T, libpulse.pa.context_get_source_info_list, SourceInfo
)
_list_sinks = pulsectl.Pulse._pulse_get_list(  # noqa: SLF001  (the same)
    libpulse.PA_SINK_INFO_CB_T, libpulse.pa.context_get_sink_info_list, SinkInfo
)
_kill_source_output = pulsectl.Pulse._pulse_method_call(  # noqa: SLF001  (pulsectl lacks it)
    libpulse.pa.context_kill_source_output
)


class Pulse(pulsectl.Pulse):
    """A connection to the sound server.

    Attributes:
        errors: What the methods may raise.
        refused_error: Raised when the server refuses, or the object has gone meanwhile.
    """

    errors = (pulsectl.PulseError, pulsectl.PulseDisconnected, libpulse.pa.CallError)
    refused_error = pulsectl.PulseOperationFailed

    def source_list(self) -> Sequence[SourceInfo]:
        """Return the sources."""
        return _list_sources(self)

    def sink_list(self) -> Sequence[SinkInfo]:
        """Return the sinks."""
        return _list_sinks(self)

    def source_output_kill(self, index: int) -> None:
        """End a recording."""
        _kill_source_output(self, index)
