"""Warnings that never raise."""

from __future__ import annotations

import logging
import warnings

from mediadevices.errors import MediaDevicesWarning

__all__ = ["warn_without_raising"]

_log = logging.getLogger("mediadevices")


def warn_without_raising(message: str) -> None:
    """Issue a `MediaDevicesWarning`; if that raises, log the message instead.

    With ``python -W error``, a warning raises. A problem that the program can ignore must not end a
    capture, so the message then goes to the logger ``mediadevices``.

    Args:
        message: The problem, and what to do about it.
    """
    try:
        warnings.warn(message, MediaDevicesWarning, stacklevel=3)
    except Exception:  # noqa: BLE001  (raised by a filter, or by the program's `showwarning`)
        _log.warning("%s", message)
