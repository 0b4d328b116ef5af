"""The data of the browser table: which members each engine has, and which work.

`docs/browsers.md` shows the table. In each lane a test probes every member of every interface and
compares the result with `table.json`, which `make browser-table` writes. The cells are

    own             the engine has the member, and it works
    ours            the engine has no such member, or it is Python's own; it works
    works           it works, and there is no engine (this Python)
    lacks: …        the engine has no such member, or it is Python's own; the text is the result
    untried         the engine has the member, but no script can trigger it
    broken: …       it should work; the text is the result
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import mediadevices
from mediadevices import DOMException, OverconstrainedError
from mediadevices.webidl.interface import Interface
from mediadevices.webidl.names import to_camel_case

__all__ = [
    "INTERFACES",
    "LANES",
    "PYTHONS_OWN",
    "REPORT",
    "Cells",
    "cell",
    "engine_has",
    "interface",
    "is_interface",
    "members",
    "read",
]

#: The cells of an interface: of each member in one lane, or in each lane.
Cells: TypeAlias = "dict[str, str]"

DATA = Path(__file__).with_name("table.json")
LANES = ("cpython", "chromium", "firefox", "webkit")
#: The name under which a test reports what it has seen.
REPORT = "browser_table"

#: The public interfaces, in the order of the table. An error's other classes differ by name alone.
INTERFACES = (
    "Navigator",
    "MediaDevices",
    "MediaDeviceInfo",
    "InputDeviceInfo",
    "MediaStream",
    "MediaStreamTrack",
    "MediaStreamTrackVideoStats",
    "MediaStreamTrackAudioStats",
    "MediaStreamTrackProcessor",
    "VideoTrackGenerator",
    "AudioTrackGenerator",
    "ReadableStream",
    "WritableStream",
    "VideoFrame",
    "AudioData",
    "Permissions",
    "PermissionStatus",
    "EventTarget",
    "Event",
    "MediaStreamTrackEvent",
    "DeviceChangeEvent",
    "DOMException",
    "OverconstrainedError",
)
#: Members that no standard has, by interface; `"()"` is the constructor.
PYTHONS_OWN: Mapping[str, frozenset[str]] = {
    "MediaStream": frozenset({"from_js", "js", "async with"}),
    "MediaStreamTrack": frozenset({"from_js", "js", "frames", "async with"}),
    "MediaStreamTrackProcessor": frozenset({"dropped"}),
    "AudioTrackGenerator": frozenset({"()", "muted", "track", "writable"}),
    "VideoFrame": frozenset(
        {"closed", "data", "geometry", "layout", "over", "planes", "resource", "retimed"}
        | {"to_ndarray", "wrap", "with"}
    ),
    "AudioData": frozenset(
        {"channels", "closed", "converted", "data", "retimed", "to_ndarray", "wrap", "with"}
    ),
    "Permissions": frozenset({"prompter", "set_policy"}),
    "EventTarget": frozenset({"events", "wait_for"}),
}

# The results that are allowed if the engine lacks what a member needs. Any other one is a fault.
_ABSENT = frozenset(
    {"gives None", "gives {}", "no event", "raises NotSupportedError"}
    | {"raises ModuleNotFoundError"}  # NumPy's
)
_CONSTRUCTED = frozenset(
    {"MediaStream", "MediaStreamTrackProcessor", "VideoTrackGenerator", "AudioTrackGenerator"}
    | {"VideoFrame", "AudioData", "EventTarget", "Event", "MediaStreamTrackEvent"}
    | {"DeviceChangeEvent", "DOMException", "OverconstrainedError"}
)
_PROTOCOLS = {"__aenter__": "async with", "__enter__": "with", "__aiter__": "async for"}
# The engine's names that cannot be derived from the snake_case names.
_ENGINE_NAMES = {"to_json": "toJSON", "async for": "Symbol.asyncIterator"}


def interface(name: str) -> type:
    """Return the public class of a name."""
    found: type = getattr(mediadevices, name)
    return found


def is_interface(value: object) -> bool:
    """Return whether a public object is an interface; errors that differ by name alone are not."""
    if not isinstance(value, type):
        return False
    return issubclass(value, Interface) or value in {
        DOMException,
        OverconstrainedError,
    }


def members(name: str) -> tuple[str, ...]:
    """Return the members of an interface, without those of a parent that has a table itself."""
    cls = interface(name)
    inherited = {interface(other) for other in INTERFACES} - {cls}
    found = {
        _PROTOCOLS.get(attribute, attribute)
        for part in cls.__mro__
        if part.__module__.startswith("mediadevices.") and part not in inherited
        for attribute in vars(part)
        if attribute in _PROTOCOLS or not attribute.startswith("_")
    }
    constructor = ("()",) if name in _CONSTRUCTED else ()
    return (*constructor, *sorted(found))


def engine_has(name: str, member: str) -> bool | None:
    """Return whether the engine of this page has a member; None where there is no engine."""
    try:
        js: Any = import_module("js")  # Any: the type checkers know no object of JavaScript's
    except ModuleNotFoundError:
        return None
    if member in PYTHONS_OWN.get(name, ()):
        return False
    run_js: Any = import_module("pyodide.code").run_js
    if member == "()":
        return hasattr(js, name)
    key = _ENGINE_NAMES.get(member) or to_camel_case(member)
    # `isTrusted` is a member of each event object, not of its prototype.
    look = run_js(
        "(name, key) => { const found = globalThis[name]; return found !== undefined &&"
        " (key in found || key in found.prototype || (name === 'Event' && key in new Event(''))) }"
    )
    if key.startswith("Symbol."):
        key = getattr(js.Symbol, key.removeprefix("Symbol."))
    return bool(look(name, key))


def cell(has: bool | None, outcome: str) -> str:
    """Return the cell of a member.

    Args:
        has: Whether the engine has it; None where there is no engine.
        outcome: ``"works"``, ``"untried"``, or what happened instead.
    """
    if outcome == "works":
        return "works" if has is None else "own" if has else "ours"
    if outcome == "untried":
        return "untried"
    return f"lacks: {outcome}" if not has and outcome in _ABSENT else f"broken: {outcome}"


def read() -> dict[str, dict[str, Cells]]:
    """Return the recorded table: for each lane and interface, the cells."""
    found: dict[str, dict[str, Cells]] = json.loads(DATA.read_text("utf-8"))
    return found
