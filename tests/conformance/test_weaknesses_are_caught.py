"""The suite is judged: it fails against a hole of the reference SP, naming the requirement, and not without it."""

from __future__ import annotations

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.reference_sp.weaknesses import WEAKNESSES
from harness.result import RunResult
from harness.targets.errors import SetUpError
from harness.targets.model import TargetFile

HOLES = {
    "accepts-duplicate-ids": "wrap-duplicate-id",
    "allows-dtd": "xml-doctype",
    "no-audience-check": "audience-mismatch",
    "no-destination-check": "resp-destination-mismatch",
    "no-expiry-check": "conditions-not-on-or-after",
    "no-recipient-check": "sc-recipient-mismatch",
    "no-replay-check": "replay-same-response",
    "no-request-check": "resp-irt-unknown",
    "open-redirect": "relaystate-open-redirect",
    "reads-first-assertion": "wrap-assertion-sibling",
    "reads-values-up-to-comment": "xml-comment-in-value",
    "signature-not-needed": "sig-none",
    "trusts-key-in-message": "sig-untrusted-key",
    "trusts-keys-of-other-organizations": "idp-key-of-other-idp",
}
"""One hole of each class of checks, and a requirement that has to be named against it."""


def run(requirement: str, *weaknesses: str) -> RunResult:
    """The cases of one requirement against a reference SP with these holes."""
    target = TargetFile("reference", reference={"weaknesses": weaknesses} if weaknesses else {})
    return check(target, CheckOptions(only=requirement, seed=1, jobs=1))


@pytest.mark.parametrize("weakness", HOLES)
def test_a_hole_is_found_and_the_requirement_is_named(weakness: str) -> None:
    result = run(HOLES[weakness], weakness)

    assert HOLES[weakness] in WEAKNESSES[weakness].requirements
    assert HOLES[weakness] in {
        name for case in result.cases if case.verdict == "failed" for name in case.requirements
    }


@pytest.mark.parametrize("requirement", sorted(set(HOLES.values())))
def test_without_the_hole_nothing_fails(requirement: str) -> None:
    verdicts = {case.verdict for case in run(requirement).cases}

    assert "passed" in verdicts
    assert not verdicts & {"failed", "not verified"}


def test_a_target_that_nobody_can_reach_is_a_set_up_error_and_never_green() -> None:
    target = TargetFile("broken", reference={"plan": "starter"})

    with pytest.raises(SetUpError):
        check(target, CheckOptions(only="audience-mismatch", seed=1, jobs=1))
