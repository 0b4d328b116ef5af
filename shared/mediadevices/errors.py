"""The standard's errors, as a tree of Python exceptions.

    DOMException
    ├── AbortError             the device failed for a reason that has no error of its own
    ├── InvalidStateError      the call is not possible now (a closed frame, no event loop)
    ├── NotAllowedError        the user, the policy or the system denied permission
    ├── NotFoundError          there is no device of the requested kind
    ├── NotReadableError       the device exists, but cannot be read, often because it is in use
    ├── NotSupportedError      this platform or this device does not support the operation
    ├── OverconstrainedError   no device or setting satisfies the constraints; see `constraint`
    ├── DataError, EncodingError, InvalidAccessError, OperationError, SecurityError

A value of the wrong type raises Python's `TypeError`, and the message names the path of the value
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
#   SecurityError: in Python, `except NotFoundError:` replaces a comparison of `name`.
# idl: own MediaDevicesWarning, TrackLeakWarning, UnknownConstraintWarning: Python warnings for
#   cases in which the standard does nothing.


class DOMException(Exception):
    """The base class of the standard's errors (Web IDL §2.8.1).

    Args:
        message: What happened and what to do next.
        name: The standard's name of the error; None for the name of the subclass.
    """

    # idl: without *_ERR: error numbers from before 2012; use the class, or compare `code`.
    # idl: differs constructor: `name` defaults to None, because each subclass has its own name.

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
        """The legacy number of the error; 0 for errors introduced after 2012."""
        return self._code


class InvalidStateError(DOMException):
    """The operation is not possible in the current state of the object."""

    _name, _code = "InvalidStateError", 11


class NotFoundError(DOMException):
    """There is no device of the requested kind, or the requested object does not exist."""

    _name, _code = "NotFoundError", 8


class NotSupportedError(DOMException):
    """This platform or this device does not support the operation."""

    _name, _code = "NotSupportedError", 9


class InvalidAccessError(DOMException):
    """The object does not support the operation or argument."""

    _name, _code = "InvalidAccessError", 15


class SecurityError(DOMException):
    """The operation is insecure here."""

    _name, _code = "SecurityError", 18


class AbortError(DOMException):
    """The operation failed for a reason that has no error of its own."""

    _name, _code = "AbortError", 20


class NotAllowedError(DOMException):
    """The user, the policy or the system denied permission."""

    _name = "NotAllowedError"


class NotReadableError(DOMException):
    """The device exists, but cannot be read: another program uses it, or the system refuses."""

    _name = "NotReadableError"


class DataError(DOMException):
    """The data are invalid."""

    _name = "DataError"


class EncodingError(DOMException):
    """Encoding or decoding failed."""

    _name = "EncodingError"


class OperationError(DOMException):
    """The operation failed for a reason that is specific to it."""

    _name = "OperationError"


class OverconstrainedError(DOMException):
    """No device or setting satisfies the constraints (Media Capture and Streams §10).

    Args:
        constraint: The name of a constraint that could not be satisfied, or ``""``.
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
        """The name of a constraint that could not be satisfied, or ``""``."""
        return self._constraint


class MediaDevicesWarning(UserWarning):
    """The base class of this library's warnings."""


class UnknownConstraintWarning(MediaDevicesWarning):
    """The constraint name is unknown; it is ignored, as the standard requires."""


class TrackLeakWarning(MediaDevicesWarning, ResourceWarning):
    """A live track was dropped without `stop()`; the garbage collector closed its device."""


_CLASSES: dict[str, type[DOMException]] = {
    cls.__name__: cls  # The name of the class is the standard's name of the error.
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
    """Return the exception for a name of the standard.

    Args:
        name: The standard's name; a name without its own class gives a plain `DOMException`.
        message: What happened.
        constraint: For ``"OverconstrainedError"``, the constraint that could not be satisfied.
    """
    if name == OverconstrainedError.__name__:
        return OverconstrainedError(constraint, message)
    if (cls := _CLASSES.get(name)) is not None:
        return cls(message)
    return DOMException(message, name)
