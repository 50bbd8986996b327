"""Cases that are judged at the end, on everything that the run has shown."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from harness.conformance.cases import Case
from harness.conformance.evidence import blank_result, finish
from harness.conformance.observed import Observed, Refusal
from harness.conformance.request_checks import check_requests, read_requests
from harness.conformance.verdicts import Outcome, not_met, not_verified, passed, recorded
from harness.result import CaseResult


class WholeRun:
    """Judges them, one by one; what they share is read once."""

    def __init__(self, observed: Observed, signed_requests_promised: bool) -> None:
        self._observed = observed
        self._requests = read_requests(observed.requests)
        self._promised = signed_requests_promised

    def judge(self, case: Case) -> CaseResult:
        """The result of one such case."""
        began = time.monotonic()
        result = blank_result(case)
        if case.procedure == "requests":
            finish(result, check_requests(case, self._requests, self._promised))
        else:
            finish(result, _OVER_THE_RUN[case.requirement.id](case, self._observed))
        result.seconds = time.monotonic() - began
        return result


def _internals(case: Case, observed: Observed) -> Outcome:
    if not observed.refusals:
        return not_verified("No message was refused in this run.")
    found = Counter(name for refusal in observed.refusals for name in refusal.internals)
    if found:
        first = next(refusal for refusal in observed.refusals if refusal.internals)
        told = ", ".join(f"{name} in {count} answers" for name, count in found.most_common())
        return not_met(
            case, "internals", "plain error pages", f"{told}; first in {first.case_id}", verdict="warning",
            hint="A warning only: it helps whoever looks for a hole, and is none by itself.",
        )  # fmt: skip
    return passed(f"{len(observed.refusals)} refusals, none of which shows internals.")


def _status(case: Case, observed: Observed) -> Outcome:
    if not observed.refusals:
        return not_verified("No message was refused in this run.")
    counts = Counter(refusal.status for refusal in observed.refusals)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
    crashed = [refusal for refusal in observed.refusals if refusal.status >= 500]
    if crashed:
        return not_met(case, "server_error", "no 5xx", f"{told}; the first 5xx in {crashed[0].case_id}")
    return recorded(told)


def _alive(case: Case, observed: Observed) -> Outcome:
    if observed.died:
        told = ", ".join(dict.fromkeys(observed.died))
        seen = f"It failed after {told}.{observed.end}"
        return not_met(case, "target_down", "a good login after every case", seen)
    return passed(f"{observed.controls} good logins between the cases, all accepted.")


def _uniform(_case: Case, observed: Observed) -> Outcome:
    def kind(refusal: Refusal) -> tuple[int, int]:
        return refusal.status, refusal.length // 100

    kinds = Counter(kind(refusal) for refusal in observed.refusals)
    if not kinds:
        return not_verified("No message was refused in this run.")
    return recorded(
        f"{len(kinds)} kinds of answers to {len(observed.refusals)} refusals, by status and length."
    )


_OVER_THE_RUN: dict[str, Callable[[Case, Observed], Outcome]] = {
    "err-no-internals": _internals,
    "err-http-status": _status,
    "err-alive-after-attack": _alive,
    "err-uniform": _uniform,
}
