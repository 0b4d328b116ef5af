"""Compares the library's classes with the IDL, and the differences with the marks in the code."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, is_typeddict

import mediadevices
from mediadevices.agent_protocol.handles import ReadyState
from mediadevices.agent_protocol.permissions import PermissionState
from mediadevices.driver import DeviceKind
from mediadevices.interfaces import dictionaries
from mediadevices.interfaces.event_target import EventHandlerAttribute
from mediadevices.media.pixel_formats import PIXEL_FORMATS
from mediadevices.media.sample_formats import SAMPLE_FORMATS
from mediadevices.webidl.dictionary import Dictionary
from mediadevices.webidl.names import to_snake_case
from support import idl_marks
from support.idl import Argument, Definition, Member
from support.idl_hints import accepts, gives, hints
from support.idl_marks import Difference, Mark
from support.idl_probes import PROBED

__all__ = ["classes_of", "differences", "exports", "marks", "unmarked", "unused"]

#: What Python programs see of a class beside its names.
PROTOCOLS = {
    "__aenter__": "async with",
    "__enter__": "with",
    "__aiter__": "async for",
    "__buffer__": "buffer protocol",
}

_ROOT = Path(mediadevices.__file__).parent
_RANGES = dictionaries.NumberConstraint
#: The values that stand for those of enumerations.
_VALUES: Mapping[str, Collection[str]] = {
    "MediaStreamTrackState": get_args(ReadyState),
    "MediaDeviceKind": get_args(DeviceKind),
    "PermissionState": get_args(PermissionState),
    "VideoPixelFormat": PIXEL_FORMATS,
    "AudioSampleFormat": SAMPLE_FORMATS,
}
#: The dictionaries, typed for checkers, that stand for definitions without having their names.
_NAMED_OTHERWISE: Mapping[str, object] = {
    "MediaStreamConstraints": dictionaries._MediaStreamConstraints,  # pyright: ignore[reportPrivateUsage]  (the public one is an alias)
    "ConstrainULongRange": _RANGES,
    "ConstrainDoubleRange": _RANGES,
    "ULongRange": _RANGES,
    "DoubleRange": _RANGES,
    "ConstrainDOMStringParameters": dictionaries.StringConstraint,
    "ConstrainBooleanParameters": dictionaries.BooleanConstraint,
    "ConstrainBooleanOrDOMStringParameters": dictionaries.BooleanOrStringConstraint,
}


def _modules() -> Iterator[ModuleType]:
    yield mediadevices
    for part in ("interfaces", "media", "webidl"):
        package = importlib.import_module(f"mediadevices.{part}")
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            # NumPy's part has no class of the standard's, and NumPy need not be there.
            if not info.name.endswith(("numpy", "arrays")):
                yield importlib.import_module(info.name)


def classes_of(definitions: Mapping[str, Definition]) -> dict[str, object]:
    """Return the Python objects that stand for definitions, by the names of these."""
    found: dict[str, object] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__.startswith("mediadevices."):
                found.setdefault(name, value)
    found |= {**_NAMED_OTHERWISE, **_VALUES}
    return {name: found[name] for name in definitions if name in found}


def differences(
    definitions: Mapping[str, Definition], python: Mapping[str, object]
) -> Iterator[Difference]:
    """Yield every difference between definitions and the objects that stand for them.

    Args:
        definitions: What the IDL says.
        python: The Python objects, by the names of the definitions.
    """
    for name, definition in definitions.items():
        ours = python.get(name)
        match definition.kind:
            case "typedef" | "callback" | "mixin":
                pass  # These are compared where they are used.
            case _ if ours is None and name not in PROBED:
                if not definition.partial or definition.members:
                    yield Difference("without", name, f"{definition.kind} of {_from(definition)}")
            case "interface":
                assert inspect.isclass(ours), f"{name} stands for an interface"
                yield from _Comparison(definitions, python).interface(definition, ours)
            case "dictionary":
                if ours is not None:
                    yield from _Comparison(definitions, python).dictionary(definition, ours)
            case "enum":
                yield from _names(name, definition.members, set(_VALUES[name]))


def exports(definitions: Mapping[str, Definition]) -> Iterator[Difference]:
    """Yield what the package exports that no definition has the name of."""
    for name, value in inspect.getmembers(mediadevices):
        if not name.startswith("_") and not inspect.ismodule(value) and name not in definitions:
            yield Difference("own", name, "is exported")


def marks() -> list[Mark]:
    """Return the marks in the library's code."""
    return idl_marks.in_tree(_ROOT)


