"""The documents of the standard's family: what of each is here, and what is not.

A document that adds to this API, or only names a part of it, has a row: a test looks through all
the IDL there is. What a document that is here defines is compared member by member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from support import idl, idl_files

__all__ = ["DOCUMENTS", "Document", "compared", "naming_the_api", "of_document"]

_ROOT = Path(__file__).parents[2]
# What the documents around this one can only mean this API by.
_OURS = re.compile(
    r"\b(MediaStream(Constraints|Track(\w*))?|MediaDevices|(Input|Media)DeviceInfo"
    r"|MediaTrack(SupportedConstraints|Capabilities|ConstraintSet|Constraints|Settings)"
    r"|OverconstrainedError|DeviceChangeEvent|CaptureController|VideoTrackGenerator)\b"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document, and how much of it is here.

    Attributes:
        title: Its name.
        here: ``"compared"``: all that it defines is here or marked; ``"in part"``: of what it
            defines `definitions` are compared, and the rest is not this API's; ``"not built"``.
        text: For readers: what is here of it, or what it would be.
        definitions: The names that are compared; empty for all.
    """

    title: str
    here: Literal["compared", "in part", "not built"]
    text: str
    definitions: frozenset[str] = frozenset()


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: By the short names of the W3C's collection; in the order of the page.
DOCUMENTS: Mapping[str, Document] = {
    "mediacapture-streams": Document("Media Capture and Streams", "compared", "Everything."),
    "mediacapture-extensions": Document(
        "Media Capture and Streams Extensions",
        "compared",
        "`stats`, `configurationchange` and `voiceIsolation`; see below for the rest.",
    ),
    "mediacapture-transform": Document(
        "MediaStreamTrack Insertable Media Processing using Streams",
        "compared",
        "`MediaStreamTrackProcessor` and `VideoTrackGenerator`.",
    ),
    "image-capture": Document(
        "MediaStream Image Capture",
        "compared",
        "The properties: exposure, focus, white balance, zoom and so on. `ImageCapture` is not "
        "built; [a photo](recipes/photo.md) is a frame.",
    ),
    "mst-content-hint": Document("MediaStreamTrack Content Hints", "compared", "`content_hint`."),
    "permissions": Document("Permissions", "compared", "For cameras and microphones."),
    "permissions-request": Document("Requesting Permissions", "compared", "`Permissions.request`."),
    "permissions-revoke": Document(
        "Relinquishing Permissions", "compared", "`Permissions.revoke`."
    ),
    "webcodecs": Document(
        "WebCodecs",
        "in part",
        "`VideoFrame` and `AudioData`. Codecs are another subject.",
        _names(
            "AudioData AudioDataInit AudioDataCopyToOptions AudioSampleFormat VideoFrame"
            " VideoFrameInit VideoFrameBufferInit VideoFrameCopyToOptions VideoPixelFormat"
            " PlaneLayout AlphaOption VideoFrameMetadata VideoColorSpace VideoColorSpaceInit"
        ),
    ),
    "streams": Document(
        "Streams",
        "in part",
        "Readable and writable streams as far as tracks need them.",
        _names(
            "ReadableStream ReadableStreamGenericReader ReadableStreamDefaultReader"
            " ReadableStreamReadResult WritableStream WritableStreamDefaultWriter"
        ),
    ),
    "dom": Document(
        "DOM",
        "in part",
        "`EventTarget` and `Event`.",
        _names("Event EventInit EventTarget EventListenerOptions AddEventListenerOptions"),
    ),
    "webidl": Document("Web IDL", "in part", "`DOMException`.", _names("DOMException")),
    "geometry": Document(
        "Geometry Interfaces",
        "in part",
        "`DOMRectReadOnly`, for the rectangles of a frame.",
        _names("DOMRectReadOnly DOMRectInit"),
    ),
    "audio-output": Document(
        "Audio Output Devices API",
        "not built",
        "`select_audio_output()` and `set_sink_id()`. The library captures; it plays nothing. "
        "Speakers are listed.",
    ),
    "screen-capture": Document(
        "Screen Capture",
        "not built",
        "`get_display_media()`: a screen or a window as a source, with `CaptureController` and the "
        "properties of such sources. On the desktop it would be a driver of its own.",
    ),
    "mediacapture-viewport": Document(
        "Viewport Capture", "not built", "`get_viewport_media()`: a page as a source."
    ),
    "mediacapture-region": Document(
        "Region Capture", "not built", "`crop_to()`: a part of a captured page."
    ),
    "element-capture": Document(
        "Element Capture", "not built", "`restrict_to()`: an element of a captured page."
    ),
    "mediacapture-surface-control": Document(
        "Captured Surface Control", "not built", "Scrolling and zooming what is captured."
    ),
    "captured-mouse-events": Document(
        "Captured Mouse Events", "not built", "Where the mouse is over what is captured."
    ),
    "capture-handle-identity": Document(
        "Capture Handle: Identity", "not built", "How a captured page says what it is."
    ),
    "mediacapture-handle-actions": Document(
        "Capture Handle: Actions", "not built", "What may be asked of a captured page."
    ),
    "prefer-current-tab": Document(
        "preferCurrentTab", "not built", "A hint for the choice of a page to capture."
    ),
    "mediacapture-fromelement": Document(
        "Media Capture from DOM Elements",
        "not built",
        "`capture_stream()` of an element or canvas of a page. In a web page JavaScript's is there,"
        " and `MediaStream.from_js()` takes its stream.",
    ),
    "mediastream-recording": Document(
        "MediaStream Recording",
        "not built",
        "`MediaRecorder`: a container file from a stream. See [recording](recipes/record.md).",
    ),
    "mediacapture-automation": Document(
        "Media Capture Automation",
        "not built",
        "Commands of WebDriver, nothing for programs. `mediadevices.testing` is for tests.",
    ),
    "html-media-capture": Document(
        "HTML Media Capture", "not built", "An attribute of a page's file chooser."
    ),
    "html": Document(
        "HTML",
        "not built",
        "`srcObject` of a page's media elements: `mediadevices.attach()` sets it.",
    ),
    "webaudio": Document(
        "Web Audio API",
        "not built",
        "Nodes that take streams and give them. In Python the samples are arrays.",
    ),
    "webrtc": Document(
        "WebRTC", "not built", "Peer connections. Tracks and streams are made to be sent by one."
    ),
    "webrtc-identity": Document(
        "Identity for WebRTC", "not built", "Streams that only a certain peer can use."
    ),
    "speech-api": Document("Web Speech API", "not built", "Recognition of a track's speech."),
}


def naming_the_api(texts: Mapping[str, str]) -> set[str]:
    """Return the documents whose IDL names this API, of all that there are.

    Args:
        texts: The IDL of each document.
    """
    return {name for name, text in texts.items() if _OURS.search(_without_comments(text))}


def of_document(name: str, texts: Mapping[str, str]) -> dict[str, idl.Definition]:
    """Return what a document defines, as far as it is compared; all of one that is not built."""
    taken = DOCUMENTS[name].definitions
    found = idl.merged(idl.definitions(name, texts[name]))
    return {key: value for key, value in found.items() if not taken or key in taken}


def compared(texts: Mapping[str, str] | None = None) -> dict[str, idl.Definition]:
    """Return all definitions that the library is compared with.

    Args:
        texts: The IDL of each document; by default that of the checkout's cache.

    Raises:
        IDLUnavailableError: It cannot be had.
    """
    texts = idl_files.read_all(_ROOT) if texts is None else texts
    parts = (
        definition
        for name, document in DOCUMENTS.items()
        if document.here != "not built"
        for definition in of_document(name, texts).values()
    )
    return idl.merged(parts)


def _without_comments(text: str) -> str:
    return re.sub(r"//.*|/\*.*?\*/", "", text)
