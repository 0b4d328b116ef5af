"""Microphones that PortAudio opens without a sound server: ALSA cards, macOS and Windows."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mediadevices.errors import NotReadableError
from mediadevices_native.hardware.device_permissions import permission_hint
from mediadevices_native.microphones.alsa.devices import (
    AlsaAddress,
    AlsaCards,
    find_alsa_device,
    find_fallback_route,
)
from mediadevices_native.microphones.portaudio.host_devices import HostAddress, find_host_device
from mediadevices_native.microphones.portaudio.library import SampleRateRefusedError
from mediadevices_native.microphones.route import DeviceLost, RouteEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mediadevices_native.microphones.portaudio.library import (
        BlockCallback,
        Choose,
        OpenedStream,
        PortAudio,
        StreamRequest,
    )

__all__ = ["DirectRoute", "alsa_route", "host_route"]

_SILENT_SECONDS = 5.0  # without a block: the microphone counts as unplugged


class DirectRoute:
    """The route to a microphone without a sound server.

    Args:
        portaudio: The process's PortAudio.
        choose: Finds the microphone in PortAudio's list; called at every opening, because the list
            changes.
        is_gone: Returns whether the microphone is unplugged, from the seconds since the last block.
        reason: Returns why the microphone cannot be opened, or ``""`` if the reason is unknown.
        fallback: Finds another device that leads to the microphone; see `PortAudio.open`.
        environment: The environment variables that the fallback needs.
    """

    def __init__(
        self,
        portaudio: PortAudio,
        choose: Choose,
        is_gone: Callable[[float], bool],
        reason: Callable[[], str] = str,
        fallback: Choose = lambda _: None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._portaudio = portaudio
        self._choose = choose
        self._is_gone = is_gone
        self._reason = reason
        self._fallback = fallback
        self._environment = environment

    def open(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,  # noqa: ARG002  (only `lost` can notice anything)
    ) -> OpenedStream:
        """Open a stream; see `MicrophoneRoute.open`."""
        request = replace(request, environment=self._variables)
        try:
            return self._portaudio.open(self._choose, request, callback, finished, self._fallback)
        except SampleRateRefusedError:
            raise  # the rate is the reason, not another program
        except NotReadableError as error:
            if reason := self._reason():
                raise NotReadableError(f"{error}; {reason}") from error
            raise

    def _variables(self, _present: Mapping[str, str]) -> Mapping[str, str]:
        return self._environment

    def owns_current_block(self) -> bool:
        """Return True, because no sound server can move this stream."""
        return True

    def lost(self, silent_seconds: float) -> DeviceLost | None:
        """Check whether the microphone is unplugged; see `MicrophoneRoute.lost`."""
        return DeviceLost(None) if self._is_gone(silent_seconds) else None

    def close(self) -> None:
        """Do nothing: this route holds only the stream."""


def alsa_route(portaudio: PortAudio, address: AlsaAddress, cards: AlsaCards) -> DirectRoute:
    """Return the route to an ALSA card; only the kernel knows when the card is unplugged."""
    return DirectRoute(
        portaudio,
        choose=lambda rows: find_alsa_device(rows, address, cards),
        is_gone=lambda _: bool(address.card) and cards.find(address) is None,
        reason=lambda: _reason(cards, address) if address.card else "",
        fallback=lambda rows: find_fallback_route(rows, address, cards),
        environment={"ALSA_CARD": address.card} if address.card else {},
    )


def _reason(cards: AlsaCards, address: AlsaAddress) -> str:
    """Return why a card cannot be opened, or ``""`` if the reason is unknown."""
    if node := cards.forbidden_node(address):
        return f"no permission for {node}; {permission_hint(node)}"
    holder = cards.holder(address)
    return f"{holder} has it open" if holder else ""


def host_route(portaudio: PortAudio, address: HostAddress) -> DirectRoute:
    """Return the route to a microphone of macOS or Windows.

    PortAudio cannot look for devices while a stream is open. So a microphone that delivers nothing
    for some seconds counts as unplugged.
    """
    return DirectRoute(
        portaudio,
        choose=lambda rows: find_host_device(rows, address),
        is_gone=lambda silent_seconds: silent_seconds > _SILENT_SECONDS,
    )
