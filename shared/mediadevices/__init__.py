"""The W3C *Media Capture and Streams* API for Python.

    from mediadevices import navigator

    stream = await navigator.media_devices.get_user_media({"video": True})

On the desktop it captures from cameras and microphones. The same program runs in a web page under
Pyodide and uses the devices of the browser.
"""

import typing as _typing

from mediadevices.agent_protocol.permissions import PermissionRequest as PermissionRequest
from mediadevices.errors import AbortError as AbortError
from mediadevices.errors import DataError as DataError
from mediadevices.errors import DOMException as DOMException
from mediadevices.errors import EncodingError as EncodingError
from mediadevices.errors import InvalidAccessError as InvalidAccessError
from mediadevices.errors import InvalidStateError as InvalidStateError
from mediadevices.errors import MediaDevicesWarning as MediaDevicesWarning
from mediadevices.errors import NotAllowedError as NotAllowedError
from mediadevices.errors import NotFoundError as NotFoundError
from mediadevices.errors import NotReadableError as NotReadableError
from mediadevices.errors import NotSupportedError as NotSupportedError
from mediadevices.errors import OperationError as OperationError
from mediadevices.errors import OverconstrainedError as OverconstrainedError
from mediadevices.errors import SecurityError as SecurityError
from mediadevices.errors import TrackLeakWarning as TrackLeakWarning
from mediadevices.errors import UnknownConstraintWarning as UnknownConstraintWarning
from mediadevices.interfaces.dictionaries import MediaStreamConstraints as MediaStreamConstraints
from mediadevices.interfaces.dictionaries import MediaTrackCapabilities as MediaTrackCapabilities
from mediadevices.interfaces.dictionaries import MediaTrackConstraints as MediaTrackConstraints
from mediadevices.interfaces.dictionaries import MediaTrackConstraintSet as MediaTrackConstraintSet
from mediadevices.interfaces.dictionaries import MediaTrackSettings as MediaTrackSettings
from mediadevices.interfaces.dictionaries import (
    MediaTrackSupportedConstraints as MediaTrackSupportedConstraints,
)
from mediadevices.interfaces.event import DeviceChangeEvent as DeviceChangeEvent
from mediadevices.interfaces.event import Event as Event
from mediadevices.interfaces.event import MediaStreamTrackEvent as MediaStreamTrackEvent
from mediadevices.interfaces.event_target import EventTarget as EventTarget
from mediadevices.interfaces.media_device_info import InputDeviceInfo as InputDeviceInfo
from mediadevices.interfaces.media_device_info import MediaDeviceInfo as MediaDeviceInfo
from mediadevices.interfaces.media_devices import MediaDevices as MediaDevices
from mediadevices.interfaces.media_stream import MediaStream as MediaStream
from mediadevices.interfaces.media_stream import attach as attach
from mediadevices.interfaces.media_stream_track import MediaStreamTrack as MediaStreamTrack
from mediadevices.interfaces.navigator import Navigator as Navigator
from mediadevices.interfaces.navigator import navigator as navigator
from mediadevices.interfaces.permissions import Permissions as Permissions
from mediadevices.interfaces.permissions import PermissionStatus as PermissionStatus
from mediadevices.interfaces.track_stats import (
    MediaStreamTrackAudioStats as MediaStreamTrackAudioStats,
)
from mediadevices.interfaces.track_stats import (
    MediaStreamTrackVideoStats as MediaStreamTrackVideoStats,
)

# Imported at first use: only programs that read or write frames and samples need these modules.

if _typing.TYPE_CHECKING:
    from mediadevices.interfaces.media_stream_track_processor import (
        MediaStreamTrackProcessor as MediaStreamTrackProcessor,
    )
    from mediadevices.interfaces.streams import ReadableStream as ReadableStream
    from mediadevices.interfaces.streams import WritableStream as WritableStream
    from mediadevices.interfaces.track_generators import AudioTrackGenerator as AudioTrackGenerator
    from mediadevices.interfaces.track_generators import VideoTrackGenerator as VideoTrackGenerator
    from mediadevices.media.audio_data import AudioData as AudioData
    from mediadevices.media.video_frame import VideoFrame as VideoFrame
else:
    _LAZY = {
        "MediaStreamTrackProcessor": "mediadevices.interfaces.media_stream_track_processor",
        "ReadableStream": "mediadevices.interfaces.streams",
        "WritableStream": "mediadevices.interfaces.streams",
        "AudioTrackGenerator": "mediadevices.interfaces.track_generators",
        "VideoTrackGenerator": "mediadevices.interfaces.track_generators",
        "AudioData": "mediadevices.media.audio_data",
        "VideoFrame": "mediadevices.media.video_frame",
    }

    __all__ = [name for name in (*globals(), *_LAZY) if not name.startswith("_")]

    def __getattr__(name: str) -> object:
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from importlib import import_module

        globals()[name] = getattr(import_module(_LAZY[name]), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LAZY})
