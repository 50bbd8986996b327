"""What to change at the SP when a requirement is not met: one sentence for the engineer who has to do it."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from pathlib import Path

from harness.conformance.requirements import Requirement
from harness.yamlfile import load_document

ANY = "any"
"""Stands for every requirement, in keys that are about one outcome."""
_FILE = Path(__file__).parent / "advice.yaml"


@lru_cache(maxsize=1)
def texts() -> dict[tuple[str, str], str]:
    """Every text by requirement and code; the code is empty where a text is for all codes without one of their own."""
    found: dict[tuple[str, str], str] = {}
    for key, value in load_document(_FILE).items():
        name, _, codes = key.raw.partition(" ")
        for code in codes.split(", "):
            if (name, code) in found:
                raise key.problem(f"{name} has two texts for {code!r}")
            found[name, code] = value.text()
    return found


def advice_for(row: Requirement, code: str) -> str:
    """The advice for this requirement and code; else for this code, for this requirement, for any of its codes."""
    places = ((row.id, code), (ANY, code), (row.id, ""))
    fitting = (texts()[place] for place in places if place in texts())
    others = (text for (name, _), text in texts().items() if name == row.id)
    return next(chain(fitting, others), "")
