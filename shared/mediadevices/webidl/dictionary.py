"""The immutable dictionaries and lists that the library returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from mediadevices.webidl.conversion import is_mapping, is_sequence
from mediadevices.webidl.names import did_you_mean, to_camel_case
from mediadevices.webidl.short_repr import short_repr

__all__ = ["Dictionary", "FrozenList", "freeze"]

_T = TypeVar("_T")


def _immutable(self: object, *_arguments: object, **_keywords: object) -> NoReturn:
    kind = "list" if isinstance(self, FrozenList) else "dict"
    message = f"{type(self).__name__} cannot be changed; make a {kind} of it: {kind}(it)"
    raise TypeError(message)


class Dictionary(dict[str, Any]):  # Any: a member may be of any type of the IDL
    """An immutable dictionary of the standard.

    Its keys are the standard's names. Members can also be read by their Python names, as keys and
    as attributes: ``settings["frameRate"] == settings["frame_rate"] == settings.frame_rate``. It
    equals a plain dict with the same items, and `json` can serialize it. If a member of the
    standard is absent here, its attribute is None.
    """

    __slots__ = ()

    #: The standard's names of all members that the dictionary can have.
    members: ClassVar[frozenset[str]] = frozenset()

    def __missing__(self, key: str) -> Any:  # Any: as above
        camel = to_camel_case(key)
        if camel != key and super().__contains__(camel):
            return self[camel]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (
            isinstance(key, str) and super().__contains__(to_camel_case(key))
        )

    def get(self, key: str, default: Any = None) -> Any:  # Any: as above
        """Return the member with either of its names, or the default."""
        try:
            return self[key]
        except KeyError:
            return default

    def __getattr__(self, name: str) -> Any:  # Any: as above
        camel = to_camel_case(name)
        if super().__contains__(camel):
            return self[camel]
        if camel in self.members:
            return None
        hint = did_you_mean(name, [*self.members, *self])
        message = f"{type(self).__name__} has no member {short_repr(name)}{hint}"
        raise AttributeError(message, name=name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"

    def __copy__(self: _T) -> _T:
        return self

    def __deepcopy__(self: _T, memo: dict[int, object]) -> _T:
        return self  # the values are immutable too

    def __reduce__(self) -> tuple[type[Dictionary], tuple[dict[str, Any]]]:  # Any: as above
        return type(self), (dict(self),)

    # Hidden from the type checkers, which would report an incompatible override of dict.
    if not TYPE_CHECKING:
        __setitem__ = __delitem__ = __ior__ = __setattr__ = __delattr__ = _immutable
        clear = pop = popitem = setdefault = update = _immutable


class FrozenList(list[Any]):  # Any: as above
    """An immutable list; it equals a plain list, and `json` can serialize it."""

    __slots__ = ()

    def __copy__(self: _T) -> _T:
        return self

    def __deepcopy__(self: _T, memo: dict[int, object]) -> _T:
        return self

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:  # Any: as above
        return type(self), (list(self),)

    if not TYPE_CHECKING:
        __setitem__ = __delitem__ = __iadd__ = __imul__ = _immutable
        append = clear = extend = insert = pop = remove = reverse = sort = _immutable


def freeze(value: object) -> Any:  # Any: as above
    """Return an immutable deep copy of mappings and lists."""
    if is_mapping(value):
        return Dictionary({str(key): freeze(item) for key, item in value.items()})
    if is_sequence(value):
        return FrozenList(freeze(item) for item in value)
    return value
