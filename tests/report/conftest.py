"""A result tree with one case of each kind, and hostile text where a target could put it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from harness.difference import Difference, Fix
from harness.result import CaseResult, Evidence, Exchange, Finding, Mark, RunResult, StepResult

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SENT = '<a ID="x"><b>evil@x</b></a>'
AUDIENCE = Difference(
    "aud_mismatch",
    "The response is meant for another service provider.",
    expected="http://localhost/saml/2/metadata/10001",
    received="<script>alert(1)</script>",
    fixes=(Fix("okta", "Audience URI (SP Entity ID)", "paste the Entity ID"),),
    hint="differs only by a trailing slash",
)


@pytest.fixture
def result(tmp_path: Path) -> RunResult:
    """A run with every verdict."""
    picture = tmp_path / "step-1.png"
    picture.write_bytes(PIXEL)
    failed = CaseResult(
        "login-01-sp-initiated",
        "Sign in from the SP",
        verdict="failed",
        seconds=0.25,
        group="login",
        level="MUST",
        requirements=("audience-mismatch",),
        faults=("audience-near-miss",),
        signed="both",
        differences=[AUDIENCE],
        steps=[
            StepResult("okta.assign", verdict="passed"),
            StepResult(
                "user.sign_in",
                source="user.sign_in: {as: ada@acme.test}",
                verdict="failed",
                differences=[AUDIENCE],
                evidence=[
                    Evidence("page", text="403\nForbidden"),
                    Evidence("screen", "screenshot", path=picture),
                ],
                where="login-01.scenario.yaml:12",
                number=2,
            ),
        ],
        evidence=[
            Evidence("sent", "xml", SENT, marks=(Mark(13, 13, "removed", "good@x"), Mark(13, 19, "fault")))
        ],
        exchanges=[
            Exchange("user", "SP", "GET", "http://localhost/login", 302, "AuthnRequest", "<r/>"),
            Exchange(
                "user",
                "Okta",
                "GET",
                "http://127.0.0.1/app/acme_amplitude_1/exk0000000000000000/sso/saml",
                200,
            ),
        ],
    )
    return RunResult(
        "reference",
        42,
        [
            CaseResult("setup-01", "Set up", group="setup"),
            failed,
            CaseResult("x-warning", "Warned", verdict="warning", reason="SHA-1 was accepted"),
            CaseResult("x-skipped", "Skipped", verdict="skipped", reason="no encryption"),
            CaseResult("x-unknown", "Unknown", verdict="not verified", reason="its control failed"),
            CaseResult("x-broken", "Broken", verdict="failed", error=True, reason="the browser died\x07"),
        ],
        seconds=1.5,
    )


@pytest.fixture
def checked(result: RunResult) -> RunResult:
    """A check whose failures have been traced to a cause."""
    case = result.cases[1]
    case.rule, case.references = "An assertion for another SP is refused.", "Core 2.5.1.4"
    twin = CaseResult(
        case.id, case.title, verdict="failed", requirements=case.requirements, signed="response",
        group=case.group, level="MUST", rule=case.rule, reason="Somebody is signed in.",
    )  # fmt: skip
    broken = result.cases[5]
    result.cases.append(twin)
    result.findings = [
        Finding("audience-not-compared", "The Audience is not compared.", "Answers for others work here.",
                "Compare it.", [case, twin]),
        Finding("suite-broken", "The suite itself broke.", "", "Report it.", [broken], side="harness"),
    ]  # fmt: skip
    result.facts = {"SP entity ID": "http://localhost/sp"}
    return result
