"""The standard's errors, as a tree of Python exceptions.

    DOMException
    ├── AbortError             the device failed in a way that the standard has no name for
    ├── InvalidStateError      the object is in no state for this (a closed frame, no event loop)
    ├── NotAllowedError        the user, the policy or the system said no
    ├── NotFoundError          there is no device of that kind
    ├── NotReadableError       the device is there, but something holds it
    ├── NotSupportedError      this world or this device cannot do it
    ├── OverconstrainedError   no device or setting satisfies the constraints; see `constraint`
    ├── DataError, EncodingError, InvalidAccessError, OperationError, SecurityError

Input of the wrong type is Python's own `TypeError`, and names the path
(``video.width.min: expected a number, got 'wide'``).

Each class has the standard's ``name``, ``message`` and ``code``.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AbortError",
    "DOMException",
    "DataError",
    "EncodingError",
    "InvalidAccessError",
    "InvalidStateError",
    "MediaDevicesWarning",
    "NotAllowedError",
    "NotFoundError",
    "NotReadableError",
    "NotSupportedError",
    "OperationError",
    "OverconstrainedError",
    "SecurityError",
    "TrackLeakWarning",
    "UnknownConstraintWarning",
    "exception_for_name",
]


# idl: own AbortError, DataError, EncodingError, InvalidAccessError, InvalidStateError,
#   NotAllowedError, NotFoundError, NotReadableError, NotSupportedError, OperationError,
#   SecurityError: `except NotFoundError:` is Python's way to ask for the `name`.
# idl: own MediaDevicesWarning, TrackLeakWarning, UnknownConstraintWarning: Python's warnings, where
#   the standard is silent.


class DOMException(Exception):
    """An error of the Web platform (Web IDL §2.8.1).

    Args:
        message: What happened and what to do next.
        name: The standard's name of the error; a subclass of this class has its own.
    """

    # idl: without *_ERR: numbers of before 2012; compare the class, or `code` with the number.
    # idl: differs constructor: a subclass has a name of its own, so the default of `name` is None.

    _name: ClassVar[str] = "Error"
    _code: ClassVar[int] = 0

    def __init__(self, message: str = "", name: str | None = None) -> None:
        super().__init__(message)
        self._given_name = name

    @property
    def name(self) -> str:
        """The standard's name of the error, such as ``"NotAllowedError"``."""
        return self._name if self._given_name is None else self._given_name

    @property
    def message(self) -> str:
        """What happened and what to do next."""
        return str(self.args[0])

    @property
    def code(self) -> int:
        """The legacy number of the error, 0 for those named after 2012."""
        return self._code


class InvalidStateError(DOMException):
    """The object is in no state for this."""

    _name, _code = "InvalidStateError", 11


class NotFoundError(DOMException):
    """There is no device of the kind, or no such thing."""

    _name, _code = "NotFoundError", 8


class NotSupportedError(DOMException):
    """This world or this device cannot do it."""

    _name, _code = "NotSupportedError", 9


class InvalidAccessError(DOMException):
    """The object does not support the operation or argument."""

    _name, _code = "InvalidAccessError", 15


class SecurityError(DOMException):
    """The operation is insecure here."""

    _name, _code = "SecurityError", 18


class AbortError(DOMException):
    """The operation was given up for a reason that the standard has no name for."""

    _name, _code = "AbortError", 20


class NotAllowedError(DOMException):
    """The user, the policy or the system said no."""

    _name = "NotAllowedError"


class NotReadableError(DOMException):
    """The device is there, but cannot be read: another program holds it, or the system refuses."""

    _name = "NotReadableError"


class DataError(DOMException):
    """The data are not what they should be."""

    _name = "DataError"


class EncodingError(DOMException):
    """Encoding or decoding failed."""

    _name = "EncodingError"


class OperationError(DOMException):
    """The operation failed for a reason of its own."""

    _name = "OperationError"


class OverconstrainedError(DOMException):
    """No device or setting satisfies the constraints (Media Capture and Streams §10).

    Args:
        constraint: The name of a property that could not be satisfied, or ``""``.
        message: What happened and what to do next.
    """

    _name = "OverconstrainedError"

    def __init__(self, constraint: str, message: str = "") -> None:
        super().__init__(message)
        self._constraint = constraint

    def __reduce__(self) -> tuple[type[OverconstrainedError], tuple[str, str]]:
        return type(self), (self._constraint, self.message)

    @property
    def constraint(self) -> str:
        """The name of a property that could not be satisfied, or ``""``."""
        return self._constraint


class MediaDevicesWarning(UserWarning):
    """Any warning of this library."""


class UnknownConstraintWarning(MediaDevicesWarning):
    """A constraint has a name that nobody knows, and is ignored, as the standard says."""


class TrackLeakWarning(MediaDevicesWarning, ResourceWarning):
    """A live track was dropped without `stop()`; its device was closed by the garbage collector."""


_CLASSES: dict[str, type[DOMException]] = {
    cls.__name__: cls  # Each class is named as the standard names the error.
    for cls in (
        InvalidStateError,
        NotFoundError,
        NotSupportedError,
        InvalidAccessError,
        SecurityError,
        AbortError,
        NotAllowedError,
        NotReadableError,
        DataError,
        EncodingError,
        OperationError,
    )
}


def exception_for_name(name: str, message: str, constraint: str = "") -> DOMException:
    """Return the exception that has a name of the standard.

    Args:
        name: The standard's name; one without a class of its own gives a plain `DOMException`.
        message: What happened.
        constraint: For ``"OverconstrainedError"``, the property that could not be satisfied.
    """
    if name == OverconstrainedError.__name__:
        return OverconstrainedError(constraint, message)
    if (cls := _CLASSES.get(name)) is not None:
        return cls(message)
    return DOMException(message, name)
