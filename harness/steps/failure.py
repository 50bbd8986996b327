"""How a step says that something is not as it should be."""

from __future__ import annotations

from harness.difference import Difference, Fix
from harness.drivers.agent import Agent
from harness.drivers.errors import DriverError
from harness.result import Evidence


class StepFailed(Exception):
    """The step did not do what it is for. ``evidence`` shows where it was."""

    def __init__(self, difference: Difference, *evidence: Evidence) -> None:
        super().__init__(difference.message)
        self.difference = difference
        self.evidence = list(evidence)


class StepSkipped(Exception):
    """The step cannot be carried out with this target or driver, so the scenario says nothing."""


def fail(
    code: str,
    message: str,
    *,
    expected: str = "",
    received: str = "",
    hint: str = "",
    fixes: tuple[Fix, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> StepFailed:
    """The failure, to raise."""
    return StepFailed(Difference(code, message, expected, received, fixes, hint), *evidence)


def from_driver(error: DriverError) -> Difference:
    """A driver's error as a difference."""
    return Difference(error.code, str(error), error.expected, error.received, hint=error.hint)


def page_evidence(agent: Agent, limit: int = 4000) -> Evidence:
    """The page that a person looks at now, as text."""
    try:
        text = agent.text
        title = f"page {agent.title!r} of {agent.actor} ({agent.status} {agent.url})"
    except DriverError as error:
        return Evidence(f"page of {agent.actor}", text=f"cannot be read: {error}")
    return Evidence(title, text=text[:limit])
