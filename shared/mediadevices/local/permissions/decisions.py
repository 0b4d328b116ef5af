"""What is decided of a permission, by whom, and how the answer of a prompter is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from mediadevices.agent_protocol.permissions import PermissionName, PermissionState
from mediadevices.webidl import conversion
from mediadevices.webidl.names import closest

__all__ = ["Decider", "Decision", "PermissionMemory", "distinct_labels", "read_answer"]

Decider: TypeAlias = Literal["user", "policy", "environment", "remembered", "nobody"]
"""Who decided: the user just now or earlier in this process, the program, a variable of the
environment, an earlier answer that was kept; ``"nobody"`` while it is undecided."""

_ANSWER_KEYS = ("camera", "microphone", "remember")


@dataclass(frozen=True, slots=True)
class Decision:
    """How a permission stands.

    Attributes:
        state: Its state.
        by: Who decided it.
        device: The `deviceId` of the device that the user chose; ``""`` for no choice.
    """

    state: PermissionState = "prompt"
    by: Decider = "nobody"
    device: str = ""


class PermissionMemory(Protocol):
    """Keeps answers from one run of an application to the next; it may lose them, and never raises.

    It says so itself where it cannot keep them.
    """

    def recall(self) -> Mapping[PermissionName, Decision]:
        """Return what is kept."""
        ...

    def remember(self, decisions: Mapping[PermissionName, Decision]) -> None:
        """Keep answers, instead of earlier ones to the same; what is undecided is forgotten."""
        ...


def distinct_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels of which no two are equal: later ones of a name are numbered.

    Args:
        labels: The label of each device, by its id.
    """
    found: dict[str, str] = {}
    for device, label in labels.items():
        name, number = label, 2
        while name in found.values():
            name, number = f"{label} ({number})", number + 1
        found[device] = name
    return found


def read_answer(
    names: Sequence[PermissionName],
    devices: Mapping[PermissionName, Mapping[str, str]],
    answer: object,
) -> tuple[dict[PermissionName, Decision], bool]:
    """Convert what a prompter answered.

    Args:
        names: What was asked.
        devices: For each, the labels that were offered, by the ids of the devices.
        answer: The answer; see `mediadevices.agent_protocol.permissions.PermissionAnswer`.

    Returns:
        What is decided of each name, and whether that is to be remembered.

    Raises:
        TypeError: It is no answer, has an unknown key, or chooses what was not offered.
    """
    path = "the prompter's answer"
    if isinstance(answer, bool):
        return dict.fromkeys(names, _decision(answer)), False
    members = conversion.mapping(answer, path, "True, False or a mapping of them")
    for key in members:
        if key not in _ANSWER_KEYS:
            meant = closest(key, _ANSWER_KEYS)
            hint = "" if meant is None else f"; did you mean {meant!r}?"
            expected = "'camera', 'microphone' or 'remember'"
            raise TypeError(f"{conversion.wrong_type(f'{path}: key', expected, key)}{hint}")
    remember = conversion.boolean(members.get("remember", False), f"{path}: remember")
    decisions: dict[PermissionName, Decision] = {}
    for name in names:
        given = members.get(name, False)
        if isinstance(given, str):
            offered = {label: device for device, label in devices.get(name, {}).items()}
            if given not in offered:
                expected = f"True, False or one of {list(offered)}"
                raise conversion.wrong_type(f"{path}: {name}", expected, given)
            decisions[name] = _decision(True, offered[given])
        else:
            decisions[name] = _decision(conversion.boolean(given, f"{path}: {name}"))
    return decisions, remember


def _decision(granted: bool, device: str = "") -> Decision:
    return Decision("granted" if granted else "denied", "user", device)
