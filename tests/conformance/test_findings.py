"""From many failures to few causes."""

from __future__ import annotations

import fnmatch

import pytest

from harness.conformance.cases import cases
from harness.conformance.deviations import GONE
from harness.conformance.evidence import blank_result
from harness.conformance.findings import ALIVE, Rule, find, rules
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
            continue
        names, _, code = pattern.partition(" ")
        assert any(fnmatch.fnmatchcase(name, names) for name in KNOWN), pattern
        assert code in ("", "forged", "somebody"), pattern


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


@pytest.mark.parametrize("code", ["accepted", "target_down", "slow", "server_error"])
def test_wrapping_is_a_cause_only_where_the_forged_user_was_signed_in(code: str) -> None:
    (finding,) = find([failure("wrap-duplicate-id/duplicate-id-assertions", code)])
    assert finding.id == "wrap-duplicate-id"
    (forged,) = find([failure("wrap-duplicate-id/duplicate-id-assertions", "forged")])
    assert forged.id == "unsigned-content-read"


def test_a_lookalike_that_the_idp_signed_is_no_wrapping() -> None:
    (finding,) = find([failure("wrap-namespace-lookalike/lookalike-name-id", "forged")])
    assert finding.id == "names-without-namespace"
    (wrapped,) = find([failure("wrap-namespace-lookalike/lookalike-assertion", "forged")])
    assert wrapped.id == "unsigned-content-read"


def test_a_tolerated_oddity_of_a_signature_stands_apart_from_wrapping() -> None:
    found = find(
        [
            failure("wrap-assertion-sibling/xsw3", "forged"),
            failure("sig-position/signature-at-end"),
            failure("xml-multiple-roots/trailing-text"),
        ]
    )
    assert found[0].id == "unsigned-content-read"
    assert {finding.id for finding in found[1:]} == {"xml-multiple-roots", "sig-position"}


def test_a_message_without_a_name_is_the_cause_unless_the_friendly_name_was_believed() -> None:
    nameless = failure("nameid-empty/name-id-empty", "somebody")
    friendly = "attr-friendlyname-ignored/name-id-missing/attribute-friendly-name-lookalike"

    assert [one.id for one in find([nameless, failure(friendly, "somebody")])] == ["name-not-demanded"]
    assert {one.id for one in find([nameless, failure(friendly, "forged")])} == {
        "name-not-demanded",
        "attr-friendlyname-ignored",
    }


def test_only_the_conditions_show_that_an_answer_works_for_ever() -> None:
    confirmation = failure("sc-not-on-or-after-expired/confirmation-expired")
    (finding,) = find([confirmation])
    assert finding.id == "sc-not-on-or-after-expired"
    conditions = failure("conditions-not-on-or-after/conditions-expired")
    assert [one.id for one in find([confirmation, conditions])] == ["expiry-not-checked"]


def test_replays_of_unsolicited_answers_alone_are_one_cause() -> None:
    found = find(
        [
            failure("unsolicited-replay/replay-other-browser"),
            failure("replay-rewrapped-assertion/replay-rewrapped/unsolicited"),
            failure("replay-concurrent/replay-concurrent/unsolicited", "race"),
        ]
    )
    assert [finding.id for finding in found] == ["unsolicited-replay-not-noticed"]


def test_an_sp_that_went_down_several_times_has_one_cause() -> None:
    found = find(
        [
            failure("sess-fixation/session-fixation", "target_down"),
            failure("sc-bearer-required/confirmation-sender-vouches", "target_down"),
        ]
    )
    assert [finding.id for finding in found] == ["target-down"]


def test_an_sp_that_goes_down_by_one_kind_of_message_is_told_what_to_do_about_those() -> None:
    found = find(
        [
            failure("xml-entity-expansion/entity-expansion-nested", "target_down"),
            failure("xml-entity-expansion/entity-expansion-quadratic", "target_down"),
            failure(ALIVE, "target_down"),
        ]
    )
    assert [finding.id for finding in found] == ["xml-entity-expansion", ALIVE]


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
