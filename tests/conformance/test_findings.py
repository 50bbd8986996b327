"""From many failures to few causes."""

from __future__ import annotations

import fnmatch

import pytest

from harness.conformance.cases import cases
from harness.conformance.deviations import GONE
from harness.conformance.evidence import blank_result
from harness.conformance.findings import Rule, find, rules
from harness.difference import Difference
from harness.result import CaseResult, Verdict

KNOWN = {case.id: case for case in cases()}
GROUPS = {case.requirement.group for case in cases()}


def failure(case_id: str, code: str = "accepted", verdict: Verdict = "failed") -> CaseResult:
    result = blank_result(KNOWN[case_id])
    result.verdict = verdict
    result.differences.append(Difference(code, "It does not hold."))
    return result


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_pattern_of_a_rule_names_cases_that_exist(rule: Rule) -> None:
    for pattern in (*rule.when, *rule.explains):
        if pattern.startswith("group "):
            assert pattern[6:] in GROUPS
        else:
            assert any(fnmatch.fnmatchcase(name, pattern) for name in KNOWN), pattern


def test_ids_of_rules_are_unique_and_no_requirement_has_one_of_them() -> None:
    names = [rule.id for rule in rules()]
    assert len(set(names)) == len(names)
    assert not {case.requirement.id for case in cases()}.intersection(names)


def test_what_follows_from_a_cause_stands_under_it() -> None:
    base = failure("audience-mismatch/audience-mismatch")
    near = failure("audience-near-miss/audience-prefix")
    comment = failure("xml-comment-in-value/comment-in-audience")

    (finding,) = find([near, comment, base])

    assert finding.id == "audience-not-compared"
    assert finding.cases[0] is base and set(map(id, finding.cases)) == {id(base), id(near), id(comment)}


def test_a_near_miss_alone_is_a_cause_of_its_own() -> None:
    (finding,) = find([failure("audience-near-miss/audience-prefix")])
    assert finding.id == "audience-near-miss"
    assert "as a whole" in finding.advice or "whole string" in finding.advice


def test_keys_are_confused_where_nothing_else_is_accepted_that_cannot_be_verified() -> None:
    confused = failure("sig-hmac-confusion/hmac-sha256-pem", "forged")
    random = failure("sig-untrusted-key/hmac-sha256-random", "forged")
    assert [finding.id for finding in find([confused])] == ["hmac-confusion"]
    assert [finding.id for finding in find([confused, random])] == ["unverifiable-accepted"]


def test_good_messages_that_are_refused_do_not_follow_from_bad_ones_that_are_accepted() -> None:
    found = find(
        [
            failure("audience-mismatch/audience-mismatch"),
            failure("audience-several-or/audience-first-of-three", "refused"),
        ]
    )
    assert [finding.id for finding in found] == ["audience-not-compared", "audience-several-or"]


def test_forged_users_come_first_and_warnings_last() -> None:
    found = find(
        [
            failure("sig-rsa-sha1/signature-rsa-sha1", verdict="warning"),
            failure("resp-destination-mismatch/destination-other-sp"),
            failure("wrap-assertion-sibling/xsw3", "forged"),
        ]
    )
    assert [finding.id for finding in found] == [
        "unsigned-content-read",
        "destination-not-compared",
        "sig-rsa-sha1",
    ]
    assert [finding.failed for finding in found] == [1, 1, 0]


def test_a_warning_alone_establishes_no_cause() -> None:
    (finding,) = find([failure("resp-version/response-version-1-1", verdict="warning")])
    assert finding.id == "resp-version"


def test_accepted_deviations_and_passes_are_left_out() -> None:
    accepted = failure("audience-mismatch/audience-mismatch", verdict="warning")
    accepted.accepted = True
    passed = blank_result(KNOWN["audience-missing/conditions-missing"])
    assert find([accepted, passed]) == []


def test_what_is_wrong_with_the_test_itself_is_not_put_on_the_sp() -> None:
    broken = failure("audience-mismatch/audience-mismatch", "harness", "not verified")
    broken.error = True
    gone = CaseResult(
        f"{GONE}/sig-none/signature-removed",
        "gone",
        "failed",
        differences=[Difference("deviation_gone", "gone")],
    )
    assert {finding.id: finding.side for finding in find([broken, gone])} == {
        "suite-broken": "harness",
        "deviation-gone": "harness",
    }
