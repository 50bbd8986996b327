"""What to change at the SP when a requirement is not met: one sentence for the engineer who has to do it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from harness.conformance.requirements import Requirement
from harness.yamlfile import load_document

_FILE = Path(__file__).parent / "advice.yaml"


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    return {key.raw: value.text() for key, value in load_document(_FILE).items()}


def advice_for(row: Requirement) -> str:
    """The advice for this requirement, else that for its group."""
    texts = _texts()
    return texts.get(row.id) or texts.get(f"group {row.group}", "")
