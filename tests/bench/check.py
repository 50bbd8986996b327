"""A whole check of the reference SP: every case with its control."""

from __future__ import annotations

import time

from harness.conformance import CheckOptions, check
from harness.targets import reference_target


def measure() -> dict[str, float]:
    """Seconds, cases a second, and the share of the time that passed in the target."""
    began = time.perf_counter()
    result = check(reference_target(), CheckOptions(seed=1))
    seconds = time.perf_counter() - began
    return {
        "check_seconds": seconds,
        "check_cases": float(len(result.cases)),
        "check_cases_per_second": len(result.cases) / seconds,
        "check_share_in_target": result.seconds_in_target / (seconds or 1),
    }
