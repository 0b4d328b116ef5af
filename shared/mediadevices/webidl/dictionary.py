"""The dictionaries that the library returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from mediadevices.webidl.names import closest, to_camel_case

__all__ = ["Dictionary", "freeze"]

_T = TypeVar("_T")


class Dictionary(dict[str, Any]):  # Any: a member may be of any type of the IDL
    """An immutable dictionary of the standard.

    Keys are the standard's; the same members can be read by their Python names, as keys and as
    attributes: ``settings["frameRate"] == settings["frame_rate"] == settings.frame_rate``. It is
    equal to a plain dict with the same items, and JSON can write it. A member that the standard
    knows but that is absent reads as None through its attribute.
    """

    __slots__ = ()

    #: The standard's names of the members that may be there.
    members: ClassVar[frozenset[str]] = frozenset()

    def __missing__(self, key: str) -> Any:  # Any: as above
        camel = to_camel_case(key)
        if camel != key and camel in self:
            return self[camel]
        raise KeyError(key)

    def __getattr__(self, name: str) -> Any:  # Any: as above
        camel = to_camel_case(name)
        if camel in self:
            return self[camel]
        if camel in self.members:
            return None
        meant = closest(name, [*self.members, *self])
        hint = f"; did you mean {meant!r}?" if meant else ""
        raise AttributeError(f"{type(self).__name__} has no member {name!r}{hint}", name=name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"

    def __copy__(self: _T) -> _T:
        return self

    def __reduce__(self) -> tuple[type[Dictionary], tuple[dict[str, Any]]]:
        return type(self), (dict(self),)

    def _immutable(self, *_arguments: object, **_keywords: object) -> NoReturn:
        message = f"{type(self).__name__} cannot be changed; make a dict of it: dict(it)"
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = __setattr__ = __delattr__ = _immutable  # type: ignore[assignment]  # the point of the class  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]  # likewise
    clear = pop = popitem = setdefault = update = _immutable  # type: ignore[assignment]  # likewise  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]  # likewise


def freeze(value: object) -> Any:  # Any: as above
    """Return a deep copy of mappings and lists that nobody can change."""
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, object]] = value.items()
        return Dictionary({key: freeze(item) for key, item in items})
    if isinstance(value, (list, tuple)):
        elements: Iterable[object] = value
        return FrozenList(freeze(item) for item in elements)
    return value


class FrozenList(list[Any]):  # Any: as above
    """A list that cannot be changed; equal to a plain list, and JSON can write it."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return type(self), (list(self),)

    def _immutable(self, *_arguments: object, **_keywords: object) -> NoReturn:
        message = "this list cannot be changed; make a list of it: list(it)"
        raise TypeError(message)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _immutable  # type: ignore[assignment]  # the point of the class  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]  # likewise
    append = clear = extend = insert = pop = remove = reverse = sort = _immutable  # type: ignore[assignment]  # likewise  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]  # likewise
