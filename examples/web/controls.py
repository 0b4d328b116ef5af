"""A slider or a menu for each setting of a track."""

import json
import re
from collections.abc import Mapping
from typing import Any

from page import make

# Devices have a menu of their own, and the aspect ratio follows from width and height.
LEFT_OUT = {"deviceId", "groupId", "aspectRatio"}
# Browsers offer sizes down to a single pixel, which are of no use here.
LEAST = {"width": 160, "height": 120, "frameRate": 1}
# JavaScript has one type for whole numbers and fractions.
WHOLE = {"width", "height", "frameRate", "channelCount", "sampleRate", "sampleSize"}
STEPS = 100


def show(form: Any, capabilities: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Fill a form with the controls of a track.

    Args:
        form: The element.
        capabilities: The capabilities of the track.
        settings: The settings of the track.
    """
    form.replaceChildren()
    for name, capability in capabilities.items():
        if name in LEFT_OUT:
            continue
        if isinstance(capability, Mapping) and capability.get("min", 0) < capability.get("max", 0):
            control = _slider(name, capability)
        elif isinstance(capability, list) and len(capability) > 1:
            control = _menu(name, capability)
        else:
            continue  # there is nothing to choose
        label = make("label", re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", name))
        value = make("span")  # an <output> would take the label for itself
        label.append(value, control)
        form.append(label)
    if form.childElementCount == 0:
        form.append(make("p", "This browser reports no settings that can be changed."))
    update(form, settings)


def update(form: Any, settings: Mapping[str, Any]) -> None:
    """Show the present settings of the track in the controls."""
    for control in form.querySelectorAll("[name]"):
        value = settings.get(control.name)
        if value is not None:
            control.value = value if control.type == "range" else json.dumps(value)
            write_value(control)


def write_value(control: Any) -> None:
    """Write the value of a slider beside its name."""
    if control.type == "range":
        control.previousElementSibling.textContent = f"{float(control.value):g}"


def value_of(control: Any) -> Any:
    """Return the value that the user has chosen."""
    return float(control.value) if control.type == "range" else json.loads(control.value)


def _slider(name: str, capability: Mapping[str, Any]) -> Any:
    least = max(capability["min"], LEAST.get(name, capability["min"]))
    most = capability["max"]
    step = capability.get("step", 1 if name in WHOLE else (most - least) / STEPS)
    return make("input", type="range", name=name, min=least, max=most, step=step)


def _menu(name: str, choices: list[Any]) -> Any:
    menu = make("select", name=name)
    for choice in choices:
        text = {True: "on", False: "off"}.get(choice, choice)
        menu.append(make("option", text, value=json.dumps(choice)))
    return menu
