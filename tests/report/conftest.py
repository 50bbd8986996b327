"""A result tree with one case of each kind, and hostile text where a target could put it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from harness.difference import Difference, Fix
from harness.result import CaseResult, Evidence, Exchange, RunResult, StepResult

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
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
            ),
        ],
        evidence=[Evidence("sent", "xml", '<a ID="x"><b>evil@x</b></a>', marks=("evil@x",))],
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
