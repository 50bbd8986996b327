"""No verdict without a control, none against an outside contact, none without consent; tolerance is measured."""

from __future__ import annotations

import re

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.result import CaseResult
from harness.targets.model import TargetFile
from tests.conformance.stub_sp import Start

AUDIENCE = "audience-mismatch/audience-mismatch"
DOCTYPE = "entity-external-http"
NOT_CONTACTED = " The suite's listener was not contacted."
CONFUSION = "sig-hmac-confusion/*"
UNVERIFIABLE = ("hmac-sha256-random", "signature-algorithm-unknown-garbage")
PREFLIGHT = 4
"""Good logins before the first case: one in each shape, one unsolicited."""


def _cases(sp_target: TargetFile, only: str, *, consent: bool = False) -> list[CaseResult]:
    return check(sp_target, CheckOptions(only=only, seed=1, jobs=1, consent=consent)).cases


def test_a_refusal_counts_for_nothing_when_good_logins_are_refused_too(start: Start) -> None:
    sp = start()
    sp.tires_after = PREFLIGHT
    found = _cases(sp.target(), AUDIENCE)
    assert {case.verdict for case in found} == {"not verified"}
    assert all("good login" in case.reason for case in found)


def test_the_same_cases_get_a_verdict_while_good_logins_work(start: Start) -> None:
    found = _cases(start().target(), AUDIENCE)
    assert {case.verdict for case in found} == {"failed"}


def test_a_refusal_is_worth_nothing_when_the_good_login_after_it_fails(start: Start) -> None:
    sp = start("refuses DOCTYPE")
    sp.tires_after = PREFLIGHT + 1
    found = _cases(sp.target(), DOCTYPE)
    assert {case.verdict for case in found} == {"not verified"}
    assert "good login after it failed" in found[0].reason


def test_a_target_that_fetches_what_a_message_names_fails_although_it_refuses_the_login(start: Start) -> None:
    found = _cases(start("fetches").target(), DOCTYPE)
    assert {case.verdict for case in found} == {"failed"}
    assert {case.differences[0].code for case in found} == {"outside_contact"}
    assert all(case.reason.startswith("GET /") for case in found)
    assert not any("listener" in case.reason for case in found)


def test_a_target_that_fetches_nothing_passes_the_same_case(start: Start) -> None:
    found = _cases(start("refuses DOCTYPE").target(), DOCTYPE)
    assert {case.verdict for case in found} == {"passed"}
    assert all(case.reason.endswith(NOT_CONTACTED) for case in found)


def test_it_is_told_of_a_message_that_is_accepted_too_and_of_no_message_without_an_address(
    start: Start,
) -> None:
    target = start().target()
    assert all(case.reason.endswith(NOT_CONTACTED) for case in _cases(target, "retrieval-method-external"))
    assert not any("listener" in case.reason for case in _cases(target, AUDIENCE))


def test_a_case_that_loads_the_target_waits_for_consent(start: Start) -> None:
    target = start().target()
    without = _cases(target, "sig-transform-flood")
    assert {case.verdict for case in without} == {"skipped"}
    assert all("--consent" in case.reason for case in without)
    assert "skipped" not in {case.verdict for case in _cases(target, "sig-transform-flood", consent=True)}


@pytest.mark.parametrize("seconds", [60, 200])
def test_the_tolerance_for_clocks_is_measured_to_ten_seconds(seconds: int) -> None:
    target = TargetFile("reference", reference={"clock_skew": seconds})
    (case,) = _cases(target, "conditions-skew-bounded")
    measured = [int(found) for found in re.findall(r"about (\d+) s", case.reason)]
    assert len(measured) == 3
    assert all(abs(found - seconds) <= 10 for found in measured)


def test_a_tolerance_without_bound_fails() -> None:
    target = TargetFile("reference", reference={"clock_skew": 100_000})
    (case,) = _cases(target, "conditions-skew-bounded")
    assert case.verdict == "failed"
    assert "no bound found" in case.reason


def test_a_case_that_waits_for_minutes_names_the_option(start: Start) -> None:
    found = _cases(start().target(), "sess-outlives-assertion")
    assert [case.reason for case in found] == ["It waits for minutes; run with --slow to include it."]


def test_an_sp_that_accepts_what_it_cannot_verify_is_told_from_one_that_confuses_keys(start: Start) -> None:
    believes = start().target()
    confuses = TargetFile("reference", reference={"weaknesses": ["accepts-any-algorithm"]})
    for target, verdict in ((believes, "failed"), (confuses, "passed")):
        confused = _cases(target, CONFUSION)
        assert {case.verdict for case in confused} == {"failed"}
        assert all("sig-untrusted-key/hmac-sha256-random" in case.differences[0].hint for case in confused)
        assert {case.verdict for name in UNVERIFIABLE for case in _cases(target, name)} == {verdict}


def test_an_sp_that_knows_one_algorithm_passes_them_all(start: Start) -> None:
    target = start("knows one algorithm").target()
    found = [case for name in (CONFUSION, *UNVERIFIABLE) for case in _cases(target, name)]
    assert {case.verdict for case in found} == {"passed"}
