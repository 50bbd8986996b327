"""Accepted failures pass with their reason; an unexpected one fails, and so does an accepted one that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.commands.output import exit_code
from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from harness.result import CaseResult, RunResult
from harness.yamlfile import YamlFileError
from tests.conformance.stub_sp import Start

AUDIENCE = "audience-mismatch/audience-mismatch"
ACCEPTED = """deviations:
  - case: audience-mismatch
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
    result = _run(start, tmp_path, ACCEPTED.replace("audience-mismatch", "audience-missing"))
    assert "failed" in {case.verdict for case in result.cases}
    assert exit_code(result) == 1


def test_a_line_for_one_shape_accepts_that_shape_alone(start: Start, tmp_path: Path) -> None:
    line = "deviations: [{case: audience-mismatch, signed: both, reason: Seen.}]"
    verdicts = {case.signed: case.verdict for case in _run(start, tmp_path, line).cases}
    assert verdicts == {"both": "warning", "assertion": "failed", "response": "failed"}


def test_an_accepted_failure_that_is_gone_fails_and_says_which_line_to_remove(
    start: Start, tmp_path: Path
) -> None:
    line = "deviations: [{case: resp-accept-both-signed, reason: It refused them once.}]"
    result = _run(start, tmp_path, line, only="resp-accept-both-signed")
    gone = result.cases[-1]
    assert (gone.id, gone.verdict) == ("known-deviation/resp-accept-both-signed", "failed")
    assert "deviations.yaml:1" in gone.differences[0].expected
    assert exit_code(result) == 1


def test_a_line_whose_cases_did_not_run_says_nothing(start: Start, tmp_path: Path) -> None:
    line = "deviations: [{case: resp-accept-both-signed, reason: It refused them once.}]"
    ids = {case.id.partition("/")[0] for case in _run(start, tmp_path, line).cases}
    assert ids == {"audience-mismatch"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{case: audience-mismach, reason: Seen.}", "audience-mismatch"),
        ("{case: audience-mismatch, reason: ' '}", "say why this is accepted"),
        ("{case: audience-mismatch}", "reason"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_place(
    start: Start, tmp_path: Path, line: str, told: str
) -> None:
    with pytest.raises(YamlFileError, match=told) as caught:
        _run(start, tmp_path, f"deviations: [{line}]")
    assert "deviations.yaml:1" in str(caught.value)
