"""What ``run`` and ``check`` print, and the files they write."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from harness.exits import CANNOT_JUDGE, FAILED, PASSED
from harness.report.console import (
    COLOURS,
    case_line,
    failure_lines,
    finding_case_lines,
    finding_lines,
    summary_lines,
)
from harness.report.html import REPORT_NAME, write_html
from harness.report.json_file import write_json
from harness.report.junit import write_junit
from harness.result import CaseResult, Finding, RunResult

BAR_WIDTH = 24
FEW = 3
"""So many failures of a check are printed in full without being asked for."""


class OutputRefused(OSError):
    """A file that a command was asked to write cannot be written; found before anything runs."""


def check_outputs(
    *, json_file: Path | None, junit_file: Path | None, report: Path | None, draft: Path | None = None
) -> None:
    """Try each place that will be written to, since a run takes minutes and its result would be lost.

    :raises OutputRefused: with the option, the path, what is wrong and what to do.
    """
    outputs = (
        ("--json", json_file, json_file),
        ("--junit", junit_file, junit_file),
        ("--report", report, report and report / REPORT_NAME),
        ("--write-deviations", draft, draft),
    )
    for option, named, file in outputs:
        if file is None or (file.exists() and not file.is_file() and not file.is_dir()):
            continue  # opening and closing a pipe would end it for its reader
        try:
            _try_to_write(file.resolve())
        except (OSError, RuntimeError) as error:
            advice = "name a path in a folder that you may write to"
            raise OutputRefused(
                f"{option} {named} cannot be written: {_obstacle(file, error)}; {advice}"
            ) from error


def _try_to_write(file: Path) -> None:
    """Permissions tell less than an attempt: file systems may be read-only, and root may write everywhere else."""
    new = not file.exists()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab"):
        pass
    if new:
        file.unlink()


def _obstacle(file: Path, error: Exception) -> str:
    """What stands in the way, by its name."""
    for folder in reversed(file.parents):
        if folder.exists() and not folder.is_dir():
            return f"{folder} is a file, where a folder has to be"
    if not isinstance(error, OSError):
        return str(error)
    return f"{error.strerror} ({error.filename})"


class Progress:
    """A bar that stays on the last line of a terminal; elsewhere one plain line a case.

    Without ``names`` it counts: a check learns only on the way how many cases the target allows.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = list(names)
        self._done = 0
        self._terminal = sys.stdout.isatty()
        self._draw()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def show(self, case: CaseResult) -> None:
        """Print a finished case."""
        self._wipe()
        self._done += 1
        click.secho(case_line(case), fg=COLOURS[case.verdict])
        self._draw()

    def _draw(self) -> None:
        if not self._terminal:
            return
        total = len(self._names)
        if self._done < total:
            filled = BAR_WIDTH * self._done // total
            bar = "█" * filled + "░" * (BAR_WIDTH - filled)
            click.echo(f"\r\x1b[K{bar} {self._done}/{total} {self._names[self._done][:50]}", nl=False)
        elif not total:
            click.echo(f"\r\x1b[K{self._done} cases", nl=False)

    def _wipe(self) -> None:
        if self._terminal:
            click.echo("\r\x1b[K", nl=False)


def finish(
    result: RunResult,
    *,
    json_file: Path | None,
    junit_file: Path | None,
    report: Path | None,
    verbose: bool = False,
) -> int:
    """Repeat what failed, print the summary, write the files that were asked for; return the exit code.

    Failures of a check are told by their causes; few of them, or all with ``verbose``, in full before that.
    """
    failed = [case for case in result.cases if case.verdict == "failed"]
    if verbose or not result.findings or len(failed) <= FEW:
        for case in failed:
            click.echo()
            for line in failure_lines(case, "the report shows" if report else "--report DIR shows"):
                click.echo(line)
    _echo_findings(result.findings)
    click.echo()
    if json_file:
        write_json(result, json_file)
        click.echo(f"result: {json_file}")
    if junit_file:
        write_junit(result, junit_file)
        click.echo(f"JUnit: {junit_file}")
    if report:
        click.echo(f"report: {write_html(result, report)}")
    for line in summary_lines(result):
        click.echo(line)
    return exit_code(result)


def _echo_findings(findings: Sequence[Finding]) -> None:
    """First every failed case under its cause; then, where a reader's eye falls, the causes alone."""
    for finding in findings:
        click.echo()
        for line in finding_case_lines(finding):
            click.echo(line)
    if findings:
        click.echo("\nWhat to change, the worst first:")
    for number, finding in enumerate(findings, start=1):
        click.echo()
        for line in finding_lines(number, finding):
            click.echo(line)


def exit_code(result: RunResult) -> int:
    """1 when something failed, 3 when the harness itself broke in a case or nothing could be judged, else 0."""
    if any(case.verdict == "failed" for case in result.cases):
        return FAILED
    if any(case.error for case in result.cases):
        return CANNOT_JUDGE
    if not any(case.verdict in ("passed", "warning") for case in result.cases):
        return CANNOT_JUDGE
    return PASSED
