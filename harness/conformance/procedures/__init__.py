"""How cases go. Most send one message; the others are stories of several steps."""

from harness.conformance.procedures import (
    basic,
    bindings,
    correlation,
    errors,
    logout,
    logout_answers,
    logout_forged,
    logout_more,
    metadata,
    names,
    redirect_logout,
    relaystate,
    replay,
    session,
    tenancy,
    times,
)
from harness.conformance.procedures.registry import DEFERRED, Procedure, procedure_named, procedure_names

__all__ = [
    "DEFERRED",
    "Procedure",
    "basic",
    "bindings",
    "correlation",
    "errors",
    "logout",
    "logout_more",
    "metadata",
    "logout_answers",
    "logout_forged",
    "names",
    "procedure_named",
    "procedure_names",
    "redirect_logout",
    "relaystate",
    "replay",
    "session",
    "tenancy",
    "times",
]
