"""A whole check of the reference SP: every case with its control."""

from __future__ import annotations

import time

from harness.conformance.engine import check
from harness.conformance.options import CheckOptions


def measure() -> dict[str, float]:
    """Seconds of a whole check, its cases, and cases a second, worker processes as by default."""
    began = time.perf_counter()
    result = check("reference", CheckOptions(seed=1))
    seconds = time.perf_counter() - began
    return {
        "check_seconds": seconds,
        "check_cases": float(len(result.cases)),
        "check_cases_per_second": len(result.cases) / seconds,
    }
