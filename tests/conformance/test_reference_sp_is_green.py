"""The reference SP meets every requirement that the suite can judge, in every profile.

Profiles are filters of the same cases, so one run of all of them answers for each.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.commands.output import exit_code
from harness.conformance.cases import cases
from harness.conformance.engine import check
from harness.conformance.options import CHECK_PROFILES, CheckOptions
from harness.conformance.requirements import requirements
from harness.result import CaseResult, RunResult


@pytest.fixture(scope="module")
def whole() -> RunResult:
    """Every case against the reference SP, those that load it included."""
    return check("reference", CheckOptions(seed=1, consent=True))


@pytest.fixture(scope="module")
def by_requirement(whole: RunResult) -> Mapping[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for case in whole.cases:
        for name in case.requirements:
            found.setdefault(name, []).append(case)
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("profile", CHECK_PROFILES)
def test_nothing_fails_and_nothing_stays_unverified(
    by_requirement: Mapping[str, list[CaseResult]], profile: str
) -> None:
    names = [name for name, row in requirements().items() if profile == "all" or profile in row.profiles]
    results = [case for name in names for case in by_requirement.get(name, [])]
    assert len(results) > 100
    told = {
        (case.id, case.signed): case.reason for case in results if case.verdict not in ("passed", "skipped")
    }
    assert told == {}


@pytest.mark.timeout(600)
def test_every_case_has_a_result_and_the_check_ends_with_exit_code_0(whole: RunResult) -> None:
    assert {case.id for case in whole.cases} == {case.id for case in cases()}
    assert exit_code(whole) == 0


@pytest.mark.timeout(600)
def test_few_cases_are_skipped(whole: RunResult) -> None:
    assert whole.summary["skipped"] < whole.summary["passed"] / 20
