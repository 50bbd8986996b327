"""Passive checks of the AuthnRequests that a run has received. Nothing is provoked for them."""

from __future__ import annotations

from collections.abc import Sequence

from harness.conformance.cases import Case
from harness.conformance.observed import RequestSeen
from harness.conformance.request_checks import content, form, signature
from harness.conformance.request_checks.reading import ReadRequest, Requests
from harness.conformance.verdicts import Outcome, not_verified

CHECKS = {**form.CHECKS, **content.CHECKS, **signature.CHECKS}


def read_requests(seen: Sequence[RequestSeen]) -> list[ReadRequest]:
    """The requests of a run for all of its checks: each is parsed once."""
    return [ReadRequest(request) for request in seen]


def check_requests(case: Case, requests: Sequence[ReadRequest], signatures_promised: bool = False) -> Outcome:
    """The verdict of one passive check over all requests of the run."""
    if not requests:
        return not_verified("The SP has sent no AuthnRequest.")
    return CHECKS[case.requirement.id](Requests(case, requests, signatures_promised))


__all__ = ["CHECKS", "ReadRequest", "check_requests", "read_requests"]
