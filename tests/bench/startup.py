"""From the start of a process to metadata over HTTP, with keys that exist already."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import urllib3

from tests.bench.okta_process import okta_process

STARTS = 5
_IMPORTS = "import cheroot.wsgi, cryptography.x509, flask, lxml.etree, sqlalchemy.dialects.sqlite"


def measure() -> dict[str, float]:
    """Seconds of the fastest of several starts, and the floor: a process that imports the libraries and ends."""
    with tempfile.TemporaryDirectory() as folder:
        with okta_process(Path(folder)):
            pass  # makes the keys
        pairs = [(_imports(), _start(Path(folder))) for _ in range(STARTS)]
    return {
        "seconds_to_first_metadata": min(start for _, start in pairs),
        "seconds_to_import_libraries": min(floor for floor, _ in pairs),
    }


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True)
    return time.perf_counter() - began


def _start(data_dir: Path) -> float:
    began = time.perf_counter()
    with okta_process(data_dir) as okta:
        answer = urllib3.request("GET", okta.ready["metadata"])
        if answer.status != 200:
            raise RuntimeError(f"{okta.ready['metadata']} answered {answer.status}")
        return time.perf_counter() - began
