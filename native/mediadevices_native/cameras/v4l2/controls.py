"""The image controls of a V4L2 camera, with the names and units of the standard.

The names are those of MediaStream Image Capture (§3, constrainable properties). Two of its units
are V4L2's own: `exposureTime` is in steps of 100 µs, `pan` and `tilt` are in seconds of arc.
`zoom` and `focusDistance` are in units of the device, as in browsers.
"""

from __future__ import annotations

import sys

assert sys.platform == "linux"  # Elsewhere nothing imports this, and nothing checks its types.

import errno
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediadevices.driver import Control, ControlValue, Range
from mediadevices_native.cameras.v4l2.ioctl import (
    Call,
    ControlInfo,
    control_info,
    control_value,
    menu_items,
    set_control_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CameraControl", "find_controls", "read_controls", "write_controls"]

_BASE, _CAMERA, _FLASH = 0x00980900, 0x009A0900, 0x009C0900
"""``V4L2_CID_BASE``, ``V4L2_CID_CAMERA_CLASS_BASE``, ``V4L2_CID_FLASH_CLASS_BASE``."""

# For each name, the V4L2 control and the meaning of its numbers, the preferred number first. A mode
# comes before the value that it unlocks.
_CHOICES: tuple[tuple[str, int, tuple[tuple[ControlValue, int], ...]], ...] = (
    (
        "exposureMode",
        _CAMERA + 1,  # EXPOSURE_AUTO: automatic, manual, shutter priority, aperture priority
        (("manual", 1), ("manual", 2), ("continuous", 3), ("continuous", 0)),
    ),
    ("whiteBalanceMode", _BASE + 12, (("manual", 0), ("continuous", 1))),  # AUTO_WHITE_BALANCE
    ("focusMode", _CAMERA + 12, (("manual", 0), ("continuous", 1))),  # FOCUS_AUTO
    ("torch", _FLASH + 1, ((False, 0), (True, 2))),  # FLASH_LED_MODE: none, flash, torch
)
_NUMBERS: tuple[tuple[str, int], ...] = (
    ("brightness", _BASE),
    ("contrast", _BASE + 1),
    ("saturation", _BASE + 2),
    ("sharpness", _BASE + 27),
    ("exposureTime", _CAMERA + 2),  # EXPOSURE_ABSOLUTE
    ("colorTemperature", _BASE + 26),  # WHITE_BALANCE_TEMPERATURE, kelvin
    ("focusDistance", _CAMERA + 10),  # FOCUS_ABSOLUTE
    ("zoom", _CAMERA + 13),  # ZOOM_ABSOLUTE
    ("pan", _CAMERA + 8),  # PAN_ABSOLUTE
    ("tilt", _CAMERA + 9),  # TILT_ABSOLUTE
)
# Menus of numbers, in thousandths.
_NUMBER_MENUS: tuple[tuple[str, int], ...] = (
    ("exposureCompensation", _CAMERA + 19),  # AUTO_EXPOSURE_BIAS, EV
    ("iso", _CAMERA + 23),  # ISO_SENSITIVITY
)

_BOOLEAN, _MENU, _INTEGER_MENU = 2, 3, 9  # enum v4l2_ctrl_type
_READ_ONLY = 0x0004  # V4L2_CTRL_FLAG_READ_ONLY

# The errors of a control that is inactive in the present mode or locked by another program.
_NOT_NOW = {errno.EINVAL, errno.ERANGE, errno.EACCES, errno.EBUSY}


@dataclass(frozen=True, slots=True)
class CameraControl:
    """A control of the standard, and its V4L2 control.

    Attributes:
        name: The standard's name.
        identifier: V4L2's number for the control.
        control: The values that it can have.
        choices: For a choice, the meaning of each of V4L2's numbers; empty for a plain number.
    """

    name: str
    identifier: int
    control: Control
    choices: tuple[tuple[ControlValue, int], ...] = ()

    def to_v4l2(self, value: ControlValue) -> int | None:
        """Return V4L2's number for a value; `None` if the control cannot have this value."""
        if isinstance(self.control, Range):
            if isinstance(value, str):
                return None
            if not self.choices:
                return round(value)
            return min(self.choices, key=lambda choice: abs(float(choice[0]) - value))[1]
        return next((raw for known, raw in self.choices if known == value), None)

    def from_v4l2(self, raw: int) -> ControlValue | None:
        """Return the value of V4L2's number; `None` if the standard has no such value."""
        if self.choices:
            return next((value for value, known in self.choices if known == raw), None)
        return float(raw)


def find_controls(call: Call) -> tuple[CameraControl, ...]:
    """List the camera's controls that the standard knows, modes first.

    Args:
        call: ``ioctl`` on the camera's node.

    Raises:
        OSError: The device was unplugged meanwhile.
    """
    found: list[CameraControl] = []
    for name, identifier, meanings in _CHOICES:
        if (info := _writable(call, identifier)) is None:
            continue
        if info.type == _MENU:
            present = {index for index, _ in menu_items(call, identifier, info)}
        else:
            present = {info.minimum, info.maximum} if info.type == _BOOLEAN else set[int]()
        choices = tuple((value, raw) for value, raw in meanings if raw in present)
        values = tuple(dict.fromkeys(value for value, _ in choices))
        if values:
            found.append(CameraControl(name, identifier, values, choices))
    for name, identifier in _NUMBERS:
        if (info := _writable(call, identifier)) is not None and info.minimum < info.maximum:
            limits = Range(info.minimum, info.maximum, max(info.step, 1))
            found.append(CameraControl(name, identifier, limits))
    for name, identifier in _NUMBER_MENUS:
        info = _writable(call, identifier)
        if info is None or info.type != _INTEGER_MENU:
            continue
        numbers = [(value / 1000, raw) for raw, value in menu_items(call, identifier, info)]
        if len({number for number, _ in numbers}) > 1:
            found.append(
                CameraControl(name, identifier, _range_of(n for n, _ in numbers), tuple(numbers))
            )
    return tuple(found)


def read_controls(call: Call, controls: Iterable[CameraControl]) -> dict[str, ControlValue]:
    """Read the present values of the controls, except those that cannot be read."""
    values: dict[str, ControlValue] = {}
    for control in controls:
        try:
            value = control.from_v4l2(control_value(call, control.identifier))
        except OSError as error:
            if error.errno not in _NOT_NOW:
                raise
            continue
        if value is not None:
            values[control.name] = value
    return values


def write_controls(
    call: Call, controls: Iterable[CameraControl], wanted: Mapping[str, ControlValue]
) -> None:
    """Set controls; one that cannot be set now keeps its value.

    Args:
        call: ``ioctl`` on the camera's node.
        controls: The camera's controls.
        wanted: The values by name; names that the camera does not have are ignored.

    Raises:
        OSError: The device is gone.
    """
    for control in controls:
        if control.name not in wanted:
            continue
        raw = control.to_v4l2(wanted[control.name])
        if raw is None:
            continue
        try:
            set_control_value(call, control.identifier, raw)
        except OSError as error:
            if error.errno not in _NOT_NOW:
                raise


def _writable(call: Call, identifier: int) -> ControlInfo | None:
    info = control_info(call, identifier)
    return None if info is None or info.flags & _READ_ONLY else info


def _range_of(numbers: Iterable[float]) -> Range:
    """Return the range of a menu of numbers; it has a step if they are about evenly spaced."""
    ordered = sorted(set(numbers))
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    even = all(math.isclose(step, steps[0], rel_tol=0.02) for step in steps)
    step = round((ordered[-1] - ordered[0]) / len(steps), 3) if even else 0
    return Range(ordered[0], ordered[-1], step, tuple(ordered))
