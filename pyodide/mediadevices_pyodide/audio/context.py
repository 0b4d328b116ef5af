"""The page's audio graph: our worklet in an `AudioContext`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from mediadevices.errors import DOMException
from mediadevices.webidl import promise
from mediadevices_pyodide import ffi

__all__ = ["AudioGraph"]

_log = logging.getLogger("mediadevices")

#: Seconds to wait for the browser to let sound run before saying what holds it up.
_PATIENCE = 2.0
#: Where a finger is a user's will, and where a mouse is, browsers differ.
_GESTURES = ("pointerdown", "pointerup", "keydown")


class AudioGraph:
    """An `AudioContext` with our worklet.

    Raises:
        DOMException: The browser can or will not have another one.
    """

    def __init__(self) -> None:
        self._context = ffi.new("AudioContext")
        self._nodes: list[ffi.JsObject] = []
        self._starting = promise.started(self._start(), name="start the audio graph")

    async def load(self) -> None:
        """Make the worklet known; before that there is neither `capture` nor `play`.

        Raises:
            DOMException: The browser can or will not.
        """
        with ffi.script_url("mediadevices_pyodide.audio", "worklet.js") as url:
            await ffi.awaited(self._context.audioWorklet.addModule(url))

    @property
    def sample_rate(self) -> float:
        """Hertz."""
        return float(self._context.sampleRate)

    def capture(self, stream: ffi.JsObject, options: Mapping[str, object]) -> ffi.JsObject:
        """Let the worklet hear a stream; return the port to it.

        Args:
            stream: The browser's stream, of one audio track.
            options: The options of the node.
        """
        with ffi.errors():
            source = self._context.createMediaStreamSource(stream)
        node = self._node("mediadevices-capture", options)
        source.connect(node)
        self._nodes += [source, node]
        return node.port

    def destination(self) -> ffi.JsObject:
        """Return a new node whose `stream` gives what is connected to it."""
        node = self._context.createMediaStreamDestination()
        self._nodes.append(node)
        return node

    def play(self, target: ffi.JsObject) -> ffi.JsObject:
        """Let the worklet play into a destination; return the port to it.

        Args:
            target: What `destination` returned.
        """
        channels = {"outputChannelCount": [int(target.channelCount)]}
        node = self._node("mediadevices-playback", channels)
        node.connect(target)
        self._nodes.append(node)
        return node.port

    def close(self) -> None:
        """End the graph; again does nothing."""
        self._starting.cancel()
        for node in self._nodes:
            node.disconnect()
        self._nodes.clear()
        if self._context.state != "closed":
            self._context.close()

    def _node(self, name: str, options: Mapping[str, object]) -> ffi.JsObject:
        return ffi.new("AudioWorkletNode", self._context, name, ffi.to_js(options))

    async def _start(self) -> None:
        """Let sound run: some browsers wait until the user has touched the page."""
        try:
            await asyncio.wait_for(
                ffi.future(self._context, "resume", None, lambda _: None), _PATIENCE
            )
        except (TimeoutError, DOMException):  # Some browsers say no, others say nothing.
            _log.warning(
                "the browser lets no sound through before the user has touched the page; "
                "samples flow from the first click or key on"
            )
            await self._running()

    async def _running(self) -> None:
        """Wait until the browser lets sound run, and try again with each gesture."""
        running = asyncio.Event()

        def look(_: object) -> None:
            if self._context.state == "running":
                running.set()

        def resume(_: object) -> None:
            # At once: a browser may take only what happens within the gesture for the user's will.
            ffi.future(self._context, "resume", None, look).add_done_callback(_forget)

        document, context = ffi.window.document, self._context
        listeners = [ffi.create_proxy(look), ffi.create_proxy(resume)]
        context.addEventListener("statechange", listeners[0])
        for name in _GESTURES:
            document.addEventListener(name, listeners[1])
        look(None)
        try:
            await running.wait()
        finally:
            context.removeEventListener("statechange", listeners[0])
            for name in _GESTURES:
                document.removeEventListener(name, listeners[1])
            for listener in listeners:
                listener.destroy()


def _forget(attempt: asyncio.Future[None]) -> None:
    """Take note of a failure that does not matter: there may be another gesture."""
    if not attempt.cancelled():
        attempt.exception()
