"""``okta-harness run``: run scenario files, show what happened, write the reports."""

from __future__ import annotations

import time
from fnmatch import fnmatch
from pathlib import Path

import click

from harness.commands.options import existing, report_options, seed_option
from harness.commands.output import Progress, finish
from harness.exits import USAGE
from harness.result import RunResult


@click.command("run")
@click.argument("paths", nargs=-1, type=existing)
@click.option(
    "--driver",
    type=click.Choice(["http", "browser"]),
    default="http",
    show_default=True,
    help="Plain HTTP without JavaScript, or a real Chromium.",
)
@click.option("--only", metavar="PATTERN", help="Run only ids that match, for example 'login-*'.")
@click.option("--list", "list_only", is_flag=True, help="Name the scenarios and stop.")
@seed_option
@report_options
def command(
    paths: tuple[Path, ...],
    driver: str,
    only: str | None,
    list_only: bool,
    seed: int,
    json_file: Path | None,
    junit_file: Path | None,
    report: Path | None,
) -> int:
    """Run scenario files, and every `*.scenario.yaml` below the folders given (default: `scenarios`)."""
    from harness.scenario import RunOptions, ScenarioRunner, discover, load_all

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

    result = RunResult(target="reference", seed=seed)
    started = time.perf_counter()
    options = RunOptions(driver=driver, seed=seed, report_dir=report)
    with ScenarioRunner(options) as runner, Progress(len(scenarios)) as progress:
        for scenario in scenarios:
            progress.starting(scenario.id)
            case = runner.run(scenario)
            result.cases.append(case)
            progress.show(case)
    result.seconds = time.perf_counter() - started
    return finish(result, json_file=json_file, junit_file=junit_file, report=report)
