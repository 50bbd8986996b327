"""Requests in a form that Okta would not read: it is judged, and the rest of the check goes on."""

from __future__ import annotations

import pytest

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions
from tests.conformance.stub_sp import Start


@pytest.mark.parametrize(
    ("trouble", "verdict", "reason"),
    [
        ("posts", "passed", "A form with plain base64"),
        ("posts deflated", "failed", "SAMLRequest is DEFLATEd; HTTP-POST wants plain base64 XML"),
        ("", "skipped", "The SP sends its requests by redirect."),
    ],
)
def test_a_posted_request_is_plain_base64(start: Start, trouble: str, verdict: str, reason: str) -> None:
    run = check(start(trouble).target(), CheckOptions(only="req-*", seed=1, jobs=1))
    found = {case.requirements[0]: case for case in run.cases}

    assert found["req-post-encoding"].verdict == verdict
    assert found["req-post-encoding"].reason.startswith(reason)
    assert found["req-schema-valid"].verdict == "passed"


@pytest.mark.parametrize(
    ("trouble", "encoding"),
    [
        ("empty AllowCreate", "req-redirect-encoding-deflate"),
        ("posts, empty AllowCreate", "req-post-encoding"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_failure_of_the_schema_and_of_nothing_else(
    start: Start, trouble: str, encoding: str
) -> None:
    run = check(start(trouble).target(), CheckOptions(only="req-*", seed=1, jobs=1))
    found = {case.requirements[0]: case for case in run.cases}

    assert found["req-schema-valid"].verdict == "failed"
    assert found["req-schema-valid"].reason == "AllowCreate=''"
    assert found[encoding].verdict == "passed"
    assert found["req-version"].verdict == "passed"
