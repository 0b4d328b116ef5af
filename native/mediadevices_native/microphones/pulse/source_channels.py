"""Which channels of ALSA's plug-in ``pulse`` carry the channels of a source: pure functions.

The plug-in has one layout for each number of channels, and the server maps the source to it by the
names of the channels. So a stream is opened with enough channels to contain all names of the
source, and only those channels are kept, unchanged.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sounddevice import CallbackFlags, StreamTime
    from typing_extensions import Buffer

    from mediadevices_native.microphones.portaudio.library import (
        BlockCallback,
    )

__all__ = ["SourceChannels", "keep_channels", "source_channels"]

_MOST_CHANNELS = 32  # PA_CHANNELS_MAX
# PA_CHANNEL_MAP_ALSA has layouts for 1 ("mono"), 2, 4, 5, 6 and 8 channels. From 2 channels on,
# each is the beginning of this list. For other numbers, the plug-in takes the largest layout that
# fits and adds aux0, aux1 and so on.
_PLUG_IN = (
    *("front-left", "front-right", "rear-left", "rear-right", "front-center", "lfe"),
    *("side-left", "side-right"),
)
_PLUG_IN_SIZES = (8, 6, 5, 4, 2)
# The orders of Web Audio (§4.5 "Channel ordering"). Its "surround" is called side or rear here.
_ORDERS = (
    ("front-left", "front-right"),
    *(
        order
        for left, right in (("side-left", "side-right"), ("rear-left", "rear-right"))
        for order in (
            ("front-left", "front-right", left, right),
            ("front-left", "front-right", "front-center", "lfe", left, right),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class SourceChannels:
    """Which channels of a stream to open and to keep.

    Attributes:
        asked: The number of channels to open the stream with.
        kept: The indices of the source's channels among them, in the order of the track.
        by_number: Whether PipeWire must map the channels by their numbers, not their names.
    """

    asked: int
    kept: tuple[int, ...]
    by_number: bool = False


def source_channels(channel_map: Sequence[str], *, pipewire: bool = False) -> SourceChannels:
    """Return which channels to open and to keep for a source.

    Channels come in the order of Web Audio if they have a layout of it: stereo, quad or 5.1.
    Otherwise they come in the order of the source. If the plug-in lacks one of the names, such as
    ``"top-center"``, the server mixes the source to stereo. Numbered channels beyond the plug-in's,
    such as ``"aux24"``, are left out.

    Args:
        channel_map: The server's names of the source's channels, such as ``"front-left"``.
        pipewire: Whether the server is PipeWire, which cannot map names such as ``"aux0"``.
    """
    count = len(channel_map)
    unplaced = [name for name in channel_map if name.startswith("aux")]
    if count == 1 or (pipewire and len(unplaced) == count):
        return SourceChannels(count, tuple(range(count)), by_number=pipewire and bool(unplaced))
    placed = [name for name in channel_map if name not in unplaced]
    if not set(placed) <= set(_PLUG_IN) or len(set(placed)) < len(placed):
        return SourceChannels(2, (0, 1))
    reachable = set(_layout(_MOST_CHANNELS)).difference(unplaced if pipewire else ())
    wanted = [name for name in channel_map if name in reachable]
    for order in _ORDERS:
        if set(order) == set(wanted):
            wanted = list(order)
    layout = next(
        layout
        for layout in map(_layout, range(2, _MOST_CHANNELS + 1))
        if set(wanted) <= set(layout)
    )
    return SourceChannels(len(layout), tuple(layout.index(name) for name in wanted))


def keep_channels(callback: BlockCallback, channels: SourceChannels) -> BlockCallback:
    """Return a callback that removes the other channels from a block, and passes it on."""
    asked, kept = channels.asked, channels.kept
    if kept == tuple(range(asked)):
        return callback

    def keep(samples: Buffer, frames: int, times: StreamTime, flags: CallbackFlags) -> None:
        given = array("f", bytes(samples))
        taken = array("f", bytes(given.itemsize * frames * len(kept)))
        for at, channel in enumerate(kept):
            taken[at :: len(kept)] = given[channel::asked]
        callback(memoryview(taken).cast("B"), frames, times, flags)

    return keep


def _layout(count: int) -> tuple[str, ...]:
    """Return the plug-in's channel names for a number of channels."""
    if count == 1:
        return ("mono",)
    named = next(size for size in _PLUG_IN_SIZES if size <= count)
    return (*_PLUG_IN[:named], *(f"aux{number}" for number in range(count - named)))
