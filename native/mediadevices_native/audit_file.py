"""The audit log in a file: a line of JSON for each entry."""

from __future__ import annotations

import json
import os
import warnings
from typing import TYPE_CHECKING

from mediadevices.errors import MediaDevicesWarning

if TYPE_CHECKING:
    from pathlib import Path

    from mediadevices.local.permission_audit import AuditEntry

__all__ = ["AuditFile"]


class AuditFile:
    """Appends entries to a file that its user alone can read.

    Programs may share the file: each entry is written in one piece, and nothing stays open.

    Args:
        path: The file; it is made with the first entry.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, entry: AuditEntry) -> None:
        """Append an entry; where that cannot be done, a `MediaDevicesWarning` says so."""
        line = json.dumps(entry) + "\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with open(descriptor, "ab", buffering=0) as file:  # noqa: PTH123  (a path has no such mode)
                file.write(line.encode())
        except OSError as error:
            message = f"the audit log has a gap: {self._path}: {error.strerror or error}"
            warnings.warn(message, MediaDevicesWarning, stacklevel=2)
