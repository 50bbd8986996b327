"""``--junit FILE``: JUnit XML as CI servers read it (the Ant schema's testsuites/testsuite/testcase).

A failed case is a ``failure``; a case where the harness itself broke is an ``error``; a case that was skipped or
could not be verified is ``skipped`` with its reason, because neither a pass nor a failure is known.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from harness.result import CaseResult, RunResult, StepResult


def write_junit(result: RunResult, path: Path) -> None:
    """Write the report. Raises ``OSError`` when the file cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(junit_text(result), encoding="utf-8")


def junit_text(result: RunResult) -> str:
    """The report as text."""
    cases = result.cases
    errors = sum(case.error for case in cases)
    failures = sum(case.verdict == "failed" and not case.error for case in cases)
    skipped = sum(case.verdict in ("skipped", "not verified") and not case.error for case in cases)
    counts = (
        f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}" '
        f'time="{result.seconds:.3f}"'
    )
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="okta-harness" {counts}>',
        f"<testsuite name={_attr(result.target)} {counts}>",
        f'<properties><property name="seed" value="{result.seed}"/></properties>',
        *(_case(case) for case in cases),
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(rows) + "\n"


def _case(case: CaseResult) -> str:
    name = f"{case.id} ({case.signed} signed)" if case.signed else case.id
    opening = (
        f"<testcase classname={_attr(case.group or case.driver)} name={_attr(name)} "
        f'time="{case.seconds:.3f}"{_place(case.failed_step)}>'
    )
    return opening + _outcome(case) + "</testcase>"


def _place(step: StepResult | None) -> str:
    """``file`` and ``line`` of the failing step, which CI servers make a link of."""
    file, _, line = step.where.rpartition(":") if step else ("", "", "")
    return f" file={_attr(file)} line={_attr(line)}" if file and line.isdigit() else ""


def _step_lines(step: StepResult | None) -> list[str]:
    """The failing step, as the console shows it."""
    return [f"at {step.where}", f"step: {step.title}"] if step and step.where else []


def _outcome(case: CaseResult) -> str:
    message = case.differences[0].message if case.differences else case.reason or case.title
    lines = [line for difference in case.differences for line in difference.lines()]
    detail = "\n".join([*_step_lines(case.failed_step), *lines])
    if case.error:
        return f"<error message={_attr(message)}>{_text(detail or case.reason)}</error>"
    if case.verdict == "failed":
        return f"<failure message={_attr(message)}>{_text(detail)}</failure>"
    if case.verdict in ("skipped", "not verified"):
        return f"<skipped message={_attr(f'{case.verdict}: {case.reason}')}/>"
    if case.verdict == "warning":
        known = [case.reason] if case.accepted else []
        told = "\n".join([*known, detail or case.reason])
        return f"<system-out>{_text('warning: ' + told)}</system-out>"
    return ""


def _attr(value: str) -> str:
    return quoteattr(_xml_characters(value))


def _text(value: str) -> str:
    return escape(_xml_characters(value))


def _xml_characters(value: str) -> str:
    """Replace what XML 1.0 cannot hold: hostile messages put control characters into what SPs echo."""
    return "".join(char if _is_xml_character(ord(char)) else "\ufffd" for char in value)


def _is_xml_character(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
