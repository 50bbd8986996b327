"""Expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ExpressionError(Exception):
    pass


@dataclass
class Context:
    user: dict[str, Any] = field(default_factory=dict)
    appuser: dict[str, Any] = field(default_factory=dict)
    app: dict[str, Any] = field(default_factory=dict)
    org: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)
    groups: tuple[Any, ...] = ()


def parse(text: str) -> str:
    return text


def check_value(text: str) -> None:
    return None


def evaluate_text(text: str, context: Context) -> str:
    scope, _, name = text.partition(".")
    values = getattr(context, scope, {})
    value = values.get(name, "") if isinstance(values, dict) else text
    return "" if value is None else str(value)


def render_template(text: str, context: Context | None) -> str:
    return text


def evaluate_values(text: str, context: Context) -> list[str]:
    return [evaluate_text(text, context)]
