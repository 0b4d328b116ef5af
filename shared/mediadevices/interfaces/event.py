"""`Event` and the events of this API (DOM §2.2, Media Capture and Streams §4.5, §9.3)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mediadevices.webidl import conversion
from mediadevices.webidl.dictionary import FrozenList
from mediadevices.webidl.interface import Interface

if TYPE_CHECKING:
    from mediadevices.interfaces.event_target import EventTarget
    from mediadevices.interfaces.media_device_info import MediaDeviceInfo
    from mediadevices.interfaces.media_stream_track import MediaStreamTrack

__all__ = ["DeviceChangeEvent", "Event", "MediaStreamTrackEvent", "device_change_event"]

# idl: without *Init.composed: no target of this API has a parent.


class Event(Interface):
    """An event (DOM §2.2).

    Args:
        type: The name of the event, such as ``"ended"``.
        event_init_dict: A mapping with `bubbles` and `cancelable`, both False by default. Events
            do not bubble here, because no event target of this API has a parent.

    Raises:
        TypeError: The type is not a string, or a member is not a boolean.
    """

    # idl: without srcElement, returnValue, cancelBubble, initEvent: older names, which the DOM
    #   keeps for old pages.
    # idl: without composed, composedPath, eventPhase, NONE, CAPTURING_PHASE, AT_TARGET,
    #   BUBBLING_PHASE: no target of this API has a parent, so there is no path and no phase.

    __slots__ = (
        "_bubbles",
        "_cancelable",
        "_current_target",
        "_default_prevented",
        "_propagation_stopped",
        "_stopped",
        "_target",
        "_time_stamp",
        "_trusted",
        "_type",
    )

    def __init__(self, type: str, event_init_dict: Mapping[str, object] | None = None) -> None:  # noqa: A002  (the standard's name)
        name = self.__class__.__name__
        self._type = conversion.string(type, f"{name}: type")
        init = {} if event_init_dict is None else conversion.mapping(event_init_dict, name)
        self._bubbles = conversion.boolean(init.get("bubbles", False), f"{name}: bubbles")
        self._cancelable = conversion.boolean(init.get("cancelable", False), f"{name}: cancelable")
        self._target: EventTarget | None = None
        self._current_target: EventTarget | None = None
        self._default_prevented = False
        self._propagation_stopped = False
        self._stopped = False
        self._trusted = False
        self._time_stamp = time.monotonic() * 1000

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} {self._type!r}>"

    @property
    def type(self) -> str:
        """The name of the event."""
        return self._type

    @property
    def target(self) -> EventTarget | None:
        """The object that the event was dispatched to."""
        return self._target

    @property
    def current_target(self) -> EventTarget | None:
        """The object whose listeners are being called; None outside a dispatch."""
        return self._current_target

    @property
    def bubbles(self) -> bool:
        """The member `bubbles` that the event was created with."""
        return self._bubbles

    @property
    def cancelable(self) -> bool:
        """Whether `prevent_default` has an effect."""
        return self._cancelable

    @property
    def default_prevented(self) -> bool:
        """Whether `prevent_default` had an effect."""
        return self._default_prevented

    @property
    def is_trusted(self) -> bool:
        """Whether the agent dispatched the event; False if the program did."""
        return self._trusted

    @property
    def time_stamp(self) -> float:
        """When the event was created, in milliseconds of the monotonic clock."""
        return self._time_stamp

    def prevent_default(self) -> None:
        """Cancel a cancelable event: `dispatch_event` will return False."""
        if self._cancelable:
            self._default_prevented = True

    def stop_immediate_propagation(self) -> None:
        """Do not call the remaining listeners."""
        self._stopped = self._propagation_stopped = True

    def stop_propagation(self) -> None:
        """Do not call the listeners of the next phase; those of this phase are still called."""
        self._propagation_stopped = True


class MediaStreamTrackEvent(Event):
    """The event `addtrack` or `removetrack` of a stream (§4.5).

    Args:
        type: The name of the event.
        event_init_dict: A mapping with the required `track`, and the members of an `Event`.

    Raises:
        TypeError: `track` is missing, or is not a `MediaStreamTrack`.
    """

    __slots__ = ("_track",)

    def __init__(self, type: str, event_init_dict: Mapping[str, object]) -> None:  # noqa: A002  (the standard's name)
        from mediadevices.interfaces.media_stream_track import MediaStreamTrack

        super().__init__(type, event_init_dict)
        init = conversion.mapping(event_init_dict, "MediaStreamTrackEvent")
        track = init.get("track")
        if not isinstance(track, MediaStreamTrack):
            path = "MediaStreamTrackEvent: track"
            raise conversion.wrong_type(path, "a MediaStreamTrack", track)
        self._track = track

    @property
    def track(self) -> MediaStreamTrack:
        """The track that was added or removed."""
        return self._track


class DeviceChangeEvent(Event):
    """The event `devicechange`: the list of devices has changed (§9.3).

    Args:
        type: The name of the event.
        event_init_dict: A mapping with `devices`, empty by default, and the members of an `Event`.

    Raises:
        TypeError: `devices` is not a list of `MediaDeviceInfo`.
    """

    __slots__ = ("_devices", "_user_inserted_devices")

    def __init__(self, type: str, event_init_dict: Mapping[str, object] | None = None) -> None:  # noqa: A002  (the standard's name)
        from mediadevices.interfaces.media_device_info import MediaDeviceInfo

        super().__init__(type, event_init_dict)
        init = conversion.mapping(event_init_dict or {}, "DeviceChangeEvent")
        devices = init.get("devices", ())
        path = "DeviceChangeEvent: devices"
        if not conversion.is_sequence(devices):
            raise conversion.wrong_type(path, "a list of MediaDeviceInfo", devices)
        for index, device in enumerate(devices):
            if not isinstance(device, MediaDeviceInfo):
                raise conversion.wrong_type(f"{path}[{index}]", "a MediaDeviceInfo", device)
        self._devices = FrozenList(devices)
        self._user_inserted_devices = FrozenList()

    @property
    def devices(self) -> Sequence[MediaDeviceInfo]:
        """The devices after the change; the same list each time."""
        return self._devices

    @property
    def user_inserted_devices(self) -> Sequence[MediaDeviceInfo]:
        """The `devices` that were plugged in just now; empty in an event created by the program."""
        return self._user_inserted_devices


def device_change_event(
    type: str,  # noqa: A002  (the standard's name)
    devices: Sequence[MediaDeviceInfo],
    inserted: Sequence[MediaDeviceInfo],
) -> DeviceChangeEvent:
    """Return the event of an agent: only agents know which devices were plugged in just now."""
    event = DeviceChangeEvent(type, {"devices": devices})
    event._user_inserted_devices = FrozenList(inserted)  # pyright: ignore[reportPrivateUsage]  (the init dictionary has no such member)
    return event
