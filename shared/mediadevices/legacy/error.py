"""`NavigatorUserMediaError`: why the old `get_user_media` failed."""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from mediadevices import (
    AbortError,
    DOMException,
    NotAllowedError,
    NotFoundError,
    NotReadableError,
    NotSupportedError,
    OverconstrainedError,
    SecurityError,
)

__all__ = ["NavigatorUserMediaError", "old_error"]

_NAMES: MappingProxyType[type[DOMException], str] = MappingProxyType(
    {
        NotAllowedError: "PERMISSION_DENIED",
        SecurityError: "PERMISSION_DENIED",
        OverconstrainedError: "CONSTRAINT_NOT_SATISFIED",
        NotReadableError: "HARDWARE_UNAVAILABLE",
        AbortError: "HARDWARE_UNAVAILABLE",
        NotFoundError: "NO_DEVICES_FOUND",
        NotSupportedError: "NOT_SUPPORTED_ERR",
    }
)
_CODES: MappingProxyType[str, int] = MappingProxyType(
    {
        "PERMISSION_DENIED": 1,
        "CONSTRAINT_NOT_SATISFIED": 2,
        "HARDWARE_UNAVAILABLE": 3,
        "NO_DEVICES_FOUND": 4,
        "NOT_SUPPORTED_ERR": 9,
    }
)


class NavigatorUserMediaError(DOMException):
    """What the error callback gets (16 May 2013); today's exception is its ``__cause__``.

    Args:
        name: What went wrong, in capitals.
        message: What happened and what to do next.
        constraint_name: The mandatory constraint that could not be satisfied.
    """

    PERMISSION_DENIED: ClassVar[int] = 1
    """The `code` of a refusal, the only one that a draft has a number for (28 June 2012)."""

    def __init__(self, name: str, message: str = "", constraint_name: str | None = None) -> None:
        super().__init__(message, name)
        self._constraint_name = constraint_name

    def __reduce__(self) -> tuple[type[NavigatorUserMediaError], tuple[str, str, str | None]]:
        return type(self), (self.name, self.message, self._constraint_name)

    @property
    def name(self) -> str:
        """What went wrong.

        ``"PERMISSION_DENIED"`` and ``"CONSTRAINT_NOT_SATISFIED"`` are the drafts' names. Where they
        have none, it is one of those that browsers used at the time: ``"NO_DEVICES_FOUND"``,
        ``"HARDWARE_UNAVAILABLE"``, ``"NOT_SUPPORTED_ERR"``; else that of today's exception.
        """
        return super().name

    @property
    def code(self) -> int:
        """A number for the name: 1 for a refusal, as in the first draft."""
        return _CODES.get(self.name, 0)

    @property
    def constraint_name(self) -> str | None:
        """The mandatory constraint that could not be satisfied, as the program wrote it.

        None for other errors, and ``""`` where a browser does not tell.
        """
        return self._constraint_name

    #: An exception cannot be an `Interface`, whose spelling rule this would be.
    constraintName = constraint_name  # noqa: N815  (as just said)


def old_error(error: BaseException, constraint_name: str | None) -> NavigatorUserMediaError:
    """Return the old error for one of today's, which becomes its cause.

    Args:
        error: Today's.
        constraint_name: The name of the constraint that the error is about.
    """
    unnamed = error.name if isinstance(error, DOMException) else type(error).__name__
    name = next((name for cls, name in _NAMES.items() if isinstance(error, cls)), unnamed)
    old = NavigatorUserMediaError(name, str(error), constraint_name)
    old.__cause__ = error
    return old
