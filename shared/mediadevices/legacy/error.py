"""`NavigatorUserMediaError`: the error of the old `get_user_media`."""

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
    """The argument of the error callback (16 May 2013); its ``__cause__`` is the current exception.

    Args:
        name: The name of the error, in capitals.
        message: What happened and what to do next.
        constraint_name: The mandatory constraint that could not be satisfied.
    """

    PERMISSION_DENIED: ClassVar[int] = 1
    """The `code` of a denied permission, the only number in the drafts (28 June 2012)."""

    def __init__(self, name: str, message: str = "", constraint_name: str | None = None) -> None:
        super().__init__(message, name)
        self._constraint_name = constraint_name

    def __reduce__(self) -> tuple[type[NavigatorUserMediaError], tuple[str, str, str | None]]:
        return type(self), (self.name, self.message, self._constraint_name)

    @property
    def name(self) -> str:
        """The name of the error.

        The drafts define ``"PERMISSION_DENIED"`` and ``"CONSTRAINT_NOT_SATISFIED"``. Browsers of
        the time used ``"NO_DEVICES_FOUND"``, ``"HARDWARE_UNAVAILABLE"`` and
        ``"NOT_SUPPORTED_ERR"``. Other errors have the name of the current exception.
        """
        return super().name

    @property
    def code(self) -> int:
        """The number of the error; 1 for a denied permission, as in the first draft."""
        return _CODES.get(self.name, 0)

    @property
    def constraint_name(self) -> str | None:
        """The mandatory constraint that could not be satisfied, as the program wrote it.

        None for other errors; ``""`` if the browser does not report the constraint.
        """
        return self._constraint_name

    #: The drafts' spelling. An exception cannot derive from `Interface`, which would provide it.
    constraintName = constraint_name  # noqa: N815  (the standard's name)


def old_error(error: BaseException, constraint_name: str | None) -> NavigatorUserMediaError:
    """Return the old error for a current exception, which becomes its cause.

    Args:
        error: The current exception.
        constraint_name: The name of the constraint that the program used; None for other errors.
    """
    unnamed = error.name if isinstance(error, DOMException) else type(error).__name__
    name = next((name for cls, name in _NAMES.items() if isinstance(error, cls)), unnamed)
    old = NavigatorUserMediaError(name, str(error), constraint_name)
    old.__cause__ = error
    return old
