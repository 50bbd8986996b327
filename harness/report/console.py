"""What a run prints: one line a case, the summary that names each, the failed ones again at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.difference import SIDE_NAMES, Difference
from harness.report.marking import visible
from harness.report.overview import finding_rows
from harness.result import CaseResult, Evidence, Finding, RunResult, StepResult

WORDS = {
    "passed": "PASS",
    "failed": "FAIL",
    "warning": "WARN",
    "skipped": "SKIP",
    "not verified": "N/V ",
}
COLOURS = {
    "passed": "green",
    "failed": "red",
    "warning": "yellow",
    "skipped": "cyan",
    "not verified": "magenta",
}
EVIDENCE_LINES = 12
LONG_VALUE = 24
"""Longer values in the query of a URL, such as SAML messages, are cut: the page behind them must stay readable."""
_KEPT = 12
_LONG_QUERY_VALUE = re.compile(rf"(?<=[?&])([\w.-]+=)([^\s&#'\"<>()]{{{LONG_VALUE + 1},}})")


def case_line(case: CaseResult) -> str:
    """``PASS  login-01-sp-initiated  0.21 s``, with the shape and the reason where there is one."""
    word = "ERR " if case.error else WORDS[case.verdict]
    shape = f"  [{case.signed} signed]" if case.signed else ""
    reason = f"  {case.reason}" if case.reason and case.verdict != "passed" else ""
    return _harmless(f"{word}  {case.id}{shape}  {case.seconds:.2f} s{reason}")


def failure_lines(case: CaseResult, rest: str = "--report DIR shows") -> Iterator[str]:
    """A failed case in full: the step with its variables filled in, what was expected, where the evidence is.

    ``rest`` says where what is too long for a terminal can be read.
    """
    yield from map(_harmless, _failure_lines(case, rest))


def _failure_lines(case: CaseResult, rest: str) -> Iterator[str]:
    yield f"{case.id}: {case.title}"
    if case.reason:
        yield f"  {case.reason}"
    failed = [step for step in case.steps if step.verdict == "failed"]
    for step in failed:
        yield from _step_lines(step, rest)
    shown = [difference for step in failed for difference in step.differences]
    for difference in case.differences:
        if difference not in shown:
            yield from _difference_lines(difference)
    for evidence in case.evidence:
        yield from _evidence_lines(evidence, rest)


def _step_lines(step: StepResult, rest: str) -> Iterator[str]:
    yield f"  at {step.where}" if step.where else f"  at step {step.title}"
    yield f"  step: {step.title}"
    yield from (f"  | {line}" for line in step.source.splitlines())
    for difference in step.differences:
        yield from _difference_lines(difference)
    for evidence in step.evidence:
        yield from _evidence_lines(evidence, rest)


def _difference_lines(difference: Difference) -> Iterator[str]:
    """Long query values are cut, unless expected and received would then look the same."""
    alike = difference.expected and _short(difference.expected) == _short(difference.received)
    yield from (f"  {line if alike else _short(line)}" for line in difference.lines())


def _short(text: str) -> str:
    """The text with the long values in the queries of its URLs cut."""
    return _LONG_QUERY_VALUE.sub(lambda found: f"{found[1]}{found[2][:_KEPT]}…", text)


def _harmless(line: str) -> str:
    """Nothing that a file or a target put into the line reaches the terminal as a command."""
    return visible(line).replace("\r", "\\x0d")


def _evidence_lines(evidence: Evidence, rest: str) -> Iterator[str]:
    if evidence.path is not None:
        yield f"  evidence: {evidence.title}: {evidence.path}"
        return
    title, lines = _short(evidence.title), [_short(line) for line in evidence.text.splitlines()]
    if len(lines) == 1 and len(lines[0]) < 160:
        yield f"  {title}: {lines[0]}"
    elif lines and evidence.kind in ("xml", "html"):
        yield f"  {title}: {len(lines)} lines ({evidence.kind}); {rest} them"
    elif lines:
        yield f"  {title}:"
        yield from (f"    {line[:200]}" for line in lines[:EVIDENCE_LINES])
        if len(lines) > EVIDENCE_LINES:
            yield f"    ({len(lines) - EVIDENCE_LINES} more lines; {rest} all)"


def finding_case_lines(finding: Finding) -> Iterator[str]:
    """The failures behind a finding, each case once, with its signing shapes."""
    yield f"{finding.title}"
    for row in finding_rows(finding):
        word = "ERR " if row.first.error else WORDS[row.first.verdict]
        shapes = f"  [{row.shapes} signed]" if row.shapes else ""
        yield f"  {word}  {row.id}{shapes}  {row.first.reason}".rstrip()


def finding_lines(number: int, finding: Finding) -> Iterator[str]:
    """A finding in short: the cause, what it means, and what to change."""
    warnings = len(finding.cases) - finding.failed
    counts = [f"{finding.failed} failed"] * bool(finding.failed) + [f"{warnings} warned"] * bool(warnings)
    yield f"{number}. {finding.title}  ({', '.join(counts)})"
    if finding.impact:
        yield f"   {finding.impact}"
    if finding.advice:
        yield f"   Change, in {SIDE_NAMES[finding.side]}: {finding.advice}"
    first = finding.cases[0]
    shape = f" [{first.signed} signed]" if first.signed else ""
    yield f"   For example {first.id}{shape}: {first.reason or first.title}"


def summary_lines(result: RunResult) -> Iterator[str]:
    """Counts, time and seed; then every case that is not passed, by id."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in result.summary.items() if number)
    yield f"{counts or 'nothing ran'} in {result.seconds:.1f} s (target {result.target}, seed {result.seed})"
