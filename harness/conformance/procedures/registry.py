"""Procedures: how a case goes, by the name that case files use."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from harness.conformance.attempt import Attempt
from harness.conformance.verdicts import Outcome

Procedure = Callable[[Attempt], Outcome]
_PROCEDURES: dict[str, Procedure] = {}
DEFERRED = ("requests", "over-the-run")
"""Judged at the end, on what the whole run has shown."""


def procedure(name: str) -> Callable[[Procedure], Procedure]:
    """Register a function under the name that case files use."""

    def decorate(function: Procedure) -> Procedure:
        if name in _PROCEDURES:
            raise ValueError(f"two procedures are called {name!r}")
        _PROCEDURES[name] = function
        return function

    return decorate


def procedure_named(name: str) -> Procedure:
    """The procedure; raises `KeyError` with the nearest name."""
    try:
        return _PROCEDURES[name]
    except KeyError:
        near = difflib.get_close_matches(name, _PROCEDURES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise KeyError(f"there is no procedure {name!r}{hint}") from None


def procedure_names() -> tuple[str, ...]:
    """All of them."""
    return tuple(_PROCEDURES)
