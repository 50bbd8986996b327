"""How a function becomes a fault: it is registered under its own name with what a reader wants to know.

The identifier is the function's name with hyphens, the sentence is its docstring::

    @on_tree("resp-status-missing", source="SAML Core 3.2.2")
    def status_missing(response: Element, context: FaultContext) -> None:
        \"\"\"The Response has no Status.\"\"\"
        response.remove(response.one("saml2p:Status"))
"""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.pipeline import Fault, FaultContext, SigningOptions, Stage

Apply: TypeAlias = Callable[[Any], Any] | Callable[[Any, FaultContext], Any]
"""What a fault does to the value of its stage; those that need no context do not ask for it."""
AnyApply = TypeVar("AnyApply", bound=Apply)
Applies: TypeAlias = Callable[[ResponseClaims, SigningOptions], str | None]


@dataclass(frozen=True, kw_only=True)
class CatalogueFault(Fault):
    """A fault with what listings say of it: its class, and whether the target's operator has to agree to it."""

    group: str = ""
    needs_consent: bool = False
    encrypts: bool = False
    """It encrypts something for the SP, even in a message that is plain otherwise."""


_CATALOGUE: dict[str, CatalogueFault] = {}


class UnknownFault(LookupError):
    """No fault has this identifier. The message names the nearest ones."""

    def __init__(self, name: str, known: list[str]) -> None:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
        super().__init__(f"there is no fault {name!r}.{hint} `okta-harness faults` lists all {len(known)}.")
        self.name = name
        self.near = tuple(near)


def always(_claims: ResponseClaims, _signing: SigningOptions) -> str | None:
    """Applies to every message."""
    return None


def _with_context(apply: Apply) -> Callable[[Any, FaultContext], Any]:
    if len(inspect.signature(apply).parameters) == 1:
        alone = cast(Callable[[Any], Any], apply)
        return lambda value, _context: alone(value)
    return cast(Callable[[Any, FaultContext], Any], apply)


def register(
    fault_id: str,
    title: str,
    stage: Stage,
    apply: Apply,
    *requirements: str,
    source: str,
    applies: Applies = always,
    consent: bool = False,
    encrypts: bool = False,
) -> None:
    """Add a fault to the catalogue. ``consent``: it loads the target, so its operator is asked first."""
    caller = sys._getframe(1).f_globals["__name__"]
    module = apply.__module__ if caller == __name__ else caller
    if fault_id in _CATALOGUE:
        raise ValueError(f"two faults are called {fault_id!r}")
    _CATALOGUE[fault_id] = CatalogueFault(
        id=fault_id,
        title=title,
        stage=stage,
        apply=_with_context(apply),
        requirements=requirements,
        source=source,
        applies=applies,
        needs_consent=consent,
        encrypts=encrypts,
        group=module.rpartition(".")[2],
    )


def on(
    stage: Stage,
    *requirements: str,
    source: str,
    applies: Applies = always,
    consent: bool = False,
    encrypts: bool = False,
) -> Callable[[AnyApply], AnyApply]:
    """Register the decorated function; its name and docstring are the fault's."""

    def decorate(apply: AnyApply) -> AnyApply:
        register(
            apply.__name__.replace("_", "-"),
            " ".join((inspect.getdoc(apply) or "").split("\n\n")[0].split()),
            stage,
            apply,
            *requirements,
            source=source,
            applies=applies,
            consent=consent,
            encrypts=encrypts,
        )
        return apply

    return decorate


def catalogue() -> list[CatalogueFault]:
    """Every fault, by class and then in the order in which its module lists it."""
    return list(_CATALOGUE.values())


def fault(fault_id: str) -> CatalogueFault:
    """The fault with this identifier; raises :class:`UnknownFault` with the nearest ones."""
    try:
        return _CATALOGUE[fault_id]
    except KeyError:
        raise UnknownFault(fault_id, sorted(_CATALOGUE)) from None
