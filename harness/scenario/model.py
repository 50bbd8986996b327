"""A scenario as it stands in its file, checked but not yet run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.steps.definition import StepDefinition

Plain = str | list["Plain"] | dict[str, "Plain"]
"""A value of the file. Every leaf is text as written; its field's kind turns it into a value when the step runs."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one scenario."""

    definition: StepDefinition
    fields: Mapping[str, Plain]
    where: str
    """``file:line``."""
    number: int
    """Counted from 1."""
    note: str = ""

    @property
    def name(self) -> str:
        """``okta.assign``."""
        return self.definition.name


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, or one row of a scenario with a matrix."""

    path: Path
    file_id: str
    """The id in the file; rows of a matrix share it."""
    title: str
    steps: tuple[Step, ...]
    given: Mapping[str, Plain] = field(default_factory=dict)
    source: str = ""
    about: str = ""
    twin_of: str = ""
    drivers: tuple[str, ...] = ()
    """The only drivers it runs with; empty when any will do."""
    drivers_reason: str = ""
    requirements: tuple[str, ...] = ()
    row_id: str = ""
    row: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of its verdict: the id in the file, and the row in brackets."""
        return f"{self.file_id}[{self.row_id}]" if self.row_id else self.file_id

    @property
    def group(self) -> str:
        """The folder it lies in: ``setup``, ``login``, ..."""
        return self.path.parent.name
