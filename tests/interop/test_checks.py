"""Three real SPs, judged by the suite: green but for the deviations that are written down with their reasons.

minisaml is judged by every case. The other two by the profile ``okta-practical``, the requirements of tier 1: a check
by every case takes minutes where each message starts an xmlsec1 process, and is run by hand when a library or the
suite changes (``okta-harness check tests/interop/pysaml2.target.yaml``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.commands.output import exit_code
from harness.conformance.engine import check
from harness.conformance.options import CheckOptions

FOLDER = Path(__file__).parent


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "profile"),
    [("minisaml", "all"), ("python3_saml", "okta-practical"), ("pysaml2", "okta-practical")],
)
def test_the_check_passes_given_the_known_deviations(name: str, profile: str) -> None:
    result = check(FOLDER / f"{name}.target.yaml", CheckOptions(profile=profile, seed=1))

    assert {(case.id, case.signed): case.reason for case in result.cases if case.verdict == "failed"} == {}
    assert result.summary["passed"] > 100
    assert exit_code(result) == 0


@pytest.mark.parametrize("name", ["minisaml", "python3_saml", "pysaml2"])
def test_without_the_file_a_deviation_fails(name: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.target.yaml").read_text()
    target = tmp_path / "target.yaml"
    target.write_text(
        text.replace("known_deviations:", "#").replace("cwd: ../..", f"cwd: {FOLDER.parent.parent}")
    )

    result = check(
        target, CheckOptions(only="audience-restrictions-and/*" if name != "minisaml" else "xml-doctype/*")
    )

    assert exit_code(result) == 1
