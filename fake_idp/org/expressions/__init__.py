"""Okta's classic Expression Language, as the wizard's attribute statements and usernames use it.

Source: Okta's "Expression Language overview" (developer.okta.com). :func:`check_value` is what happens at save time,
:func:`evaluate_values` at each login. Errors are :class:`ExpressionError` and name the column.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fake_idp.org.expressions.checks import checked_tree, static_text
from fake_idp.org.expressions.context import Context, text_of
from fake_idp.org.expressions.errors import ExpressionError
from fake_idp.org.expressions.evaluator import evaluate_tree
from fake_idp.org.expressions.nodes import Name, Node, Property
from fake_idp.org.expressions.template import parse_template, render_template

__all__ = [
    "Context",
    "ExpressionError",
    "check_value",
    "evaluate",
    "evaluate_text",
    "evaluate_values",
    "is_reference",
    "parse",
    "parse_template",
    "render_template",
    "static_text",
]


@lru_cache(maxsize=512)
def parse(text: str) -> Node:
    """The tree of an expression, its functions and references checked.

    :raises ExpressionError: with the column of the trouble.
    """
    return checked_tree(text)


@lru_cache(maxsize=512)
def _tree_or_text(value: str) -> Node | None:
    """The tree, or None where the value is static text."""
    return None if static_text(value) else checked_tree(value)


def check_value(value: str) -> None:
    """Refuse the value of an attribute statement that is neither an expression nor static text.

    :raises ExpressionError: with the column of the trouble.
    """
    if value.strip():
        _tree_or_text(value)


def is_reference(value: str) -> bool:
    """Whether the value is static text or a plain reference such as ``user.email``, which previews show as it is."""
    tree = _tree_or_text(value) if value.strip() else None
    return tree is None or (isinstance(tree, Property) and isinstance(tree.target, Name))


def evaluate(text: str, context: Context) -> Any:
    """The value of an expression.

    :raises ExpressionError: when it does not read, or the person's values do not fit.
    """
    return evaluate_tree(parse(text), context)


def evaluate_text(text: str, context: Context) -> str:
    """The value of an expression as text.

    :raises ExpressionError: as :func:`evaluate` does.
    """
    return text_of(evaluate(text, context))


def evaluate_values(value: str, context: Context) -> list[str]:
    """The texts that an attribute statement's value stands for: one, or one of each element of an array.

    :raises ExpressionError: as :func:`evaluate` does.
    """
    if not value.strip():
        return []
    tree = _tree_or_text(value)
    if tree is None:
        return [value]
    found = evaluate_tree(tree, context)
    if found is None:
        return []
    return [text_of(item) for item in found] if isinstance(found, list | tuple) else [text_of(found)]
