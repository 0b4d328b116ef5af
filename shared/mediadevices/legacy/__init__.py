"""The interface of the drafts of 2012 and 2013, for programs that were written for it.

    from mediadevices import legacy

    legacy.navigator.get_user_media({"video": True}, got_stream, no_stream)

Each object here wraps an object of the current interface, its `modern`. No other module of the
library uses this package.
"""

from mediadevices.legacy.error import NavigatorUserMediaError as NavigatorUserMediaError
from mediadevices.legacy.event import MediaStreamTrackEvent as MediaStreamTrackEvent
from mediadevices.legacy.navigator import Navigator as Navigator
from mediadevices.legacy.navigator import navigator as navigator
from mediadevices.legacy.object_urls import URL as URL
from mediadevices.legacy.object_urls import ObjectURLs as ObjectURLs
from mediadevices.legacy.object_urls import attach_url as attach_url
from mediadevices.legacy.object_urls import stream_for_url as stream_for_url
from mediadevices.legacy.sources import AllCapabilities as AllCapabilities
from mediadevices.legacy.sources import MediaSourceStates as MediaSourceStates
from mediadevices.legacy.sources import SourceInfo as SourceInfo
from mediadevices.legacy.stream import LocalMediaStream as LocalMediaStream
from mediadevices.legacy.stream import MediaStream as MediaStream
from mediadevices.legacy.track import MediaStreamTrack as MediaStreamTrack
from mediadevices.legacy.track_list import MediaStreamTrackList as MediaStreamTrackList
from mediadevices.legacy.track_state import TrackState as TrackState
