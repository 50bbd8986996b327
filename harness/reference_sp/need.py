"""For values that an earlier step has made sure of."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def need(value: T | None, why: str) -> T:
    """``value``, which cannot be ``None`` here; ``why`` says who made sure of it."""
    if value is None:
        raise RuntimeError(f"the reference SP is broken: nothing here, although {why}")
    return value
