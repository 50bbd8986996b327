"""``okta-harness run``: run scenario files, show what happened, write the reports."""

from __future__ import annotations

import os
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.commands.options import WholeNumber, existing, report_options, seed_option
from harness.commands.output import Progress, check_outputs, finish
from harness.exits import CANNOT_JUDGE, USAGE
from harness.result import CaseResult, RunResult

if TYPE_CHECKING:
    from harness.scenario import Scenario

ENOUGH_FOR_A_PROCESS = 15
"""Scenarios from which on a further process saves time."""


EXIT_CODES = """\b
Exit codes:
  0    everything passed
  1    a scenario failed
  2    wrong usage, a mistake in a file, or a result that cannot be written
  3    nothing could be judged: no browser, say, or all was skipped
  130  stopped with Ctrl-C"""


@click.command("run", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, type=existing)
@click.option(
    "--driver",
    type=click.Choice(["http", "browser"]),
    default="http",
    show_default=True,
    help="Plain HTTP without JavaScript, or a real Chromium.",
)
@click.option("--only", metavar="PATTERN", help="Run only ids that match, for example 'login-*'.")
@click.option(
    "--jobs",
    type=WholeNumber(1, 64),
    metavar="N",
    help="Processes to run in; the default is one a core for a long run by http, else one.",
)
@click.option("--list", "list_only", is_flag=True, help="Name the scenarios and stop.")
@seed_option
@report_options
def command(
    paths: tuple[Path, ...],
    driver: str,
    only: str | None,
    jobs: int | None,
    list_only: bool,
    seed: int,
    json_file: Path | None,
    junit_file: Path | None,
    report: Path | None,
) -> int:
    """Run scenario files, and every `*.scenario.yaml` below the folders given (default: `scenarios`)."""
    from harness.drivers.errors import DriverUnavailable
    from harness.scenario import RunOptions, discover, load_all, run_side_by_side

    scenarios = load_all(discover(paths or (Path("scenarios"),)))
    if only is not None:
        scenarios = [scenario for scenario in scenarios if fnmatch(scenario.id, only)]
        if not scenarios:
            click.echo(f"error: no scenario has an id that matches {only!r}; --list names them all", err=True)
            return USAGE
    if list_only:
        for scenario in scenarios:
            click.echo(f"{scenario.id}  {scenario.title}")
        return 0

    check_outputs(json_file=json_file, junit_file=junit_file, report=report)
    result = RunResult(target="reference", seed=seed)
    started = time.perf_counter()
    options = RunOptions(driver=driver, seed=seed, report_dir=report)
    unavailable: DriverUnavailable | None = None
    with Progress(scenario.id for scenario in scenarios) as progress:
        try:
            for case in run_side_by_side(scenarios, options, jobs or _jobs(driver, len(scenarios))):
                result.cases.append(case)
                progress.show(case)
        except DriverUnavailable as error:
            unavailable = error
    if unavailable is not None:  # what was found before it stands, and is written where it was asked for
        result.cases += [
            _not_run(scenario, driver, unavailable) for scenario in scenarios[len(result.cases) :]
        ]
    result.seconds = time.perf_counter() - started
    if unavailable is not None:  # told first: it is why the summary says that so much is not verified
        click.echo(f"error: {unavailable}", err=True)
    code = finish(result, json_file=json_file, junit_file=junit_file, report=report)
    return code if unavailable is None else CANNOT_JUDGE


def _jobs(driver: str, count: int) -> int:
    """One process a core, where that pays: a process takes half a second to start, a scenario a tenth."""
    return min(os.cpu_count() or 1, max(1, count // ENOUGH_FOR_A_PROCESS)) if driver == "http" else 1


def _not_run(scenario: Scenario, driver: str, error: Exception) -> CaseResult:
    """A scenario that nothing can be said about, because the run ended before it."""
    return CaseResult(
        scenario.id,
        scenario.title,
        verdict="not verified",
        driver=driver,
        requirements=scenario.requirements,
        group=scenario.group,
        reason=f"not run: {error}",
    )
