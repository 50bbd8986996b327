"""``--json FILE``: the result tree as one JSON object. Its schema lies beside this file; it only ever grows."""

from __future__ import annotations

import json
from pathlib import Path

from harness.result import RunResult

SCHEMA_PATH = Path(__file__).with_name("result.schema.json")


def write_json(result: RunResult, path: Path) -> None:
    """Write the report. Raises ``OSError`` when the file cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
