"""Which exit code a result ends with."""

from __future__ import annotations

import pytest

from harness.commands.output import exit_code
from harness.result import CaseResult, RunResult, Verdict

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
