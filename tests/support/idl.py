"""What an IDL document defines, as plain data: `widlparser` reads it, this keeps what matters.

Partial definitions of several documents become one. A member says which document it is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from widlparser import Parser, constructs, productions

__all__ = [
    "Argument",
    "Definition",
    "Kind",
    "Member",
    "Type",
    "definitions",
    "merged",
    "parse_type",
]

Kind: TypeAlias = Literal["interface", "mixin", "dictionary", "enum", "typedef", "callback"]
MemberKind: TypeAlias = Literal["attribute", "operation", "constant", "key", "value", "iterable"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `Promise<sequence<X>?>` is a tree of them.

    Attributes:
        name: The name, such as ``"unsigned long"`` or ``"sequence"``; ``"or"`` for a union.
        parts: What it is made of.
        nullable: Whether null is one of its values.
    """

    name: str
    parts: tuple[Type, ...] = ()
    nullable: bool = False

    def __str__(self) -> str:
        inner = [str(part) for part in self.parts]
        if self.name == "or":
            text = f"({' or '.join(inner)})"
        else:
            text = f"{self.name}<{', '.join(inner)}>" if inner else self.name
        return f"{text}?" if self.nullable else text


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an operation; `default` is the text of its default value, or None."""

    name: str
    type: Type
    optional: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an interface, a key of a dictionary or a value of an enumeration.

    Attributes:
        name: The standard's name; ``"constructor"`` for constructors.
        kind: What it is.
        document: The document that defines it.
        type: The type of an attribute, constant or key, or of what an operation returns.
        readonly: Whether an attribute cannot be set.
        static: Whether it belongs to the interface and not to its objects.
        required: Whether a dictionary must have the key.
        default: The text of the default of a key, or the value of a constant.
        overloads: The arguments of each overload of an operation.
    """

    name: str
    kind: MemberKind
    document: str
    type: Type | None = None
    readonly: bool = False
    static: bool = False
    required: bool = False
    default: str | None = None
    overloads: tuple[tuple[Argument, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition with its members.

    Attributes:
        name: The standard's name.
        kind: What it is.
        documents: The documents that define it or add to it.
        parent: What it inherits from, or None.
        mixins: The mixins that it includes.
        members: By name.
        type: The type that a typedef stands for.
        partial: Whether it only adds to a definition of another document.
    """

    name: str
    kind: Kind
    documents: tuple[str, ...]
    parent: str | None = None
    mixins: tuple[str, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict[str, Member])
    type: Type | None = None
    partial: bool = False


_TOKEN = re.compile(r"[A-Za-z_]\w*|[<>(),?]")
_EXTENDED = re.compile(r"\[[^\]]*\]")


def parse_type(text: str) -> Type:
    """Return the type that a text means; extended attributes are left out."""
    tokens = _TOKEN.findall(_EXTENDED.sub(" ", text))
    tokens.reverse()
    parsed = _parse_type(tokens)
    if tokens:
        raise ValueError(f"{text!r} is no type of the IDL: {tokens[-1]!r} is left")
    return parsed


def _parse_type(tokens: list[str]) -> Type:
    """Take a type from the end of reversed tokens."""
    parts: list[Type] = []
    if tokens[-1] == "(":
        name = "or"
        while tokens.pop() != ")":
            parts.append(_parse_type(tokens))
    else:
        words: list[str] = []
        while tokens and tokens[-1] not in {"<", ">", "(", ")", ",", "?", "or"}:
            words.append(tokens.pop())
        name = " ".join(words)
        if tokens and tokens[-1] == "<":
            while tokens.pop() != ">":
                parts.append(_parse_type(tokens))
    nullable = bool(tokens) and tokens[-1] == "?"
    if nullable:
        tokens.pop()
    return Type(name, tuple(parts), nullable)


def definitions(document: str, text: str) -> Iterator[Definition]:
    """Yield the definitions of a document in its order; partial ones on their own.

    Args:
        document: Its short name.
        text: Its IDL.

    Raises:
        ValueError: It is no IDL.
    """
    for construct in Parser(text).constructs:
        match construct:
            case constructs.Interface() | constructs.Mixin() | constructs.Dictionary():
                yield _with_members(construct, document)
            case constructs.Enum():
                values = (entry.value.strip().strip('"') for entry in construct.enum_values)
                members = {value: Member(value, "value", document) for value in values}
                yield Definition(_name(construct), "enum", (document,), members=members)
            case constructs.Typedef():
                target = parse_type(str(construct.type))
                yield Definition(_name(construct), "typedef", (document,), type=target)
            case constructs.Callback():
                yield Definition(_name(construct), "callback", (document,))
            case constructs.IncludesStatement():
                mixins = (str(construct.includes).strip(),)
                yield Definition(
                    _name(construct), "interface", (document,), mixins=mixins, partial=True
                )
            case constructs.Namespace():
                pass  # None belongs to this API.
            case _:
                raise ValueError(f"{document}: {construct} is no IDL that the parser knows")


def merged(parts: Iterable[Definition]) -> dict[str, Definition]:
    """Join the partial definitions of each name, in the order in which they come."""
    found: dict[str, Definition] = {}
    for part in parts:
        known = found.get(part.name)
        if known is None:
            found[part.name] = part
            continue
        found[part.name] = replace(
            known,
            kind=known.kind if part.partial else part.kind,
            documents=tuple(dict.fromkeys((*known.documents, *part.documents))),
            parent=known.parent or part.parent,
            mixins=(*known.mixins, *part.mixins),
            members={**known.members, **part.members},
            partial=known.partial and part.partial,
        )
    return found


def _name(construct: constructs.Construct | productions.ComplexProduction) -> str:
    if construct.name is None:
        raise ValueError(f"{construct} has no name")
    return construct.name


def _with_members(
    construct: constructs.Interface | constructs.Mixin | constructs.Dictionary, document: str
) -> Definition:
    members: dict[str, Member] = {}
    for entry in construct.members:
        member = _member(entry, document)
        if (earlier := members.get(member.name)) is not None:
            member = replace(earlier, overloads=(*earlier.overloads, *member.overloads))
        members[member.name] = member
    kind: Kind = "interface"
    if isinstance(construct, constructs.Dictionary):
        kind = "dictionary"
    elif isinstance(construct, constructs.Mixin):
        kind = "mixin"
    parent = construct.inheritance.base if construct.inheritance else None
    return Definition(
        _name(construct),
        kind,
        (document,),
        parent=parent,
        members=members,
        partial=construct.partial is not None,
    )


def _member(entry: constructs.Construct, document: str) -> Member:
    if isinstance(entry, constructs.DictionaryMember):
        return Member(
            _name(entry),
            "key",
            document,
            type=parse_type(str(entry.type)),
            required=entry.required is not None,
            default=_default(entry.default),
        )
    if not isinstance(entry, constructs.InterfaceMember | constructs.MixinMember):
        raise ValueError(f"{document}: {entry} is no member that the parser knows")
    match entry.member:
        case constructs.Const() as constant:
            value = str(constant.value).strip()
            kind = parse_type(str(constant.type))
            return Member(_name(constant), "constant", document, type=kind, default=value)
        case productions.Attribute() | productions.MixinAttribute() as attribute:
            return _attribute(attribute.attribute, document)
        case productions.Constructor() as constructor:
            overload = _arguments(constructor.arguments)
            return Member("constructor", "operation", document, overloads=(overload,))
        case productions.Operation() as operation:
            return Member(
                _name(operation),
                "operation",
                document,
                type=parse_type(str(operation.return_type)),
                overloads=(_arguments(operation.arguments),),
            )
        case productions.StaticMember() as static if static.attribute is not None:
            return replace(_attribute(static.attribute, document), static=True)
        case productions.StaticMember() as static:
            return Member(
                _name(static),
                "operation",
                document,
                type=parse_type(str(static.return_type)),
                static=True,
                overloads=(_arguments(static.arguments),),
            )
        case productions.AsyncIterable() | productions.Iterable():
            return Member("async iterable", "iterable", document)
        case other:
            # Getters, stringifiers, map-like and set-like interfaces: none of this API.
            return Member(str(other).strip(), "operation", document)


def _attribute(attribute: productions.AttributeRest, document: str) -> Member:
    return Member(
        _name(attribute),
        "attribute",
        document,
        type=parse_type(str(attribute.type)),
        readonly=attribute.readonly is not None,
    )


def _arguments(arguments: productions.ArgumentList | None) -> tuple[Argument, ...]:
    return tuple(
        Argument(_name(one), parse_type(str(one.type)), not one.required, _default(one.default))
        for one in (arguments.arguments if arguments is not None else ())
    )


def _default(default: productions.Default | None) -> str | None:
    return None if default is None else str(default).strip().removeprefix("=").strip()
