"""Every requirement that has a case tells what to change at the SP, for each direction in which the case can fail."""

from __future__ import annotations

from pathlib import Path

import harness.conformance
from harness.conformance.advice import ANY, advice_for, texts
from harness.conformance.cases import Case, cases
from harness.conformance.requirements import requirement, requirements

LONGEST = 200
CODES = {"accept": "refused", "reject": "accepted", "no forgery": "forged"}
OTHER_CODES = {
    "conditions-skew-tolerated": "no_tolerance",
    "err-alive-after-attack": "target_down",
    "md-xxe": "metadata_used",
    "redirect-inflate-bomb": "slow",
    "relaystate-oversized": "server_error",
    "slo-inbound-terminates": "session_alive",
    "slo-inbound-without-cookie": "session_alive",
}
"""Stories that fail by another code than their expectation suggests."""


def _has_own_text(case: Case) -> bool:
    name = case.requirement.id
    code = OTHER_CODES.get(name) or CODES.get(case.expect)
    if code is None:
        return any(name == known for known, _ in texts())
    return (name, code) in texts() or ((name, "") in texts() and (ANY, code) not in texts())


def test_each_case_has_a_text_of_its_requirement_for_its_direction() -> None:
    assert [case.id for case in cases() if not _has_own_text(case)] == []


def test_each_key_names_a_requirement_or_any() -> None:
    assert {name for name, _ in texts()} - {*requirements(), ANY} == set()


def test_each_code_is_one_that_the_suite_reports() -> None:
    folder = Path(harness.conformance.__file__).parent
    source = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    assert [code for _, code in texts() if code and f'"{code}"' not in source] == []


def test_the_file_goes_through_the_groups_in_their_order() -> None:
    letters = [requirement(name).group for name, _ in texts() if name != ANY]
    assert letters == sorted(letters)


def test_each_text_is_one_short_sentence() -> None:
    wrong = [text for text in texts().values() if len(text) > LONGEST or ". " in text or text[-1] != "."]
    assert wrong == []


def test_advice_for_a_code_comes_before_that_for_the_requirement() -> None:
    row = requirement("attr-multivalued")
    assert "into a list" in advice_for(row, "values_lost")
    assert "Accept attributes with many" in advice_for(row, "refused")


def test_a_good_login_that_is_refused_on_the_way_gets_no_advice_to_refuse_more() -> None:
    row = requirement("replay-same-response")
    assert "IDs of used assertions" in advice_for(row, "accepted")
    assert advice_for(row, "refused") == texts()[ANY, "refused"]


def test_a_code_that_nobody_foresaw_still_gets_advice() -> None:
    assert advice_for(requirement("attr-multivalued"), "unforeseen")
