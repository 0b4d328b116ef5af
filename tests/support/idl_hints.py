"""Whether a Python annotation means what a type of the IDL means."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import sys
import types
import typing
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, is_typeddict

from mediadevices.webidl.dictionary import Dictionary
from support.idl import Definition, Type

__all__ = ["accepts", "gives", "hints"]

_INTEGERS = {
    f"{sign}{name}" for sign in ("", "unsigned ") for name in ("short", "long", "long long")
} | {"byte", "octet"}
_FLOATS = {"float", "double", "unrestricted float", "unrestricted double", "DOMHighResTimeStamp"}
_STRINGS = {"DOMString", "USVString", "ByteString"}
_BUFFERS = {"AllowSharedBufferSource", "BufferSource"}
_LISTS = {"sequence", "FrozenArray"}
_FUNCTIONS = {"EventListener", "EventHandler", "Function"}
_NONE = Type("null")
_Definitions = Mapping[str, Definition]
_Classes = Mapping[str, object]


def gives(hint: object, wanted: Type, idl: _Definitions, python: _Classes) -> bool:
    """Tell whether what an annotation means is of a type, and all of its kinds can come.

    Args:
        hint: The annotation of an attribute or of what a function returns.
        wanted: The type.
        idl: The definitions that the type may name.
        python: The classes that stand for definitions.
    """
    theirs, ours = _kinds(wanted, idl), _alternatives(hint)
    if float in ours and not any(kind.name in _FLOATS for kind in theirs):
        return False  # A whole number may be taken from a float, and must not be given as one.
    return all(any(_is(one, kind, idl, python) for kind in theirs) for one in ours) and all(
        any(_is(one, kind, idl, python) for one in ours) for kind in theirs
    )


def accepts(hint: object, given: Type, idl: _Definitions, python: _Classes) -> bool:
    """Tell whether what is of a type may be passed where an annotation stands; see `gives`."""
    ours = _alternatives(hint)
    return all(any(_is(one, kind, idl, python) for one in ours) for kind in _kinds(given, idl))


def _kinds(wanted: Type, idl: _Definitions) -> list[Type]:
    """Return the types without unions, typedefs and null that a type is made of."""
    if wanted.nullable:
        return [*_kinds(Type(wanted.name, wanted.parts), idl), _NONE]
    if wanted.name == "or":
        return [kind for part in wanted.parts for kind in _kinds(part, idl)]
    known = idl.get(wanted.name)
    if known is not None and known.type is not None:
        return _kinds(known.type, idl)
    return [wanted]


def _alternatives(hint: object) -> list[object]:
    if get_origin(hint) in {Union, types.UnionType}:
        return [one for part in get_args(hint) for one in _alternatives(part)]
    return [hint]


def _is(hint: object, kind: Type, idl: _Definitions, python: _Classes) -> bool:
    name, origin = kind.name, get_origin(hint)
    if name in {"undefined", "null"}:
        return hint is None or hint is type(None)
    if name == "any":
        return hint is not None
    if name == "boolean":
        return hint is bool
    if name in _INTEGERS or name in _FLOATS:
        return hint is int or hint is float
    if name in _STRINGS:
        return hint is str or _is_strings(hint)
    if name in _FUNCTIONS:
        return origin is Callable
    if name in _BUFFERS:
        return "Buffer" in getattr(hint, "__name__", "")
    if name == "Promise":
        return origin in {asyncio.Future, Awaitable} and gives(
            get_args(hint)[0], kind.parts[0], idl, python
        )
    if name in _LISTS:
        if origin not in {list, tuple, Sequence, Iterable, Collection}:
            return False
        return accepts(get_args(hint)[0], kind.parts[0], idl, python)
    if name == "object":
        return origin is Mapping or (inspect.isclass(hint) and issubclass(hint, Dictionary))
    definition = idl.get(name)
    if definition is None:
        return False
    if definition.kind == "enum":
        return hint is str or (_is_strings(hint) and set(get_args(hint)) == set(definition.members))
    if definition.kind == "callback":
        return origin is Callable
    plain = origin or hint
    ours = python.get(name)
    if definition.kind == "dictionary" and (is_typeddict(hint) or origin in {Mapping, dict}):
        return True  # Which one it is, its keys tell.
    return (
        inspect.isclass(plain)
        and inspect.isclass(ours)
        and not is_typeddict(ours)
        and issubclass(plain, ours)
    )


def _is_strings(hint: object) -> bool:
    return get_origin(hint) is Literal and all(isinstance(value, str) for value in get_args(hint))


def hints(owner: object) -> dict[str, Any]:  # Any: annotations are of any kind
    """Return the annotations of a function or class, evaluated, with what only checkers import."""
    module = sys.modules[getattr(owner, "__module__")]  # noqa: B009  (an object need not have it)
    return typing.get_type_hints(owner, globalns=_names(module))


def _names(module: types.ModuleType) -> dict[str, Any]:  # Any: whatever a module has
    return {**vars(module), **_imported_for_checkers(module.__name__)}


@cache
def _imported_for_checkers(name: str) -> dict[str, object]:
    """Return what stands below `if TYPE_CHECKING:` in a module."""
    found: dict[str, object] = {}
    for node in ast.parse(inspect.getsource(sys.modules[name])).body:
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            continue
        for statement in node.body:
            if isinstance(statement, ast.ImportFrom) and statement.module is not None:
                module = importlib.import_module(statement.module)
                for alias in statement.names:
                    value = getattr(module, alias.name)
                    # An alias of what is imported for checkers only is a string.
                    value = eval(value, _names(module)) if isinstance(value, str) else value
                    found[alias.asname or alias.name] = value
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    found[alias.asname or alias.name] = importlib.import_module(alias.name)
    return found
