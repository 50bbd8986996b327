"""Runs scenarios: builds the world, carries out the steps, stops at the first that fails, keeps the evidence."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from fake_idp.org.errors import OrgError
from harness.difference import Difference
from harness.drivers.errors import DriverError, DriverUnavailable
from harness.drivers.pool import Drivers
from harness.result import CaseResult, Evidence, StepResult
from harness.scenario.convert import block, filled, shown, values_of
from harness.scenario.model import Scenario, Step
from harness.scenario.trace import exchanges_of, http_evidence
from harness.steps.failure import StepFailed, StepSkipped, from_driver, page_evidence
from harness.steps.world import World


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How scenarios are run."""

    driver: str = "http"
    seed: int = 0
    report_dir: Path | None = None
    """Where screenshots go; none are taken without it."""


class ScenarioRunner:
    """Runs scenarios one after the other. A context manager: the browser that they share is closed at its end."""

    def __init__(self, options: RunOptions | None = None, drivers: Drivers | None = None) -> None:
        self.options = options or RunOptions()
        self._drivers = drivers or Drivers()
        # Stopping a server takes a moment in which the next scenario may well begin.
        self._stopping = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scenario-stop")

    def run(self, scenario: Scenario) -> CaseResult:
        """One scenario, to its verdict.

        Raises `DriverUnavailable` when there is no browser to run it with, or the browser ended.
        """
        options = self.options
        case = CaseResult(
            id=scenario.id,
            title=scenario.title,
            driver=options.driver,
            requirements=scenario.requirements,
            group=scenario.group,
        )
        if scenario.drivers and options.driver not in scenario.drivers:
            case.verdict, case.reason = (
                "skipped",
                f"not with the driver {options.driver}: {scenario.drivers_reason}",
            )
            return case
        self._drivers.prepare(options.driver)
        started = time.perf_counter()
        try:
            _Run(scenario, case, options, self._drivers, self._stopping.submit).run()
        except DriverUnavailable:
            raise
        except Exception as error:
            _broke(case, error)
        case.seconds = time.perf_counter() - started
        return case

    def close(self) -> None:
        """Close the browser, if one was opened, and wait until all servers are down."""
        self._drivers.close()
        self._stopping.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def run_scenario(scenario: Scenario, options: RunOptions | None = None) -> CaseResult:
    """Run one scenario by itself."""
    with ScenarioRunner(options) as runner:
        return runner.run(scenario)


def _broke(case: CaseResult, error: Exception) -> None:
    """The harness itself failed: not the scenario's verdict, and never a bare traceback for users."""
    case.verdict, case.error = "failed", True
    message = f"the harness itself broke: {type(error).__name__}: {error}"
    case.differences.append(
        Difference("harness_error", message, hint="this is a fault of okta-harness; please report it")
    )
    trace = "".join(traceback.format_exception(error)[-6:])
    case.evidence.append(Evidence("traceback", text=trace))


class _Run:
    """One scenario as it runs."""

    def __init__(
        self,
        scenario: Scenario,
        case: CaseResult,
        options: RunOptions,
        drivers: Drivers,
        later: Callable[[Callable[[], object]], object],
    ) -> None:
        self.scenario = scenario
        self.case = case
        self.options = options
        self.drivers = drivers
        self.later = later
        self.started = time.time()

    def run(self) -> None:
        from harness.scenario.given import (
            built_world,
        )  # both sides with it, which reading files does not need

        scenario, case = self.scenario, self.case
        try:
            with built_world(
                scenario, self.drivers, self.options.driver, self.options.seed, self.later
            ) as world:
                for step in scenario.steps:
                    result = self._step(world, step)
                    case.steps.append(result)
                    if result.verdict != "passed":
                        case.verdict = result.verdict
                        case.differences.extend(result.differences)
                        break
                case.exchanges.extend(exchanges_of(world, self.started))
        except (StepFailed, OrgError, ValueError) as error:
            if case.steps:
                raise
            self._given_failed(error)

    def _given_failed(self, error: Exception) -> None:
        """What the scenario is given cannot be built."""
        difference = Difference("given", f"what the scenario is given cannot be had: {error}")
        if isinstance(error, StepFailed):
            difference = error.difference
        result = StepResult(
            "given", verdict="failed", differences=[difference], where=str(self.scenario.path)
        )
        self.case.steps.append(result)
        self.case.differences.append(difference)
        self.case.verdict = "failed"

    def _step(self, world: World, step: Step) -> StepResult:
        variables = world.variables() | self._row()
        fields = {name: filled(value, variables) for name, value in step.fields.items()}
        result = StepResult(
            title=_title(step, shown(step.name, fields)),
            source=block(step.name, fields),
            where=step.where,
            number=step.number,
        )
        started = time.perf_counter()
        try:
            step.definition.run(world, values_of(step.definition.fields, fields))
        except StepSkipped as skipped:
            result.verdict = "skipped"
            self.case.reason = str(skipped)
        except StepFailed as failed:
            self._failed(world, result, failed.difference, failed.evidence)
        except DriverUnavailable:
            raise
        except DriverError as error:
            self._failed(world, result, from_driver(error), [])
        except OrgError as error:
            self._failed(world, result, Difference("okta", str(error)), [])
        result.seconds = time.perf_counter() - started
        self._screenshot(world, step, result)
        return result

    def _row(self) -> dict[str, str]:
        return {f"row.{name}": value for name, value in self.scenario.row.items()}

    def _failed(
        self, world: World, result: StepResult, difference: Difference, evidence: list[Evidence]
    ) -> None:
        result.verdict = "failed"
        result.differences.append(difference)
        if not evidence and world.shown is not None:
            evidence = [page_evidence(world.shown)]
        result.evidence.extend([*evidence, http_evidence(world)])

    def _screenshot(self, world: World, step: Step, result: StepResult) -> None:
        folder = self.options.report_dir
        if folder is None or world.shown is None or step.definition.actor in ("expect", "harness"):
            return
        picture = _quietly(world.shown.screenshot)
        if picture is None:
            return
        name = f"{self.case.id.replace('[', '-').replace(']', '')}-{step.number:02d}-{step.name}.png"
        path = folder / "screenshots" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
        result.evidence.append(Evidence(f"{world.shown.actor} after the step", "screenshot", path=path))


def _title(step: Step, text: str) -> str:
    article = f" (article step {step.definition.article_step})" if step.definition.article_step else ""
    note = f" [{step.note}]" if step.note else ""
    return f"{step.number}. {text}{article}{note}"


def _quietly(take: Callable[[], bytes | None]) -> bytes | None:
    """A picture that cannot be taken must not change a verdict."""
    try:
        return take()
    except DriverUnavailable:
        raise
    except DriverError:
        return None