def unmarked(found: list[Difference], known: list[Mark]) -> list[str]:
    """Return the differences that no mark is about."""
    return [str(one) for one in found if not any(_belong(mark, one) for mark in known)]


def unused(found: list[Difference], known: list[Mark]) -> list[str]:
    """Return the names in marks that do not differ."""
    return [
        f"{mark.place}: {mark.verb} {name}"
        for mark in known
        for name in mark.names
        if not any(_belong(mark, one, name) for one in found)
    ]


def _belong(mark: Mark, one: Difference, name: str | None = None) -> bool:
    if name is not None:
        mark = Mark(mark.verb, mark.owner, (name,), mark.reason, mark.place)
    return mark.verb == one.verb and mark.is_about(one.path, one.classes)


def _from(definition: Definition) -> str:
    return ", ".join(definition.documents)


def _names(name: str, theirs: Mapping[str, Member], ours: set[str]) -> Iterator[Difference]:
    for missing in theirs:
        if missing not in ours:
            yield Difference("without", f"{name}.{missing}", f"in {theirs[missing].document}")
    for more in sorted(ours - set(theirs)):
        yield Difference("own", f"{name}.{more}", "is in no document")


class _Comparison:
    """Compares one definition with what stands for it."""

    def __init__(self, definitions: Mapping[str, Definition], python: Mapping[str, object]) -> None:
        self._idl = definitions
        self._python = python

    def interface(self, definition: Definition, cls: type[Any]) -> Iterator[Difference]:
        name = definition.name
        parts = self._parts(definition, cls)
        classes = tuple(part.__name__ for part in parts)
        parent = self._python.get(definition.parent or "")
        if inspect.isclass(parent) and not issubclass(cls, parent):
            lacking = f"does not inherit from {definition.parent}"
            yield Difference("differs", name, lacking, classes)
        members = self._members(definition)
        for member in members.values():
            path, text = f"{name}.{member.name}", self._member(member, cls)
            if text == "missing":
                yield Difference("without", path, f"in {member.document}", classes)
            elif text is not None:
                yield Difference("differs", path, text, classes)
        if "constructor" not in members and _is_constructed(cls):
            yield Difference("differs", f"{name}.constructor", "has a constructor", classes)
        known = {_python_name(member) for member in members.values()}
        for own in sorted(_public(parts) - known):
            yield Difference("own", f"{name}.{own}", "is in no document", classes)

    def dictionary(self, definition: Definition, ours: object) -> Iterator[Difference]:
        name, theirs = definition.name, self._keys(definition)
        if not inspect.isclass(ours):
            yield Difference("differs", name, "is no class")
        elif is_typeddict(ours):
            annotations = hints(ours)
            # A range that is asked for has keys that one that is told has not.
            keys = set(annotations) if name.startswith(("Media", "Constrain")) else set(theirs)
            yield from _names(name, theirs, keys)
            for key, member in theirs.items():
                hint = annotations.get(key)
                assert member.type is not None, key
                if hint and not accepts(hint, member.type, self._idl, self._python):
                    text = f"{hint} does not take {member.type}"
                    yield Difference("differs", f"{name}.{key}", text)
        elif issubclass(ours, Dictionary):
            yield from _names(name, theirs, set(ours.members))
        else:
            yield from _names(name, theirs, set(hints(ours)))

    def _keys(self, definition: Definition) -> dict[str, Member]:
        parent = self._idl.get(definition.parent or "")
        inherited = self._keys(parent) if parent is not None else {}
        return {**inherited, **definition.members}

    def _members(self, definition: Definition) -> dict[str, Member]:
        mixed = [self._idl[mixin] for mixin in definition.mixins if mixin in self._idl]
        members = {key: one for mixin in mixed for key, one in mixin.members.items()}
        return {**definition.members, **members}

    def _parts(self, definition: Definition, cls: type) -> list[type]:
        """Return the classes that an interface is made of, without those of its parent."""
        parent = self._python.get(definition.parent or "")
        inherited = parent.__mro__ if inspect.isclass(parent) else ()
        return [
            part
            for part in cls.__mro__
            if part not in inherited and part.__module__ not in {"builtins", "typing"}
        ]

    def _member(self, member: Member, cls: type[Any]) -> str | None:
        """Return in what way a member differs; "missing" when there is none."""
        if member.name == "constructor":
            # What a named tuple is made of stands in the class itself.
            tuples = tuple in cls.__mro__
            made: Any = cls if tuples else getattr(cls, "__init__")  # noqa: B009  (a subclass may have another one)
            return self._operation(member, made)
        name = _python_name(member)
        try:
            found = inspect.getattr_static(cls, "__aiter__" if name == "async for" else name)
        except AttributeError:
            return "missing"
        match member.kind:
            case "attribute":
                return self._attribute(member, found, cls)
            case "operation" if isinstance(found, (staticmethod, classmethod)) != member.static:
                return "is not static as in the IDL"
            case "operation":
                return self._operation(member, getattr(cls, name))
            case "constant":
                return None if str(found) == member.default else f"is {found}"
            case _:
                return None

    def _attribute(self, member: Member, found: object, cls: type[Any]) -> str | None:
        if isinstance(found, EventHandlerAttribute):
            return None if str(member.type) == "EventHandler" else "is an event handler"
        if isinstance(found, property):
            assert found.fget is not None, member.name
            readonly, hint = found.fset is None, hints(found.fget).get("return")
        else:
            readonly, hint = issubclass(cls, tuple), hints(cls).get(_python_name(member))
        if readonly != member.readonly:
            return "cannot be set" if readonly else "can be set"
        assert member.type is not None, member.name
        if not gives(hint, member.type, self._idl, self._python):
            return f"{_shown(hint)} is not {member.type}"
        return None

    def _operation(self, member: Member, function: Any) -> str | None:  # Any: a function or class
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())
        if parameters and parameters[0].name == "self":
            parameters = parameters[1:]
        positional = [one for one in parameters if one.kind < one.VAR_POSITIONAL]
        more = [one.name for one in parameters if one.kind >= one.VAR_POSITIONAL]
        most = max(len(overload) for overload in member.overloads)
        least = min(
            sum(not argument.optional for argument in overload) for overload in member.overloads
        )
        if len(positional) != most:
            return f"takes {len(positional)} arguments, not {most}"
        if (needed := sum(one.default is one.empty for one in positional)) != least:
            return f"requires {needed} arguments, not {least}"
        annotations = hints(function)
        for index, parameter in enumerate(positional):
            theirs = [overload[index] for overload in member.overloads if index < len(overload)]
            if (text := self._argument(parameter, theirs, annotations)) is not None:
                return text
        if more:
            return f"takes keywords that the IDL does not have: {', '.join(more)}"
        if member.name == "constructor":
            return None
        assert member.type is not None, member.name
        if not gives(annotations.get("return"), member.type, self._idl, self._python):
            return f"gives {_shown(annotations.get('return'))}, not {member.type}"
        return None

    def _argument(
        self,
        parameter: inspect.Parameter,
        theirs: list[Argument],
        annotations: Mapping[str, object],
    ) -> str | None:
        names = {to_snake_case(argument.name) for argument in theirs}
        if parameter.kind is not parameter.POSITIONAL_ONLY and parameter.name not in names:
            return f"the argument {' or '.join(sorted(names))} is called {parameter.name}"
        hint = annotations.get(parameter.name)
        for argument in theirs:
            if hint is not None and not accepts(hint, argument.type, self._idl, self._python):
                return f"{parameter.name}: {_shown(hint)} does not take {argument.type}"
            if argument.optional and not _is_default(parameter.default, argument.default):
                return f"{parameter.name} is {parameter.default!r} unless given"
        return None


