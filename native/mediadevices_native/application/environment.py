"""Reads the environment variables for permissions and synthetic devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediadevices.kinds import PERMISSION_NAMES, permission_name
from mediadevices.webidl.names import closest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediadevices.agent_protocol.permissions import PermissionPolicy
    from mediadevices.kinds import PermissionName

__all__ = [
    "ALLOW",
    "AUDIT_LOG",
    "DENY",
    "SYNTHETIC",
    "parse_permissions",
    "policies",
    "wants_synthetic",
]

ALLOW = "MEDIADEVICES_ALLOW"
DENY = "MEDIADEVICES_DENY"
SYNTHETIC = "MEDIADEVICES_SYNTHETIC"
AUDIT_LOG = "MEDIADEVICES_AUDIT_LOG"

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


def parse_permissions(text: str, source: str) -> tuple[PermissionName, ...]:
    """Parse a list such as ``camera,microphone``.

    Args:
        text: The list, separated by commas; it may be empty.
        source: The name of the variable or option, for the error.

    Raises:
        ValueError: The list contains another word.
    """
    found: list[PermissionName] = []
    for word in (part.strip() for part in text.split(",")):
        if not word:
            continue
        if (name := permission_name(word.lower())) is None:
            meant = closest(word, PERMISSION_NAMES)
            hint = f"; did you mean {meant!r}?" if meant else ""
            raise ValueError(
                f"{source}: expected camera, microphone or camera,microphone, got {word!r}{hint}"
            )
        found.append(name)
    return tuple(dict.fromkeys(found))


def policies(environment: Mapping[str, str]) -> dict[PermissionName, PermissionPolicy]:
    """Return the decisions of ``MEDIADEVICES_ALLOW`` and ``MEDIADEVICES_DENY``.

    Raises:
        ValueError: A value contains an unknown word, or both contain the same word.
    """
    allowed = parse_permissions(environment.get(ALLOW, ""), ALLOW)
    denied = parse_permissions(environment.get(DENY, ""), DENY)
    for name in allowed:
        if name in denied:
            raise ValueError(f"{ALLOW} and {DENY} both name {name!r}; take it out of one")
    decided: dict[PermissionName, PermissionPolicy] = dict.fromkeys(allowed, "grant")
    return {**decided, **dict.fromkeys(denied, "deny")}


def wants_synthetic(environment: Mapping[str, str]) -> bool:
    """Tell whether ``MEDIADEVICES_SYNTHETIC`` asks for synthetic devices.

    Raises:
        ValueError: The value is neither yes nor no.
    """
    text = environment.get(SYNTHETIC, "").strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"{SYNTHETIC}: expected 1 or 0, got {text!r}")
