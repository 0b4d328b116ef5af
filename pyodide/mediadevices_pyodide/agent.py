"""The browser as user agent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from mediadevices.agent_protocol.agent import Agent
from mediadevices.agent_protocol.capture import CaptureListener, DeviceChange, StreamConstraints
from mediadevices.agent_protocol.generators import GeneratorHandle
from mediadevices.agent_protocol.handles import StreamHandle, TrackHandle
from mediadevices.agent_protocol.js_bridge import JsBridge
from mediadevices.agent_protocol.permissions import (
    PermissionHandle,
    PermissionName,
    PermissionPolicy,
    Prompter,
)
from mediadevices.algorithms.exposure import DeviceInfo
from mediadevices.errors import (
    DOMException,
    NotAllowedError,
    NotFoundError,
    NotReadableError,
    NotSupportedError,
    OverconstrainedError,
)
from mediadevices.kinds import Kind
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi
from mediadevices_pyodide.devices import DeviceList
from mediadevices_pyodide.permissions import Permissions
from mediadevices_pyodide.stream import BrowserStream, js_track
from mediadevices_pyodide.track import BrowserTrack

__all__ = ["BrowserAgent", "create_agent"]

_ADVICE: Mapping[type[DOMException], str] = {
    NotAllowedError: "the user or the browser's settings said no; see the site's permissions",
    NotFoundError: "connect a device of each kind that is asked for",
    NotReadableError: "another program may hold the device, or the system refuses it",
}


class BrowserAgent(ffi.Wrapper[CaptureListener], Agent, JsBridge):
    """The agent of a web page.

    Args:
        media_devices: The page's `navigator.mediaDevices`.
    """

    __slots__ = ("_devices", "_permissions")
    events = ("devicechange",)

    def __init__(self, media_devices: ffi.JsObject) -> None:
        super().__init__(media_devices)
        self._devices = DeviceList(media_devices, self._devices_changed)
        permissions = getattr(ffi.window.navigator, "permissions", None)
        self._permissions = Permissions(ffi.optional(permissions))

    @property
    def name(self) -> str:
        """A short name for logs."""
        return "browser"

    # --- devices --------------------------------------------------------------------------

    def get_supported_constraints(self) -> Mapping[str, bool]:
        """Return the properties that the browser knows, each with the value True."""
        return ffi.to_dict(self.js.getSupportedConstraints())

    def get_user_media(self, constraints: StreamConstraints) -> asyncio.Future[StreamHandle]:
        """Let the browser select devices, ask the user, and open the devices (§9.2.1)."""

        def explained(error: Exception) -> Exception:
            self._permissions.learn(constraints, error)
            return _explained(error)

        def converted(stream: ffi.JsObject) -> StreamHandle:
            self._permissions.learn(constraints, None)
            return ffi.wrapper_of(BrowserStream, stream)

        js_constraints = ffi.to_js(constraints)
        return ffi.future(self.js, "getUserMedia", js_constraints, converted, _stop, explained)

    def enumerate_devices(self) -> asyncio.Future[Sequence[DeviceInfo]]:
        """List the devices as the page may see them."""
        return self._devices.enumerate()

    def watch_devices(self, wanted: bool) -> None:
        """Read the list when ``devicechange`` gets listeners, to detect later changes."""
        if wanted:
            self._devices.watch()

    def happened(self, event: ffi.JsObject) -> None:  # noqa: ARG002  (it contains no list)
        """Find out what ``devicechange`` is about, and tell the listener."""
        self._devices.changed()

    def _devices_changed(self, change: DeviceChange) -> None:
        if (listener := self.listener) is not None:
            listener.devices_changed(change)

    # --- permissions ----------------------------------------------------------------------

    def query_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Return a permission, without asking the user."""
        return self._permissions.query(name)

    def request_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Ask the user by opening a device briefly, unless the permission is granted or denied."""

        def capture(constraints: ffi.JsObject) -> asyncio.Future[None]:
            # The stream is stopped in any case, even if the program has cancelled the call.
            return ffi.future(self.js, "getUserMedia", constraints, _stop, _stop, _explained)

        return promise.started(self._permissions.request(name, capture), name=f"request {name}")

    def revoke_permission(self, name: PermissionName) -> asyncio.Future[PermissionHandle]:
        """Fail, because only the user can withdraw a permission."""
        message = f"a page cannot revoke the permission for the {name}; the user can"
        return promise.rejected(NotSupportedError(message))

    def set_permission_policy(self, name: PermissionName, policy: PermissionPolicy) -> None:
        """Do nothing for ``"ask"``, because the browser asks; fail for the others."""
        if policy != "ask":
            message = f"in a web page the browser asks the user for the {name}; no program decides"
            raise NotSupportedError(message)

    @property
    def prompter(self) -> Prompter | None:
        """None, because the browser asks the user."""
        return None

    @prompter.setter
    def prompter(self, value: Prompter | None) -> None:
        if value is not None:
            message = "in a web page the browser asks the user; there can be no prompter"
            raise NotSupportedError(message)

    # --- streams and tracks ---------------------------------------------------------------

    def create_stream(self, tracks: Sequence[TrackHandle]) -> StreamHandle:
        """Return a new stream of these tracks."""
        objects = ffi.to_js([js_track(track) for track in tracks])
        return ffi.wrapper_of(BrowserStream, ffi.new("MediaStream", objects))

    def stream_from_js(self, js: object) -> StreamHandle:
        """Return the handle of a JavaScript `MediaStream`."""
        return ffi.wrapper_of(BrowserStream, _instance(js, "MediaStream", "getTracks"))

    def track_from_js(self, js: object) -> TrackHandle:
        """Return the handle of a JavaScript `MediaStreamTrack`."""
        return ffi.wrapper_of(BrowserTrack, _instance(js, "MediaStreamTrack", "applyConstraints"))

    def create_generator(self, kind: Kind) -> GeneratorHandle:
        """Return a new generator of tracks of this kind."""
        from mediadevices_pyodide.generators import create_generator  # Few pages need it.

        return create_generator(kind)


def create_agent() -> BrowserAgent:
    """Return the agent of this page.

    Raises:
        NotSupportedError: There is no `navigator.mediaDevices`; the message says why.
    """
    navigator = ffi.optional(getattr(ffi.window, "navigator", None))
    media_devices = ffi.optional(getattr(navigator, "mediaDevices", None))
    if media_devices is None:
        raise NotSupportedError(f"{_what_is_missing()}; {_FAKES}")
    return ffi.wrapper_of(BrowserAgent, media_devices)


_FAKES = "mediadevices.testing.install_fake_devices() works everywhere"


def _what_is_missing() -> str:
    window = ffi.window
    if not hasattr(window, "document"):
        if hasattr(window, "WorkerGlobalScope"):
            return (
                "Python runs in a worker here, and no browser has navigator.mediaDevices there; "
                "run Python in the page itself"
            )
        return "this is no web page, and there is no browser whose devices could be used"
    if not window.isSecureContext:
        return (
            f"the browser hides navigator.mediaDevices, since {window.location.origin} is not a "
            "secure context; serve the page with https, or from http://localhost"
        )
    return (
        "this browser has no navigator.mediaDevices; in a frame, the page around it has to allow "
        'it: <iframe allow="camera; microphone">'
    )


def _instance(js: object, name: str, method: str) -> ffi.JsObject:
    # Check for a method, because the object's class may be a subclass or belong to another frame.
    if not hasattr(js, method):
        found = getattr(getattr(js, "constructor", None), "name", type(js).__name__)
        message = f"from_js: expected the browser's {name}, got {found}"
        raise TypeError(message)
    return js


def _explained(error: Exception) -> Exception:
    if isinstance(error, OverconstrainedError):
        # Before permission some engines do not name the constraint.
        which = f"the constraint {error.constraint!r}" if error.constraint else "the constraints"
        return OverconstrainedError(error.constraint, f"no device satisfies {which}")
    if isinstance(error, DOMException) and (advice := _ADVICE.get(type(error))):
        return type(error)(f"{error.message.rstrip('.')}; {advice}")
    return error


def _stop(stream: ffi.JsObject) -> None:
    for track in stream.getTracks():
        track.stop()
