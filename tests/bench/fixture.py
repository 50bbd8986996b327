"""What the ``fake_okta`` fixture costs a test: an org with one app, after the first one of the process."""

from __future__ import annotations

import statistics
import time

from fake_idp import FakeOkta

ROUNDS = 30


def measure() -> dict[str, float]:
    """Median set-up time in milliseconds, with and without an app."""
    _round(with_app=True)
    return {
        "fixture_ms": statistics.median(_round(with_app=False) for _ in range(ROUNDS)),
        "fixture_with_app_ms": statistics.median(_round(with_app=True) for _ in range(ROUNDS)),
    }


def _round(*, with_app: bool) -> float:
    began = time.perf_counter()
    with FakeOkta(base_url="http://127.0.0.1:1") as okta:
        if with_app:
            okta.create_saml_app("Bench", acs_url="http://localhost/acs", audience="http://localhost")
        return (time.perf_counter() - began) * 1000
