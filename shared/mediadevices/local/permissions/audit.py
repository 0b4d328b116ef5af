"""The audit log: who asked for which permission, when, and what the answer was.

Each entry goes to the logger ``mediadevices.permissions``, whose records carry it as ``audit``,
and to a second place if the agent has one, such as a file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal, TypeAlias

__all__ = ["AuditEntry", "AuditEvent", "PermissionAudit"]

AuditEvent: TypeAlias = Literal["request", "change", "open", "close"]
"""The program asked for devices; a decision changed without a question; a device was opened, or
closed."""

AuditEntry: TypeAlias = Mapping[str, object]
"""``time``, ``event``, ``application``, ``process``, and what the event has beside, as for JSON."""

_log = logging.getLogger("mediadevices.permissions")
_failures = logging.getLogger("mediadevices")


class PermissionAudit:
    """Writes the audit log of one application.

    An entry that cannot be written is reported to the log `mediadevices`, and never raises: it must
    not fail a capture, or leave a device open that nobody knows of.

    Args:
        application: The name of the program.
        write: Gets each entry too.
    """

    def __init__(self, application: str, write: Callable[[AuditEntry], None] | None = None) -> None:
        self._application = application
        self._write = write

    def note(self, event: AuditEvent, text: str, details: Mapping[str, object]) -> None:
        """Make an entry.

        Args:
            event: What happened.
            text: The same in words, for people who read the log.
            details: What the entry has beside the time and the program.
        """
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "application": self._application,
            "process": os.getpid(),
            **details,
        }
        with _reported(event):
            _log.info("%r: %s", self._application, text, extra={"audit": entry})
        if self._write is not None:
            with _reported(event):
                self._write(entry)


@contextmanager
def _reported(event: AuditEvent) -> Generator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001  (a program's log filter, or a warning that is made an error)
        _failures.exception("the audit log has a gap: the event %r is missing", event)
