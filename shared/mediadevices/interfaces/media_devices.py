"""`MediaDevices` (§9.1, §9.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mediadevices.agent_protocol.agent import Agent
from mediadevices.agent_protocol.capture import CaptureListener, DeviceChange
from mediadevices.algorithms.constraints import MediaTrackConstraints, convert_track_constraints
from mediadevices.interfaces.dictionaries import (
    MediaStreamConstraints,
    MediaTrackConstraintsInput,
    MediaTrackSupportedConstraints,
)
from mediadevices.interfaces.event import DeviceChangeEvent, Event, device_change_event
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.interfaces.handle_backed import HandleBacked, wrap_handle
from mediadevices.interfaces.media_device_info import MediaDeviceInfo, device_infos
from mediadevices.interfaces.media_stream import MediaStream
from mediadevices.kinds import Kind
from mediadevices.webidl import conversion, promise
from mediadevices.webidl.names import closest

if TYPE_CHECKING:
    import asyncio

    from mediadevices.agent_protocol.handles import StreamHandle

__all__ = ["MediaDevices"]

_KINDS: tuple[Kind, ...] = ("audio", "video")


class MediaDevices(HandleBacked[Agent]):
    """The cameras, microphones and speakers of this machine (§9.1).

    The only instance is `navigator.media_devices`. It receives ``devicechange`` when the list of
    devices that the program may see changes.
    """

    # idl: differs getUserMedia: `video` and `audio` can be keyword arguments too.
    # idl: without defaultSemantics: not built. It would tell whether the user or the agent chooses
    #   the device.

    __slots__ = ()

    ondevicechange = EventHandlerAttribute[DeviceChangeEvent]("devicechange")
    """Called with a `DeviceChangeEvent` when the list of devices has changed."""

    def __init__(self, *_arguments: object) -> None:
        message = "MediaDevices has no constructor; use navigator.media_devices"
        raise TypeError(message)

    def _adopt(self, handle: Agent) -> None:
        super()._adopt(handle)
        handle.pin(self)  # Keep one object for the whole life of the agent.

    def __repr__(self) -> str:
        return f"<MediaDevices of the {self._handle.name} agent>"

    def _listeners_changed(self) -> None:
        self._handle.watch_devices(self._has_listeners(frozenset({"devicechange"})))

    def get_supported_constraints(self) -> MediaTrackSupportedConstraints:
        """Return the constrainable properties that the agent supports, each True (§9.2)."""
        return MediaTrackSupportedConstraints(self._handle.get_supported_constraints())

    def enumerate_devices(self) -> asyncio.Future[list[MediaDeviceInfo]]:
        """List the microphones, then the cameras, then the speakers (§9.2).

        Returns:
            A future of new `InputDeviceInfo` and `MediaDeviceInfo` objects. The default device is
            the first of its kind. Until the program has captured from a kind of device, the list
            has at most one device of that kind, without a name.
        """
        found = self._handle.enumerate_devices()
        return promise.then(found, device_infos)

    def get_user_media(
        self,
        constraints: MediaStreamConstraints | None = None,
        *,
        video: bool | MediaTrackConstraintsInput | None = None,
        audio: bool | MediaTrackConstraintsInput | None = None,
    ) -> asyncio.Future[MediaStream]:
        """Ask for permission to use a camera, a microphone, or both, and open them (§9.2.1).

        Args:
            constraints: ``{"video": …, "audio": …}``, each True, False or a mapping of
                constraints; with the standard's keys or their snake_case forms.
            video: The same as ``constraints["video"]``.
            audio: The same as ``constraints["audio"]``.

        Returns:
            A future of a stream with one track of each requested kind.

        Raises:
            TypeError: (through the future, at once) Neither kind is requested, a value has the
                wrong type, or a constraint that may only be ideal is required. The message names
                the path of the value.
            NotAllowedError: (through the future) The user, the policy or the system denied
                permission.
            NotFoundError: (through the future) There is no device of a requested kind.
            OverconstrainedError: (through the future) No device satisfies the constraints.
            NotReadableError: (through the future) Other programs use all devices that satisfy the
                constraints, or the devices cannot be read.
            AbortError: (through the future) A device failed in another way.
        """
        try:
            converted = self._convert(constraints, {"video": video, "audio": audio})
        except TypeError as error:
            return promise.rejected(error)
        return promise.then(self._handle.get_user_media(converted), _wrap_stream, _stop_tracks)

    def _convert(
        self, constraints: object, keywords: Mapping[str, object]
    ) -> dict[Kind, MediaTrackConstraints]:
        members = {} if constraints is None else conversion.mapping(constraints, "constraints")
        for name, value in keywords.items():
            if value is not None:
                if name in members:
                    message = f"{name}: given twice, in the mapping and as a keyword"
                    raise TypeError(message)
                members[name] = value
        requested: dict[Kind, MediaTrackConstraints] = {}
        for kind in _KINDS:
            value = members.get(kind, False)
            if value is False:
                continue
            wanted: object = {} if value is True else value
            supported = self._handle.get_supported_constraints()
            requested[kind] = convert_track_constraints(wanted, kind, supported)
        if not requested:
            unknown = [name for name in members if name not in _KINDS]
            meant = closest(unknown[0], _KINDS) if unknown else None
            hint = f"; did you mean {meant!r} instead of {unknown[0]!r}?" if meant else ""
            message = (
                "get_user_media: neither audio nor video is requested; "
                f'pass {{"video": True}} or {{"audio": True}}{hint}'
            )
            raise TypeError(message)
        return requested

    def _agent_listener(self) -> CaptureListener:
        return _CaptureEvents(self._fire)


class _CaptureEvents(CaptureListener):
    def __init__(self, fire: Callable[[Event], None]) -> None:
        self._fire = fire

    def devices_changed(self, change: DeviceChange) -> None:
        devices = device_infos(change.devices)
        inserted = [devices[index] for index in change.inserted]
        self._fire(device_change_event("devicechange", devices, inserted))


def _wrap_stream(handle: StreamHandle) -> MediaStream:
    return wrap_handle(MediaStream, handle)


def _stop_tracks(stream: StreamHandle) -> None:
    for track in stream.tracks():
        track.stop()
