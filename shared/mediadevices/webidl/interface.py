"""The base class of all interfaces of the standard.

The standard's spelling works on every object: ``track.readyState`` is ``track.ready_state``.
The type checkers and ``dir()`` do not show it. Setting an attribute that does not exist, such as a
misspelt ``track.enabeld = False``, is an error. A subclass without ``__slots__`` can have
attributes of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex

from mediadevices.webidl.names import did_you_mean, to_snake_case
from mediadevices.webidl.short_repr import short_repr

__all__ = ["Interface"]


_COPY_HINTS = {"clone": "; call its clone()", "to_json": "; use its to_json()"}


def _no_attribute(owner: type, name: str) -> AttributeError:
    hint = did_you_mean(name, (known for known in dir(owner) if not known.startswith("_")))
    message = f"{owner.__name__!r} object has no attribute {short_repr(name)}{hint}"
    return AttributeError(message, name=name)


class Interface:
    """The base class of all interfaces, with the standard's spelling beside Python's."""

    __slots__ = ("__weakref__",)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        """Refuse to copy or pickle, because two objects would own one track, loop or device."""
        hint = next((text for name, text in _COPY_HINTS.items() if hasattr(type(self), name)), "")
        raise TypeError(f"{type(self).__name__} can be neither copied nor pickled{hint}")

    # Hidden from the type checkers, which would otherwise accept every attribute.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # Any: an attribute of any type
            snake = to_snake_case(name)
            if name.startswith("_") or not hasattr(type(self), snake):
                raise _no_attribute(type(self), name)
            # If the name exists, its property raised AttributeError: raise that error again.
            return object.__getattribute__(self, snake)

        def __setattr__(self, name: str, value: Any) -> None:  # Any: likewise
            if name.startswith("_"):
                object.__setattr__(self, name, value)
                return
            snake = to_snake_case(name)
            if hasattr(type(self), snake):
                object.__setattr__(self, snake, value)
            elif type(self).__dictoffset__:  # a subclass without `__slots__`
                object.__setattr__(self, name, value)
            else:
                raise _no_attribute(type(self), name)
