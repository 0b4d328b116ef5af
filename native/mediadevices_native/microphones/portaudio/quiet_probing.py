"""Keeps PortAudio from recording while it looks for devices.

When PortAudio starts, it opens each ALSA device to read its capabilities. Some names, such as
``default`` on most cards, lead to the plug-in dsnoop, which starts to record when it is opened,
before the user has given permission. So while PortAudio looks for devices, ALSA's configuration
names the card itself instead of that plug-in.
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
    """Return the environment variables to set while PortAudio starts.

    There are none where ALSA's configuration file is missing, as on macOS and Windows.

    Args:
        environment: The present environment variables.
        standard: ALSA's own configuration.
        ours: The configuration to add.
    """
    before = environment.get(_VARIABLE, "")
    if not before:
        if not standard.exists():
            return {}
        before = str(standard)
    if any(separator in str(ours) for separator in _SEPARATORS):
        return {}  # ALSA would read it as two paths.
    return {_VARIABLE: f"{before}:{ours}"}
