"""The environment of a web page with the browser's own fake devices."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, NoReturn

from conformance.environment import Answer, DeviceName, Environment

if TYPE_CHECKING:
    from mediadevices.agent_protocol.permissions import PermissionName, PermissionState

__all__ = ["PageEnvironment"]

# Remembers all streams, because a camera that stays open would disturb the following tests.
_REMEMBER = """
() => {
  const devices = navigator.mediaDevices;
  const streams = [];
  devices.getUserMedia = (...given) => {
    const promise = MediaDevices.prototype.getUserMedia.apply(devices, given);
    promise.then(stream => streams.push(stream), () => {});
    return promise;
  };
  return () => {
    delete devices.getUserMedia;
    for (const stream of streams) stream.getTracks().forEach(track => track.stop());
  };
}
"""


def _cannot(what: str) -> NoReturn:
    message = f"no browser can be made to {what}; see support.abilities"
    raise NotImplementedError(message)


class PageEnvironment(Environment):
    """A browser with its own fake devices, which supports few methods."""

    def __init__(self) -> None:
        self._stop_all = import_module("pyodide.code").run_js(_REMEMBER)()

    def close(self) -> None:
        """Close the devices that a failed test has left open."""
        self._stop_all()

    async def answer(self, answer: Answer) -> None:
        _cannot(f"{answer} in place of the user")

    async def set_permission(self, name: PermissionName, state: PermissionState) -> None:
        _cannot(f"let the permission for the {name} be {state}")

    async def unplug(self, device: DeviceName) -> None:
        _cannot(f"unplug the {device}")

    async def plug(self, device: DeviceName) -> None:
        _cannot(f"plug the {device} in")

    async def mute(self, device: DeviceName) -> None:
        _cannot(f"mute the {device}")

    async def unmute(self, device: DeviceName) -> None:
        _cannot(f"unmute the {device}")

    async def fail_to_open(
        self, device: DeviceName, reason: Literal["busy", "error"] | None
    ) -> None:
        _cannot(f"fail to open the {device}: {reason}")

    async def let_go(self, device: DeviceName) -> None:
        _cannot(f"tell whether the {device} is open")

    async def fresh_document(self) -> None:
        _cannot("start the program anew")

    async def other_program(self) -> None:
        _cannot("start another program")

    async def clear_data(self) -> None:
        _cannot("clear the site's data")

    async def end_document(self) -> None:
        _cannot("end the document that the test is in")

    async def set_cameras(self, count: int) -> None:
        """Do nothing: a browser with this ability has two cameras."""
        assert count == 2

    async def add_controls(self) -> None:
        _cannot("add controls to the camera")
