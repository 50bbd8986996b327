"""The parts of a parsed expression. Each knows the column where it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    column: int = field(compare=False, kw_only=True, default=1)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant: text, number, true, false or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The root of a reference, such as ``user``."""

    name: str


@dataclass(frozen=True, slots=True)
class Property(Node):
    """``target.name``."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function: ``String.append(...)`` or ``isMemberOfGroupName(...)``."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Method(Node):
    """A method of a value: ``user.getInternalProperty("id")``."""

    target: Node
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``target[index]``."""

    target: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Projection(Node):
    """``target.![each]``: one value of each element."""

    target: Node
    each: Node


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Node):
    """``{1, 2}``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral(Node):
    """``{'key': value}``."""

    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``!operand`` or ``-operand``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left operator right``; the words AND and OR in capitals."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Ternary(Node):
    """``condition ? yes : no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Elvis(Node):
    """``value ?: default``: the default where the value is null or empty text."""

    value: Node
    default: Node


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for part in fields(node):
        yield from _inner(getattr(node, part.name))


def _inner(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield from walk(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _inner(item)
