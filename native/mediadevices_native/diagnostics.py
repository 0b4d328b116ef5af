"""The results of ``mediadevices doctor``, one for each line that it prints."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        subject: What was checked, such as ``"OpenCV"`` or ``"/dev/video0"``.
        ok: Whether the check found no problem.
        text: The result, in one sentence.
        remedy: What to do about a problem; ``""`` if there is nothing to do.
    """

    subject: str
    ok: bool
    text: str
    remedy: str = ""
