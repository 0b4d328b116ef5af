"""Keeps PortAudio from starting a microphone while it merely looks at the devices.

When PortAudio starts, it opens each of ALSA's names to ask what it can do. Some, such as
``default`` on most cards, lead to the plug-in dsnoop, which lets the card record as soon as it is
opened: that would be before anybody has given permission. So while PortAudio looks, and only then,
ALSA's configuration has the card itself in the place of that plug-in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["quiet_probing"]

_VARIABLE = "ALSA_CONFIG_PATH"
_STANDARD = Path("/usr/share/alsa/alsa.conf")
_OURS = Path(__file__).with_name("probing.conf")
_SEPARATORS = ": "


def quiet_probing(
    environment: Mapping[str, str], standard: Path = _STANDARD, ours: Path = _OURS
) -> Mapping[str, str]:
    """Return the variables that the process is to have while PortAudio starts.

    Nothing changes where ALSA's configuration is not in its place, as on other systems than Linux.

    Args:
        environment: The variables that it has.
        standard: ALSA's own configuration.
        ours: What is to come after it.
    """
    before = environment.get(_VARIABLE, "")
    if not before:
        if not standard.exists():
            return {}
        before = str(standard)
    if any(separator in str(ours) for separator in _SEPARATORS):
        return {}  # ALSA would take the path for two.
    return {_VARIABLE: f"{before}:{ours}"}
