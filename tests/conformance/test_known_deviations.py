"""Accepted failures pass with their reason; an unexpected one fails, and so does an accepted one that is gone.

A line names cases, never a requirement: a new failure of a requirement is seen beside one that was accepted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.commands.output import exit_code
from harness.conformance.deviations import Deviation, KnownDeviations, load_deviations
from harness.conformance.deviations_draft import write_draft
from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.result import CaseResult, RunResult, Signed, Verdict
from harness.yamlfile import YamlFileError
from tests.conformance.stub_sp import Start

AUDIENCE = "audience-mismatch/audience-mismatch"
ACCEPTED = """deviations:
  - case: audience-mismatch/audience-mismatch
    reason: The stub reads no audience.
"""


def _run(start: Start, tmp_path: Path, deviations: str, only: str = AUDIENCE) -> RunResult:
    path = tmp_path / "deviations.yaml"
    path.write_text(deviations)
    return check(start().target(known_deviations=path), CheckOptions(only=only, seed=1))


def test_an_accepted_failure_is_a_warning_with_its_reason_and_the_check_passes(
    start: Start, tmp_path: Path
) -> None:
    result = _run(start, tmp_path, ACCEPTED)
    assert {case.verdict for case in result.cases} == {"warning"}
    assert {case.reason for case in result.cases} == {"Known deviation: The stub reads no audience."}
    assert exit_code(result) == 0


def test_results_are_told_with_the_accepted_failures_applied(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text(ACCEPTED)
    told: list[CaseResult] = []
    target = start().target(known_deviations=path)
    check(target, CheckOptions(only=AUDIENCE, seed=1, on_case=told.append))
    assert {case.verdict for case in told} == {"warning"}


def test_a_failure_that_nobody_has_accepted_fails(start: Start, tmp_path: Path) -> None:
    result = _run(start, tmp_path, ACCEPTED.replace("mismatch/audience-mismatch", "mismatch/audience-empty"))
    assert "failed" in {case.verdict for case in result.cases}
    assert exit_code(result) == 1


def test_another_failure_of_the_same_requirement_fails(start: Start, tmp_path: Path) -> None:
    result = _run(start, tmp_path, ACCEPTED, only="audience-mismatch/*")
    verdicts = {case.id: case.verdict for case in result.cases}
    assert verdicts == {
        "audience-mismatch/audience-mismatch": "warning",
        "audience-mismatch/audience-empty": "failed",
    }
    assert exit_code(result) == 1


def test_one_reason_may_be_that_of_several_cases(start: Start, tmp_path: Path) -> None:
    lines = "deviations: [{cases: [audience-mismatch/audience-mismatch, audience-mismatch/audience-empty], reason: So}]"
    result = _run(start, tmp_path, lines, only="audience-mismatch/*")
    assert {case.verdict for case in result.cases} == {"warning"}
    assert exit_code(result) == 0


@pytest.mark.parametrize("signed", ["both", "[both]"])
def test_a_line_for_one_shape_accepts_that_shape_alone(start: Start, tmp_path: Path, signed: str) -> None:
    line = f"deviations: [{{case: {AUDIENCE}, signed: {signed}, reason: Seen.}}]"
    verdicts = {case.signed: case.verdict for case in _run(start, tmp_path, line).cases}
    assert verdicts == {"both": "warning", "assertion": "failed", "response": "failed"}


def test_an_accepted_failure_that_is_gone_fails_and_says_which_line_to_remove(
    start: Start, tmp_path: Path
) -> None:
    line = "deviations: [{case: resp-accept-both-signed/accept, reason: It refused them once.}]"
    result = _run(start, tmp_path, line, only="resp-accept-both-signed")
    gone = result.cases[-1]
    assert (gone.id, gone.verdict) == ("known-deviation/resp-accept-both-signed/accept", "failed")
    assert "deviations.yaml:1" in gone.differences[0].expected
    assert gone.differences[0].fixes[0].advice == "remove the case"
    assert exit_code(result) == 1


def test_an_accepted_failure_that_is_gone_in_one_shape_fails_and_says_which_are_left() -> None:
    known = KnownDeviations([Deviation(AUDIENCE, "Seen.", where="deviations.yaml:1:1")])
    shapes: list[tuple[Signed, Verdict]] = [
        ("both", "passed"), ("assertion", "failed"), ("response", "failed"),
    ]  # fmt: skip
    for signed, verdict in shapes:
        known.apply(CaseResult(AUDIENCE, "", verdict, requirements=("audience-mismatch",), signed=signed))
    (difference,) = known.gone()[0].differences
    assert difference.received == "passed, signed: both"
    assert difference.fixes[0].advice == "write `signed: [assertion, response]`"


def test_a_line_whose_cases_did_not_run_says_nothing(start: Start, tmp_path: Path) -> None:
    line = "deviations: [{case: resp-accept-both-signed/accept, reason: It refused them once.}]"
    assert {case.id for case in _run(start, tmp_path, line).cases} == {AUDIENCE}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{case: audience-mismatch/audience-emtpy, reason: Seen.}", "Did you mean 'audience-mismatch/audience-empty'"),
        ("{case: audience-mismatch, reason: Seen.}", "is a requirement"),
        ("{case: audience-mismatch, reason: Seen.}", r"cases: \[audience-mismatch/audience-mismatch, audience-mism"),
        ("{case: %s, reason: ' '}", "say why this is accepted"),
        ("{case: %s, reason: }", "say why this is accepted"),
        ("{case: %s}", "reason"),
        ("{reason: Seen.}", "name one `case`"),
        ("{cases: [], reason: Seen.}", "name one `case`"),
        ("{case: %s, cases: [req-id-entropy], reason: Seen.}", "name one `case`"),
        ("{cases: %s, reason: Seen.}", "must be a list"),
        ("{case: %s, signed: neither, reason: Seen.}", "both, assertion, response"),
        ("{case: req-id-entropy, signed: both, reason: Seen.}", "leave `signed` out"),
        ("{case: %s, reason: A.}, {case: %s, signed: both, reason: B.}", "accepted already, at .*deviations.yaml:1"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_told_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text(f"deviations: [{line.replace('%s', AUDIENCE)}]")
    with pytest.raises(YamlFileError, match=told) as caught:
        load_deviations(path)
    assert "deviations.yaml:1" in str(caught.value)


def test_a_case_may_stand_on_two_lines_for_different_shapes(start: Start, tmp_path: Path) -> None:
    lines = "{case: %s, signed: [both, response], reason: A.}, {case: %s, signed: assertion, reason: B.}"
    result = _run(start, tmp_path, f"deviations: [{lines.replace('%s', AUDIENCE)}]")
    assert {case.signed: case.reason[-2:] for case in result.cases} == {
        "both": "A.",
        "response": "A.",
        "assertion": "B.",
    }


def test_a_draft_names_what_failed_and_is_of_use_once_the_reasons_are_written(
    start: Start, tmp_path: Path
) -> None:
    result = _run(
        start, tmp_path, ACCEPTED.replace("reason", "signed: both\n    reason"), "audience-mismatch/*"
    )
    path = tmp_path / "draft" / "deviations.yaml"

    assert write_draft(result, path) == 2

    draft = path.read_text()
    assert "# audience-mismatch: " in draft
    with pytest.raises(YamlFileError, match="say why this is accepted"):
        load_deviations(path)
    path.write_text(draft.replace("reason:", "reason: Seen."))
    accepted = {line.case: line.signed for line in load_deviations(path)}
    assert accepted == {AUDIENCE: ("assertion", "response"), "audience-mismatch/audience-empty": ()}


def test_there_is_no_draft_where_nothing_failed_that_is_not_accepted(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    assert write_draft(_run(start, tmp_path, ACCEPTED), path) == 0
    assert not path.exists()