def _python_name(member: Member) -> str:
    match member.kind:
        case "iterable":
            return "async for"
        case "constant":
            return member.name
        case _:
            return to_snake_case(member.name)


def _public(parts: list[type]) -> set[str]:
    return {
        PROTOCOLS.get(name, name)
        for part in parts
        for name in vars(part)
        if name in PROTOCOLS or not name.startswith("_")
    }


def _is_constructed(cls: type[Any]) -> bool:
    """Tell whether programs can make objects of a class, or only have to know with what."""
    parameters = list(inspect.signature(cls).parameters.values())
    if [one.kind for one in parameters] != [inspect.Parameter.VAR_POSITIONAL]:
        return True
    try:
        cls()
    except TypeError:
        return False
    return True


_LITERALS = {"true": True, "false": False, "null": None, "{}": None, "[]": None, None: None}


def _is_default(ours: object, theirs: str | None) -> bool:
    """Tell whether the default of a parameter is that of an argument.

    Nothing, an empty dictionary and an empty list are None in Python: "not given". Where the
    argument may be a dictionary or a boolean, False is the same as an empty dictionary.
    """
    if theirs in _LITERALS:
        return ours is _LITERALS[theirs] or (theirs == "{}" and ours is False)
    assert theirs is not None
    return repr(ours).strip("'\"") == theirs.strip("'\"")


def _shown(hint: object) -> str:
    return hint.__name__ if inspect.isclass(hint) else str(hint)
