"""``--report DIR``: one self-contained HTML file that a manager can read and an engineer can work from.

No scripts, no outside resources; screenshots are embedded. Everything that came from a target is escaped.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from harness.report import sequence
from harness.report.marking import marked_xml
from harness.result import VERDICTS, CaseResult, Evidence, RunResult

REPORT_NAME = "report.html"
_LETTERED = re.compile(r"[A-Z]\. ")


def write_html(result: RunResult, directory: Path) -> Path:
    """Write ``report.html`` into ``directory`` and return its path. Raises ``OSError`` when that fails."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / REPORT_NAME
    path.write_text(html_text(result), encoding="utf-8")
    return path


def html_text(result: RunResult) -> str:
    """The report as text."""
    environment = Environment(
        loader=PackageLoader("harness.report"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["marked_xml"] = marked_xml
    anchors = {id(case): f"case-{number}" for number, case in enumerate(result.cases, start=1)}
    return environment.get_template("report.html").render(
        anchor=lambda case: anchors[id(case)],
        result=result,
        verdicts=VERDICTS,
        groups=_groups(result.cases),
        levels=_levels(result.cases),
        draw=sequence.draw,
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _groups(cases: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    groups: dict[str, list[CaseResult]] = {}
    for case in cases:
        groups.setdefault(case.group or "scenarios", []).append(case)
    if all(_LETTERED.match(name) for name in groups):
        return dict(sorted(groups.items()))  # the requirement catalogue's own order, A to T
    return groups


def _levels(cases: Iterable[CaseResult]) -> dict[str, dict[str, int]]:
    levels: dict[str, dict[str, int]] = {}
    for case in cases:
        if case.level:
            row = levels.setdefault(case.level, dict.fromkeys(VERDICTS, 0))
            row[case.verdict] += 1
    return levels


def _embedded(evidence: Evidence) -> dict[str, Any]:
    """A screenshot as a data URI, so that the report is one file."""
    if evidence.path is None or not evidence.path.is_file():
        return {"src": "", "missing": str(evidence.path or "")}
    data = base64.b64encode(evidence.path.read_bytes()).decode("ascii")
    return {"src": f"data:image/png;base64,{data}", "missing": ""}
