"""Which cases run, in which shape and order, and why the others do not."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.conformance.bench import Bench
from harness.conformance.cases import Case, Shape, cases
from harness.conformance.options import CheckOptions
from harness.conformance.procedures.registry import DEFERRED


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases of one row in one shape: they share the good login before them."""

    cases: tuple[Case, ...]
    shape: Shape


def chosen(options: CheckOptions) -> list[Case]:
    """The cases of the profile that match ``only``."""
    return [case for case in cases() if in_profile(case, options.profile) and _matches(case, options.only)]


def in_profile(case: Case, profile: str) -> bool:
    """Whether a profile has this case."""
    return profile == "all" or profile in case.requirement.profiles


def _matches(case: Case, only: str | None) -> bool:
    if not only:
        return True
    names = (case.id, case.requirement.id, case.requirement.group, case.procedure, *case.faults)
    if any(character in only for character in "*?["):
        return any(fnmatch.fnmatchcase(name, only) for name in names)
    return any(only == name for name in names) or only in case.id


def why_skipped(case: Case, bench: Bench, options: CheckOptions) -> str:
    """Why a case does not run at this target; empty when it does."""
    if case.consent and not options.consent:
        return "It loads the target; run with consent to include it."
    reasons = {need: reason for need, (met, reason) in _needs(bench).items() if not met}
    unmet = next((reasons[need] for need in case.needs if need in reasons), "")
    if unmet:
        return unmet
    if case.slow and not (options.slow or bench.running.move_clock(0)):
        return "It waits for minutes; run with slow cases switched on."
    return ""


def _needs(bench: Bench) -> dict[str, tuple[bool, str]]:
    capabilities = bench.target.capabilities
    slo = capabilities.slo is not False and bool(
        bench.sp.slo or bench.target.slo_url or bench.target.logout_url
    )
    return {
        "encryption": (
            bench.idp.encryption_certificate is not None,
            "The SP publishes no encryption certificate, or the target file says encryption: false.",
        ),
        "slo": (slo, "The SP offers no single logout."),
        "several_idps": (bench.other is not None, "The target has one tenant and one IdP only."),
        "reconfigure": (
            bench.running.can_reconfigure,
            "The SP cannot be given other metadata during the run.",
        ),
        "unsolicited": (bench.idp_initiated is True, "The SP does not accept unsolicited responses."),
        "requested_context": (bench.asks_for_context, "The SP asks for no class of authentication."),
        "forced_authn": (bench.forces_authn, "The SP's requests do not ask for a fresh authentication."),
        "movable_clock": (bench.running.move_clock(0), "The SP's clock cannot be moved."),
        "domains": (
            bool(bench.target.domains),
            "The target file names no domains that the IdP may speak for.",
        ),
        "no_requested_context": (not bench.asks_for_context, "The SP asks for a class of authentication."),
    }


def shapes_of(case: Case, bench: Bench) -> Sequence[Shape]:
    """The shapes in which a case runs: those that it names and the target accepts."""
    if not case.shapes:
        return bench.shapes[:1]
    if case.requirement.id.startswith("resp-accept-"):
        return case.shapes
    return [shape for shape in case.shapes if shape in bench.shapes]


def batches(selected: Iterable[Case], bench: Bench) -> list[Batch]:
    """Shape by shape, row by row, so that the login before a batch is also the one after the batch before.

    Cases that give the target other metadata, and those that load it, come last.
    """
    plain = [case for case in selected if case.procedure not in DEFERRED]
    calm = [case for case in plain if not (case.consent or "reconfigure" in case.needs)]
    rough = [case for case in plain if case.consent or "reconfigure" in case.needs]
    found = []
    for part in (calm, rough):
        for shape in ("both", "assertion", "response"):
            fitting = [case for case in part if shape in shapes_of(case, bench)]
            for _, row in groupby(fitting, key=lambda case: case.where):
                found.append(Batch(tuple(row), shape))
    return found
