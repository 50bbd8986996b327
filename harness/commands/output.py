"""What ``run`` and ``check`` print, and the files they write."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from harness.exits import CANNOT_JUDGE, FAILED, PASSED
from harness.report.console import COLOURS, case_line, failure_lines, summary_lines
from harness.report.html import write_html
from harness.report.json_file import write_json
from harness.report.junit import write_junit
from harness.result import CaseResult, RunResult

BAR_WIDTH = 24


class Progress:
    """A bar that stays on the last line of a terminal; elsewhere one plain line a case.

    Without a ``total`` it counts: a check learns only on the way how many cases the target allows.
    """

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self._done = 0
        self._terminal = sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def starting(self, name: str) -> None:
        """Show which case runs now."""
        if self._terminal:
            click.echo(f"\r\x1b[K{self._bar()} {name[:50]}", nl=False)

    def show(self, case: CaseResult) -> None:
        """Print a finished case."""
        self._wipe()
        self._done += 1
        click.secho(case_line(case), fg=COLOURS[case.verdict])
        self.starting("")

    def _bar(self) -> str:
        if not self._total:
            return f"{self._done} cases"
        filled = BAR_WIDTH * self._done // self._total
        return "█" * filled + "░" * (BAR_WIDTH - filled) + f" {self._done}/{self._total}"

    def _wipe(self) -> None:
        if self._terminal:
            click.echo("\r\x1b[K", nl=False)


def finish(result: RunResult, *, json_file: Path | None, junit_file: Path | None, report: Path | None) -> int:
    """Repeat what failed, print the summary, write the files that were asked for; return the exit code."""
    for case in result.cases:
        if case.verdict == "failed":
            click.echo()
            for line in failure_lines(case):
                click.echo(line)
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


def exit_code(result: RunResult) -> int:
    """1 when something failed, 3 when nothing could be judged, else 0."""
    if any(case.verdict == "failed" for case in result.cases):
        return FAILED
    if not any(case.verdict in ("passed", "warning") for case in result.cases):
        return CANNOT_JUDGE
    return PASSED
