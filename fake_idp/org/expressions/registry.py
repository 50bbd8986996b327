"""How a Python function becomes a function of the Expression Language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fake_idp.org.expressions.context import Context

F = TypeVar("F", bound=Callable[..., Any])


class Unsuitable(ValueError):
    """An argument that a function cannot work with; the evaluator adds the column."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, how many arguments it takes (``most`` None is any number), what it does."""

    name: str
    least: int
    most: int | None
    apply: Callable[..., Any]

    def accepts(self, count: int) -> bool:
        """Whether it takes this many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def arity(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


FUNCTIONS: dict[str, Function] = {}
"""All functions by name. Each is called with the context and then its arguments."""


def function(*names: str, least: int, most: int | None = -1) -> Callable[[F], F]:
    """Register the decorated function; ``most`` is the same as ``least`` where it is not given."""

    def register(apply: F) -> F:
        for name in names:
            FUNCTIONS[name] = Function(name, least, least if most == -1 else most, apply)
        return apply

    return register


__all__ = ["FUNCTIONS", "Context", "Function", "Unsuitable", "function"]
