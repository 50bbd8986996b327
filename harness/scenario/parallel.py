"""Scenarios side by side, in processes of their own: each has its org, its SP and its people anyway."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from harness.result import CaseResult
from harness.scenario.model import Scenario
from harness.scenario.run import RunOptions, ScenarioRunner

_runner: ScenarioRunner | None = None


def run_side_by_side(scenarios: Sequence[Scenario], options: RunOptions, jobs: int) -> Iterator[CaseResult]:
    """The cases in the order of the scenarios, each as soon as it and all before it are done.

    Raises `DriverUnavailable` like `ScenarioRunner.run`. With one job, or one scenario, no process is started.
    """
    if jobs <= 1 or len(scenarios) <= 1:
        with ScenarioRunner(options) as runner:
            for scenario in scenarios:
                yield runner.run(scenario)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(scenarios)), context, _begin, (options,)) as pool:
        yield from pool.map(_run, scenarios)


def _begin(options: RunOptions) -> None:
    """One runner, and so one browser, for each process; its end is the process's end."""
    global _runner  # noqa: PLW0603 - the only way to hand something from an initializer to the work
    _runner = ScenarioRunner(options)


def _run(scenario: Scenario) -> CaseResult:
    assert _runner is not None  # noqa: S101 - the initializer made it
    return _runner.run(scenario)
