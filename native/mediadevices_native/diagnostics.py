"""What a look at this machine found: the lines of ``mediadevices doctor``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: What was looked at, such as ``"OpenCV"`` or ``"/dev/video0"``.
        ok: Whether it is as it should be.
        text: What was found, in one sentence.
        remedy: What to do about it; ``""`` where there is nothing to do.
    """

    subject: str
    ok: bool
    text: str
    remedy: str = ""
