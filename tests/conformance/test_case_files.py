"""Rows of the case files: a MUST that is a warning only says why, and what is said reaches the report."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import harness.conformance
from harness.conformance.cases import Case, cases
from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from tests.conformance.stub_sp import Start

STRICT = ("MUST", "SECURITY")


def test_every_must_that_is_only_a_warning_says_why() -> None:
    silent = [
        case.id
        for case in cases()
        if case.requirement.level in STRICT
        and case.if_not == "warning"
        and not case.hint.startswith("A warning only: ")
    ]
    assert silent == []


def test_every_warning_that_a_procedure_gives_says_why() -> None:
    files = Path(harness.conformance.__file__).parent.rglob("*.py")
    silent = [
        f"{path.name}:{call.lineno}"
        for path in files
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith("not_met")
        and any("'warning'" in ast.unparse(keyword.value) for keyword in call.keywords)
        and not any(keyword.arg == "hint" for keyword in call.keywords)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("case", "verdict", "hint"),
    [
        (
            "issuer-format-not-entity/response-issuer-format-email",
            "warning",
            "A warning only: the MUST binds",
        ),
        ("assertion-issuer-wrong/assertion-issuer-wrong", "failed", ""),
        (
            "sig-digestvalue-comment/signature-value-comment",
            "warning",
            "A warning only: the signature is right",
        ),
        ("sig-digestvalue-comment/digest-value-comment", "failed", ""),
        (
            "sig-alg-unknown/digest-algorithm-unknown",
            "warning",
            "A warning only: the signature is the IdP's own",
        ),
        ("sig-alg-unknown/signature-algorithm-unknown-garbage", "failed", "Nobody can verify this signature"),
    ],
)
def test_the_reason_stands_in_the_hint(start: Start, case: str, verdict: str, hint: str) -> None:
    found = check(start().target(), CheckOptions(only=case, seed=1, jobs=1)).cases
    assert {result.verdict for result in found} == {verdict}
    for result in found:
        said = result.differences[0].hint
        assert said.startswith(hint) if hint else said == ""


def test_no_case_is_counted_twice_for_one_forged_message() -> None:
    """Where the same message is sent for two requirements, one of them at least is about good messages."""
    seen: dict[tuple[object, ...], Case] = {}
    twice = []
    for case in cases():
        message = (case.faults, case.procedure, case.flow, case.encrypted, case.expect)
        if case.expect == "no forgery" and message in seen:
            twice.append((seen[message].id, case.id))
        seen[message] = case
    assert twice == []
