"""The program of the example page: it opens devices, shows their media, and changes settings."""

import asyncio
import contextlib
import importlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import controls
from filters import FILTERS
from js import URL, OffscreenCanvas, document
from page import complain, draw, element, make, on, start
from pyodide.http import pyfetch
from showing import chosen_filter, show_filtered, show_level

from mediadevices import MediaDeviceInfo, MediaStream, attach, navigator

MENUS = {"video": element("camera"), "audio": element("microphone")}
FORMS = {"video": element("camera-controls"), "audio": element("microphone-controls")}
KINDS = {"videoinput": "video", "audioinput": "audio"}
NO_DEVICE = "none"
STATES = {
    "stopped": "Ready. Nothing is captured.",
    "starting": "Waiting for your permission…",
    "running": "Capturing.",
}


class Capture:
    """An open camera, perhaps a microphone, and the tasks that show their media.

    Args:
        stream: The stream of their tracks.
        wanted: The constraints of each track.
    """

    def __init__(self, stream: MediaStream, wanted: dict[str, dict[str, object]]) -> None:
        self.stream = stream
        self.tracks = {track.kind: track for track in stream.get_tracks()}
        self._wanted = wanted
        self._tasks = [start(show_filtered(self.tracks["video"]))]
        if "audio" in self.tracks:
            self._tasks.append(start(show_level(self.tracks["audio"])))
        for kind, track in self.tracks.items():
            controls.show(FORMS[kind], track.get_capabilities(), track.get_settings())

    async def change(self, kind: str, name: str, value: object) -> None:
        """Change one setting of a track, as far as the device can."""
        # New constraints replace all old ones, so repeat the others.
        self._wanted[kind][name] = value
        try:
            await self.tracks[kind].apply_constraints(self._wanted[kind])
        finally:
            self.update_controls()

    def update_controls(self) -> None:
        """Show the present settings of the tracks."""
        for kind, track in self.tracks.items():
            controls.update(FORMS[kind], track.get_settings())

    async def take_photo(self) -> None:
        """Filter one frame in its full size, show it, and let the browser save it."""
        async for frame in self.tracks["video"].frames(format="RGBA"):
            with frame:
                pixels, width, height = bytes(frame.data), frame.coded_width, frame.coded_height
            break
        canvas = OffscreenCanvas.new(width, height)
        draw(canvas, chosen_filter()(pixels, width), width, height)
        picture, link = element("picture"), element("download")
        URL.revokeObjectURL(picture.src)
        picture.src = link.href = URL.createObjectURL(await canvas.convertToBlob())  # a PNG
        picture.alt = f"The photo, {width} by {height} pixels"
        element("album").hidden = False
        link.click()

    def stop(self) -> None:
        """Close the devices."""
        for task in self._tasks:
            task.cancel()
        for track in self.tracks.values():
            track.stop()


class Studio:
    """The page as a whole: at most one `Capture`, and the menus to choose its devices from."""

    def __init__(self) -> None:
        self._capture: Capture | None = None
        self._opening = asyncio.Lock()  # allows one change of devices at a time

    async def toggle(self) -> None:
        """Start the capture, or stop it if it is running."""
        if self._capture is None:
            await self.open()
        else:
            self.close()

    async def open(self) -> None:
        """Open the chosen devices, and show their media."""
        async with self._opening:
            self.close()
            show_state("starting")
            wanted = {"video": {"width": 640, "height": 480, **chosen_device("video")}}
            if MENUS["audio"].value != NO_DEVICE:
                wanted["audio"] = chosen_device("audio")
            try:
                stream = await navigator.media_devices.get_user_media(wanted)
            except Exception:
                show_state("stopped")
                raise
            self._capture = Capture(stream, wanted)
            for track in stream.get_tracks():
                track.onended = self.device_lost
            await self.list_devices()
            await attach(stream, element("preview"))
            show_state("running")

    def close(self) -> None:
        """Close the devices."""
        if self._capture is not None:
            self._capture.stop()
            self._capture = None
        complain("")
        show_state("stopped")

    def device_lost(self, event: Any) -> None:
        """Stop the capture after a device was unplugged or its permission withdrawn."""
        self.close()
        complain(f"{event.target.label}: unplugged, or no longer permitted")

    async def list_devices(self, _event: object = None) -> None:
        """Fill the menus. Browsers show names after the user has allowed a capture."""
        fill_menus(await navigator.media_devices.enumerate_devices())
        if self._capture is not None:
            for kind, menu in MENUS.items():
                track = self._capture.tracks.get(kind)
                menu.value = NO_DEVICE if track is None else track.get_settings().device_id

    async def change(self, control: Any) -> None:
        """Apply the setting that the user has changed."""
        if self._capture is not None:
            complain("")
            kind = "video" if FORMS["video"].contains(control) else "audio"
            await self._capture.change(kind, control.name, controls.value_of(control))

    def size_changed(self, _event: object) -> None:
        """Show the new size. A browser may report it only with the first picture of that size."""
        if self._capture is not None:
            self._capture.update_controls()

    async def take_photo(self) -> None:
        """Take a photo, if there is a camera."""
        if self._capture is not None:
            await self._capture.take_photo()


def chosen_device(kind: str) -> dict[str, object]:
    """Return the constraint for the device that is chosen in the menu."""
    device_id = MENUS[kind].value
    return {"deviceId": {"exact": device_id}} if device_id else {}


def fill_menus(devices: Iterable[MediaDeviceInfo]) -> None:
    """Fill the menus with these devices, and with an entry for no sound."""
    for menu in MENUS.values():
        menu.replaceChildren()
    for device in devices:
        if device.kind in KINDS and device.device_id:
            option = make("option", device.label or "without a name", value=device.device_id)
            MENUS[KINDS[device.kind]].append(option)
    MENUS["audio"].append(make("option", "none", value=NO_DEVICE))


def show_state(state: str) -> None:
    """Show a state in the page: "stopped", "starting" or "running"."""
    document.body.dataset.state = state
    element("status").textContent = STATES[state]
    element("start").textContent = "Start" if state == "stopped" else "Stop"
    element("start").disabled = state == "starting"
    element("photo").disabled = state != "running"


class Printed(io.TextIOBase):
    """Writes to an element of the page."""

    def write(self, text: str) -> int:
        """Append a text to the element."""
        element("printed").append(text)
        return len(text)


async def run_same_program() -> None:
    """Fetch the program that also runs on the desktop, import it unchanged, and run it."""
    element("printed").textContent = ""
    element("run").disabled = True
    try:
        answer = await pyfetch("../same_program.py", cache="no-store")
        source = await answer.bytes()
        Path("same_program.py").write_bytes(source)  # noqa: ASYNC240  (this file system is in memory)
        importlib.invalidate_caches()
        with contextlib.redirect_stdout(Printed()):
            await importlib.import_module("same_program").main()
    finally:
        element("run").disabled = False


studio = Studio()
for name in FILTERS:
    element("filter").append(make("option", name, value=name))
on(element("start"), "click", lambda _: studio.toggle())
on(element("photo"), "click", lambda _: studio.take_photo())
on(element("run"), "click", lambda _: run_same_program())
for menu in MENUS.values():
    on(menu, "change", lambda _: studio.open())
on(element("preview"), "resize", studio.size_changed)
for form in FORMS.values():
    on(form, "change", lambda event: studio.change(event.target))
    on(form, "input", lambda event: controls.write_value(event.target))
navigator.media_devices.ondevicechange = studio.list_devices
show_state("stopped")
element("run").disabled = False
