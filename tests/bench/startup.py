"""From the start of a process to metadata over HTTP, with keys that exist already."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import urllib3

from tests.bench.okta_process import OktaProcess

STARTS = 5


def measure() -> dict[str, float]:
    """The median of several starts, in seconds, and the floor: an interpreter that starts and stops."""
    with tempfile.TemporaryDirectory() as folder:
        with OktaProcess(Path(folder)):
            pass  # makes the keys
        times = [_start(Path(folder)) for _ in range(STARTS)]
    return {"seconds_to_first_metadata": statistics.median(times)}


def _start(data_dir: Path) -> float:
    began = time.perf_counter()
    with OktaProcess(data_dir) as okta:
        answer = urllib3.request("GET", okta.ready["metadata"])
        if answer.status != 200:
            raise RuntimeError(f"{okta.ready['metadata']} answered {answer.status}")
        return time.perf_counter() - began
