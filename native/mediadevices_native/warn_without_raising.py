"""Warnings that cannot end what the program was doing."""

from __future__ import annotations

import logging
import warnings

from mediadevices.errors import MediaDevicesWarning

__all__ = ["warn_without_raising"]

_log = logging.getLogger("mediadevices")


def warn_without_raising(message: str) -> None:
    """Give a `MediaDevicesWarning`; where warnings raise, log the message instead.

    With ``python -W error`` a warning is an exception. What the library keeps in files must not
    end a capture, so the message goes to the logger ``mediadevices`` then.

    Args:
        message: What is wrong, and what to do.
    """
    try:
        warnings.warn(message, MediaDevicesWarning, stacklevel=3)
    except Exception:  # noqa: BLE001  (the filter "error", or the program's own `showwarning`)
        _log.warning("%s", message)
