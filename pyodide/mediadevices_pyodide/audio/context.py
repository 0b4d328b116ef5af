"""The page's audio graph: the library's worklet in an `AudioContext`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from mediadevices.errors import DOMException
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["AudioGraph"]

_log = logging.getLogger("mediadevices")

#: Seconds to wait for the `AudioContext` to start before warning that it needs a gesture.
_WARN_AFTER = 2.0
#: Browsers differ in which pointer events count as user activation.
_GESTURES = ("pointerdown", "pointerup", "keydown")


class AudioGraph:
    """An `AudioContext` with the library's worklet.

    Raises:
        DOMException: The browser refuses another `AudioContext`.
    """

    def __init__(self) -> None:
        self._context = ffi.new("AudioContext")
        self._nodes: list[ffi.JsObject] = []
        self._starting = promise.started(self._start(), name="start the audio graph")

    async def load(self) -> None:
        """Load the worklet, which `capture` and `play` need.

        Raises:
            DOMException: The browser cannot load it.
        """
        with ffi.script_url("mediadevices_pyodide.audio", "worklet.js") as url:
            await ffi.awaited(self._context.audioWorklet.addModule(url))

    @property
    def sample_rate(self) -> float:
        """Hertz."""
        return float(self._context.sampleRate)

    def capture(self, stream: ffi.JsObject, options: Mapping[str, object]) -> ffi.JsObject:
        """Connect a stream to the worklet; return the worklet's port.

        Args:
            stream: A browser `MediaStream` with one audio track.
            options: The options of the `AudioWorkletNode`.
        """
        with ffi.errors():
            source = self._context.createMediaStreamSource(stream)
        node = self._node("mediadevices-capture", options)
        source.connect(node)
        self._nodes += [source, node]
        return node.port

    def destination(self) -> ffi.JsObject:
        """Return a new node whose `stream` carries what is connected to it."""
        node = self._context.createMediaStreamDestination()
        self._nodes.append(node)
        return node

    def play(self, target: ffi.JsObject) -> ffi.JsObject:
        """Connect the worklet to a destination; return the worklet's port.

        Args:
            target: A node from `destination`.
        """
        channels = {"outputChannelCount": [int(target.channelCount)]}
        node = self._node("mediadevices-playback", channels)
        node.connect(target)
        self._nodes.append(node)
        return node.port

    def close(self) -> None:
        """Close the graph; a second call does nothing."""
        self._starting.cancel()
        for node in self._nodes:
            node.disconnect()
        self._nodes.clear()
        if self._context.state != "closed":
            self._context.close()

    def _node(self, name: str, options: Mapping[str, object]) -> ffi.JsObject:
        return ffi.new("AudioWorkletNode", self._context, name, ffi.to_js(options))

    async def _start(self) -> None:
        """Start the `AudioContext`; some browsers wait for a user gesture."""
        try:
            await asyncio.wait_for(
                ffi.future(self._context, "resume", None, lambda _: None), _WARN_AFTER
            )
        except (TimeoutError, DOMException):  # Some browsers reject, others never settle.
            _log.warning(
                "the browser delivers no samples before the user has interacted with the page; "
                "they start with the first click or key press"
            )
            await self._running()

    async def _running(self) -> None:
        """Wait until the `AudioContext` runs; resume it at each gesture."""
        running = asyncio.Event()

        def check(_: object) -> None:
            if self._context.state == "running":
                running.set()

        def resume(_: object) -> None:
            # Call it at once: a browser may accept it only within the gesture's event handler.
            ffi.future(self._context, "resume", None, check).add_done_callback(_ignore_failure)

        document, context = ffi.window.document, self._context
        listeners = [ffi.create_proxy(check), ffi.create_proxy(resume)]
        context.addEventListener("statechange", listeners[0])
        for name in _GESTURES:
            document.addEventListener(name, listeners[1])
        check(None)
        try:
            await running.wait()
        finally:
            context.removeEventListener("statechange", listeners[0])
            for name in _GESTURES:
                document.removeEventListener(name, listeners[1])
            for listener in listeners:
                listener.destroy()


def _ignore_failure(attempt: asyncio.Future[None]) -> None:
    """Retrieve the exception, so that it is not logged: the next gesture tries again."""
    if not attempt.cancelled():
        attempt.exception()
