"""Which exit code a result ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.commands.output import exit_code
from harness.exits import CANNOT_JUDGE, INTERRUPTED, USAGE
from harness.exits import FAILED as FAILURE
from harness.exits import PASSED as SUCCESS
from harness.result import CaseResult, RunResult, Verdict
from tests.cli.conftest import Run

PASSED, WARNED, SKIPPED = (
    CaseResult("a", "a", verdict=verdict) for verdict in ("passed", "warning", "skipped")
)
FAILED = CaseResult("b", "b", verdict="failed")
UNKNOWN: Verdict = "not verified"
BROKEN = CaseResult("c", "c", verdict=UNKNOWN, error=True)


@pytest.mark.parametrize(
    ("cases", "code"),
    [
        ([PASSED], 0),
        ([PASSED, SKIPPED, WARNED], 0),
        ([PASSED, FAILED], 1),
        ([PASSED, FAILED, BROKEN], 1),
        ([PASSED, BROKEN], 3),
        ([SKIPPED, CaseResult("d", "d", verdict=UNKNOWN)], 3),
        ([], 3),
    ],
)
def test_failures_come_first_and_nothing_judged_is_never_green(cases: list[CaseResult], code: int) -> None:
    assert exit_code(RunResult("x", 1, cases)) == code


@pytest.mark.parametrize("code", [SUCCESS, FAILURE, USAGE, CANNOT_JUDGE, INTERRUPTED])
def test_each_exit_code_of_run_is_told_in_the_help_and_on_the_page(code: int, okta_harness: Run) -> None:
    page = (Path(__file__).parents[2] / "docs/scenarios.md").read_text(encoding="utf-8")

    assert f"\n| {code} | " in page
    assert f"\n    {code} " in okta_harness("run", "--help").out
