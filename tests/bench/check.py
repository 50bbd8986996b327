"""A whole check of the reference SP: every case with its control."""

from __future__ import annotations

import time

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions


def measure() -> dict[str, float]:
    """Seconds of a whole check with two workers, its cases, cases a second, and the part spent waiting for the SP."""
    began = time.perf_counter()
    result = check("reference", CheckOptions(seed=1))
    seconds = time.perf_counter() - began
    return {
        "check_seconds": seconds,
        "check_cases": float(len(result.cases)),
        "check_cases_per_second": len(result.cases) / seconds,
        "check_share_in_target": result.share_in_target,
    }
