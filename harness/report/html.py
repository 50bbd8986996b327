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
from harness.report.marking import excerpt, marked_xml, visible
from harness.report.overview import finding_rows, first_good_login, rules_of
from harness.result import VERDICTS, CaseResult, Evidence, Finding, RunResult

REPORT_NAME = "report.html"
_LETTERED = re.compile(r"[A-Z]\. ")
_UNSAFE = re.compile(r"[^\w.-]+")


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
    environment.filters["excerpt"] = excerpt
    environment.filters["visible"] = visible
    environment.filters["anchor_text"] = _anchor_text
    anchors = _anchors(result.cases)
    cause = {id(case): finding for finding in result.findings for case in finding.cases}
    return environment.get_template("report.html").render(
        anchor=lambda case: anchors[id(case)],
        cause=lambda case: cause.get(id(case)),
        finding_anchor=lambda finding: f"finding-{_anchor_text(finding.id)}",
        finding_rows=finding_rows,
        rules_of=rules_of,
        example_of=_example_of,
        to_look_at=_to_look_at,
        good_login=first_good_login(result.cases),
        result=result,
        verdicts=VERDICTS,
        groups=_groups(result.cases),
        levels=_levels(result.cases),
        draw=sequence.draw,
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _anchors(cases: Iterable[CaseResult]) -> dict[int, str]:
    """An address for each case that stays the same from run to run."""
    anchors: dict[int, str] = {}
    taken: set[str] = set()
    for case in cases:
        words = (case.id, case.signed, case.driver if case.driver != "http" else "")
        name = base = _anchor_text("case-" + ".".join(word for word in words if word))
        number = 1
        while name in taken:
            number += 1
            name = f"{base}.{number}"
        taken.add(name)
        anchors[id(case)] = name
    return anchors


def _anchor_text(text: str) -> str:
    return _UNSAFE.sub("-", text.replace("/", "."))


def _example_of(finding: Finding) -> Evidence | None:
    """The message of the finding's first case, where there is one with a fault to show."""
    messages = (evidence for evidence in finding.cases[0].evidence if evidence.kind == "xml")
    return next((one for one in messages if any(m.kind in ("fault", "removed") for m in one.marks)), None)


def _to_look_at(case: CaseResult) -> str:
    """Where a reader begins when nothing tells what to change."""
    hint = case.differences[0].hint if case.differences else ""
    step = case.failed_step
    place = f"Begin at {step.where}, step {step.title}" if step and step.where else ""
    return hint or place or "Begin at the evidence of the case"


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
