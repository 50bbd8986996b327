"""Scenarios side by side give the same cases in the same order."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario import RunOptions, load, run_side_by_side


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_cases_come_in_the_order_of_the_scenarios(tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "rows.scenario.yaml"
    path.write_text(
        "id: rows\ntitle: Rows\nmatrix:\n"
        "  - {row: one, code: sso_off}\n  - {row: two, code: sso_required}\n  - {row: three, code: sso_off}\nsteps:\n"
        "  - user.open: {as: ada@acme.test, page: /sso/login/10001}\n"
        '  - expect.refused: {by: sp, code: "${row.code}"}\n'
    )
    cases = list(run_side_by_side(load(path), RunOptions(seed=1), jobs))
    assert [(case.id, case.verdict) for case in cases] == [
        ("rows[one]", "passed"),
        ("rows[two]", "failed"),
        ("rows[three]", "passed"),
    ]
