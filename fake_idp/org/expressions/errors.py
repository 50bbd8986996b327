"""What is wrong with an expression, and in which column."""

from __future__ import annotations


class ExpressionError(ValueError):
    """An expression that cannot be read, or that has no value. ``column`` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column
