"""Decisions about permissions, and the conversion of a prompter's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from mediadevices.agent_protocol.permissions import PermissionName, PermissionState
from mediadevices.kinds import PERMISSION_NAMES
from mediadevices.webidl import conversion
from mediadevices.webidl.names import closest

__all__ = ["Decider", "Decision", "PermissionMemory", "distinct_labels", "read_answer"]

Decider: TypeAlias = Literal["user", "policy", "environment", "remembered", "nobody"]
"""The origin of a decision: the user in this process, the program, an environment variable, or a
remembered answer; ``"nobody"`` while the permission is undecided."""

_ANSWER_KEYS = (*PERMISSION_NAMES, "remember")


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a permission.

    Attributes:
        state: The state of the permission.
        by: The origin of the decision.
        device: The `deviceId` of the device that the user chose; ``""`` if there was no choice.
    """

    state: PermissionState = "prompt"
    by: Decider = "nobody"
    device: str = ""


class PermissionMemory(Protocol):
    """Stores answers for later runs of an application.

    The methods never raise. A memory that cannot read or store answers warns the user itself.
    """

    def recall(self) -> Mapping[PermissionName, Decision]:
        """Return the stored answers."""
        ...

    def remember(self, decisions: Mapping[PermissionName, Decision]) -> None:
        """Store the answers, replacing earlier ones; delete undecided permissions."""
        ...


def distinct_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return distinct labels: equal ones get numbers.

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
    """Convert the answer of a prompter.

    Args:
        names: The requested permissions.
        devices: For each, the labels of the offered devices, by their ids.
        answer: The answer; see `mediadevices.agent_protocol.permissions.PermissionAnswer`.

    Returns:
        The decision about each name, and whether to remember the decisions.

    Raises:
        TypeError: The answer has the wrong type, an unknown key, or a label that was not offered.
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
