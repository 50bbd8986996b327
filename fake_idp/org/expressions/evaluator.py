"""The value of a parsed expression for one person.

Where Okta's documentation is silent this follows the Spring Expression Language, with two exceptions that keep messages
usable: null joined to text is nothing, not the word "null", and null counts as false in a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fake_idp.org.expressions.context import Context, is_empty, root_value, text_of
from fake_idp.org.expressions.errors import ExpressionError
from fake_idp.org.expressions.nodes import (
    ArrayLiteral,
    Binary,
    Call,
    Elvis,
    Index,
    Literal,
    MapLiteral,
    Method,
    Name,
    Node,
    Projection,
    Property,
    Ternary,
    Unary,
)
from fake_idp.org.expressions.people_functions import regular_expression, user_method
from fake_idp.org.expressions.registry import FUNCTIONS, Unsuitable

_MISSING = object()


def evaluate_tree(node: Node, context: Context) -> Any:
    """The value: None, text, a number, true or false, a list, or a mapping.

    :raises ExpressionError: when a function or an operator cannot work with the person's values.
    """
    try:
        return _value(node, context, _MISSING)
    except Unsuitable as trouble:
        raise ExpressionError(str(trouble), node.column) from None


def _value(node: Node, context: Context, element: Any) -> Any:
    """``element`` is what bare names mean inside a projection."""
    match node:
        case Literal(value):
            return value
        case Name(name):
            return _of(element, name) if element is not _MISSING else root_value(context, name)
        case Property(target, name):
            return _of(_value(target, context, element), name)
        case Call(name, arguments):
            return _at(
                node, FUNCTIONS[name].apply, context, *(_value(a, context, element) for a in arguments)
            )
        case Method(_, name, arguments):
            return _at(node, user_method, context, name, [_value(a, context, element) for a in arguments])
        case Index(target, index):
            return _indexed(node, _value(target, context, element), _value(index, context, element))
        case Projection(target, each):
            return [_value(each, context, item) for item in _elements(node, _value(target, context, element))]
        case ArrayLiteral(items):
            return [_value(item, context, element) for item in items]
        case MapLiteral(pairs):
            return {_key(key, context, element): _value(value, context, element) for key, value in pairs}
        case Ternary(condition, yes, no):
            return _value(yes if _truth(condition, context, element) else no, context, element)
        case Elvis(value, default):
            found = _value(value, context, element)
            return _value(default, context, element) if is_empty(found) else found
        case Unary("!", operand):
            return not _truth(operand, context, element)
        case Unary(_, operand):
            return -_number(operand, _value(operand, context, element))
        case Binary("AND", left, right):
            return _truth(left, context, element) and _truth(right, context, element)
        case Binary("OR", left, right):
            return _truth(left, context, element) or _truth(right, context, element)
        case Binary(operator, left, right):
            return _binary(node, operator, _value(left, context, element), _value(right, context, element))
    raise ExpressionError("this cannot be evaluated", node.column)


def _at(node: Node, apply: Any, *arguments: Any) -> Any:
    try:
        return apply(*arguments)
    except Unsuitable as trouble:
        raise ExpressionError(str(trouble), node.column) from None


def _of(target: Any, name: str) -> Any:
    """An attribute; null where there is none, for any attribute may never have been set."""
    return target.get(name) if isinstance(target, Mapping) else None


def _key(node: Node, context: Context, element: Any) -> str:
    # A bare name as a key is the name itself, as in Spring's {name: value}.
    return node.name if isinstance(node, Name) else text_of(_value(node, context, element))


def _elements(node: Node, value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise ExpressionError("only an array can be projected with .![...]", node.column)


def _indexed(node: Node, target: Any, index: Any) -> Any:
    if isinstance(target, Mapping):
        return target.get(text_of(index))
    if target is None:
        return None
    if not isinstance(target, list) or isinstance(index, bool) or not isinstance(index, int):
        raise ExpressionError("an index wants an array and a whole number", node.column)
    if not 0 <= index < len(target):
        raise ExpressionError(f"the array has {len(target)} elements, none at {index}", node.column)
    return target[index]


def _truth(node: Node, context: Context, element: Any) -> bool:
    value = _value(node, context, element)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ExpressionError(f"a condition has to be true or false, not {text_of(value)!r}", node.column)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(node: Node, value: Any) -> int | float:
    if not _is_number(value):
        raise ExpressionError(f"{text_of(value)!r} is no number", node.column)
    return value  # type: ignore[no-any-return]


def _binary(node: Binary, operator: str, left: Any, right: Any) -> Any:
    match operator:
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
        case "matches":
            return _at(node, regular_expression, text_of(right)).fullmatch(text_of(left)) is not None
        case "<" | ">" | "<=" | ">=":
            return _compared(node, operator, left, right)
        case "+" if not (_is_number(left) and _is_number(right)):
            return text_of(left) + text_of(right)
        case _:
            return _calculated(node, operator, _number(node.left, left), _number(node.right, right))


def _equal(left: Any, right: Any) -> bool:
    # Text is never equal to a number, nor true to 1, whatever Python thinks.
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _compared(node: Node, operator: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        # Spring: null is less than everything.
        order = (left is not None) - (right is not None)
    elif (_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
        order = (left > right) - (left < right)
    else:
        raise ExpressionError(f"{text_of(left)!r} and {text_of(right)!r} cannot be compared", node.column)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[operator]


def _calculated(node: Node, operator: str, left: float, right: float) -> int | float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        raise ExpressionError("division by zero", node.column)
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - right * quotient
    return left / right if operator == "/" else left % right
