"""A microphone that PortAudio opens by itself: an ALSA card, or anything on macOS and Windows."""

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

__all__ = ["DirectRoute", "alsa_line", "host_line"]

_SILENT_SECONDS = 5.0  # without a block, where nothing else tells that a microphone is gone


class DirectRoute:
    """The way to a microphone without a sound server.

    Args:
        portaudio: The process's PortAudio.
        choose: Finds the microphone in PortAudio's list, which changes: asked at every opening.
        gone: Returns whether it is unplugged, given the seconds since the last block.
        reason: Returns why it cannot be opened, if that is known, or ``""``.
        detour: Finds another way to it; see `PortAudio.open`.
        environment: The variables that the detour needs.
    """

    def __init__(
        self,
        portaudio: PortAudio,
        choose: Choose,
        gone: Callable[[float], bool],
        reason: Callable[[], str] = str,
        detour: Choose = lambda _: None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._portaudio = portaudio
        self._choose = choose
        self._gone = gone
        self._reason = reason
        self._detour = detour
        self._environment = environment

    def open(
        self,
        request: StreamRequest,
        callback: BlockCallback,
        finished: Callable[[], None],
        events: RouteEvents,  # noqa: ARG002  (nothing happens to it but what `lost` sees)
    ) -> OpenedStream:
        """Open a stream; see `MicrophoneRoute.open`."""
        request = replace(request, environment=self._variables)
        try:
            return self._portaudio.open(self._choose, request, callback, finished, self._detour)
        except SampleRateRefusedError:
            raise  # nobody's fault who has it open
        except NotReadableError as error:
            if reason := self._reason():
                raise NotReadableError(f"{error}; {reason}") from error
            raise

    def _variables(self, _present: Mapping[str, str]) -> Mapping[str, str]:
        return self._environment

    def quiet(self) -> bool:
        """Nobody moves this stream; see `MicrophoneRoute.quiet`."""
        return True

    def lost(self, silent: float) -> DeviceLost | None:
        """Look whether the microphone is unplugged; see `MicrophoneRoute.lost`."""
        return DeviceLost(None) if self._gone(silent) else None

    def close(self) -> None:
        """There is nothing to let go of; see `MicrophoneRoute.close`."""


def alsa_line(portaudio: PortAudio, address: AlsaAddress, cards: AlsaCards) -> DirectRoute:
    """Return the way to an ALSA card; the kernel tells when it goes, PortAudio does not."""
    return DirectRoute(
        portaudio,
        choose=lambda rows: find_alsa_device(rows, address, cards),
        gone=lambda _: bool(address.card) and cards.find(address) is None,
        reason=lambda: _reason(cards, address) if address.card else "",
        detour=lambda rows: find_fallback_route(rows, address, cards),
        environment={"ALSA_CARD": address.card} if address.card else {},
    )


def _reason(cards: AlsaCards, address: AlsaAddress) -> str:
    """Say what keeps a card from being opened, or ``""``."""
    if node := cards.forbidden_node(address):
        return f"no permission for {node}; {permission_hint(node)}"
    holder = cards.holder(address)
    return f"{holder} has it open" if holder else ""


def host_line(portaudio: PortAudio, address: HostAddress) -> DirectRoute:
    """Return the way to a microphone of macOS or Windows.

    PortAudio cannot look for devices while a stream is open, so long silence means unplugged.
    """
    return DirectRoute(
        portaudio,
        choose=lambda rows: find_host_device(rows, address),
        gone=lambda silent: silent > _SILENT_SECONDS,
    )
