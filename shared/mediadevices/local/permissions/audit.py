"""The audit log: which program requested which permission, when, and with what result.

Each entry goes to the logger ``mediadevices.permissions``, as the attribute ``audit`` of a record,
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
"""The program requested devices; a decision changed without a question; a device was opened or
closed."""

AuditEntry: TypeAlias = Mapping[str, object]
"""``time``, ``event``, ``application``, ``process`` and the details of the event; fit for JSON."""

_log = logging.getLogger("mediadevices.permissions")
_failures = logging.getLogger("mediadevices")


class PermissionAudit:
    """Writes the audit log of one application.

    If an entry cannot be written, the logger `mediadevices` reports it. Nothing is raised, because
    that would fail a capture, or leave a device open without a track.

    Args:
        application: The name of the program.
        write: Called with each entry, in addition to the logger.
    """

    def __init__(self, application: str, write: Callable[[AuditEntry], None] | None = None) -> None:
        self._application = application
        self._write = write

    def note(self, event: AuditEvent, text: str, details: Mapping[str, object]) -> None:
        """Write an entry.

        Args:
            event: The kind of the entry.
            text: A sentence for people who read the log.
            details: The members of the entry besides the time and the program.
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
    except Exception:  # noqa: BLE001  (a log filter of the program, or a warning turned into an error)
        _failures.exception("the audit log has a gap: the event %r is missing", event)
