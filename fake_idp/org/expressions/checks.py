"""What Okta checks when an expression is saved: that it reads, that its functions exist, that its references do."""

from __future__ import annotations

import re
from difflib import get_close_matches

from fake_idp.org.expressions import array_functions, people_functions, text_functions, time_functions
from fake_idp.org.expressions.context import ROOTS
from fake_idp.org.expressions.errors import ExpressionError
from fake_idp.org.expressions.nodes import (
    ArrayLiteral,
    Call,
    Literal,
    MapLiteral,
    Method,
    Name,
    Node,
    Projection,
    Property,
    walk,
)
from fake_idp.org.expressions.parser import NAMESPACES, parse_tree
from fake_idp.org.expressions.registry import FUNCTIONS

__all__ = [
    "array_functions",
    "checked_tree",
    "people_functions",
    "static_text",
    "text_functions",
    "time_functions",
]

_SIGNS = re.compile(
    r"^\s*[\"'{]"
    r"|\b(?:" + "|".join(sorted(ROOTS)) + r")\.\w"
    r"|\b(?:" + "|".join(sorted(NAMESPACES)) + r")\.\w+\s*\("
    r"|\b(?:" + "|".join(name for name in sorted(FUNCTIONS) if "." not in name) + r")\("
)
"""Signs that text was meant as an expression, though it cannot be read as one."""


def checked_tree(text: str) -> Node:
    """The tree of an expression that can be saved.

    :raises ExpressionError: for text that does not read, an unknown function, method or reference.
    """
    tree = parse_tree(text)
    _check(tree, frozenset())
    return tree


def _check(node: Node, bound: frozenset[str]) -> None:
    projected = {id(part) for each in walk(node) if isinstance(each, Projection) for part in walk(each.each)}
    keys = {id(key) for each in walk(node) if isinstance(each, MapLiteral) for key, _ in each.pairs}
    for part in walk(node):
        match part:
            case Call(name, arguments):
                _check_call(part, name, len(arguments))
            case Method(target, name, arguments):
                _check_method(part, target, name, len(arguments))
            case Name(name) if id(part) not in projected | keys and name not in ROOTS | bound:
                raise ExpressionError(f"unknown reference {name!r}{_near(name, sorted(ROOTS))}", part.column)


def _check_call(node: Node, name: str, count: int) -> None:
    found = FUNCTIONS.get(name)
    if found is None:
        raise ExpressionError(f"unknown function {name!r}{_near(name, sorted(FUNCTIONS))}", node.column)
    if not found.accepts(count):
        raise ExpressionError(f"{name} takes {found.arity} arguments, not {count}", node.column)


def _check_method(node: Node, target: Node, name: str, count: int) -> None:
    methods = people_functions.USER_METHODS
    if not isinstance(target, Name) or target.name not in ("user", "source") or name not in methods:
        known = [f"user.{method}" for method in methods]
        raise ExpressionError(f"unknown method {name!r}{_near(f'user.{name}', known)}", node.column)
    wanted = methods[name]
    if (wanted is None and count == 0) or (wanted is not None and count != wanted):
        raise ExpressionError(
            f"user.{name} takes {wanted or 'at least 1'} arguments, not {count}", node.column
        )


def _near(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def static_text(value: str) -> bool:
    """Whether the value of an attribute statement is sent as it stands.

    Okta sends "a value without quotes that is no expression" as text. Here that is whatever holds no function, no
    quoted text, no array and no reference that begins with a known name.

    :raises ExpressionError: for text that was meant as an expression and cannot be read as one.
    """
    try:
        tree = parse_tree(value)
    except ExpressionError:
        if _SIGNS.search(value):
            raise
        return True
    return not any(_means_something(part) for part in walk(tree))


def _means_something(part: Node) -> bool:
    match part:
        case Property(Name(name), _):
            return name in ROOTS
        case Literal(value):
            return isinstance(value, str) or value is None
        case _:
            return isinstance(part, Call | Method | ArrayLiteral | MapLiteral | Projection)
