"""Which variables and files a place of a scenario may use: what is known from the start, and what earlier steps set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.scenario.variables import FROM_THE_START, OF_THE_APP
from harness.steps.definition import step_definitions
from harness.yamlfile import Node, did_you_mean

Problem = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a matrix: its name, and its cells by column."""

    name: str
    cells: Mapping[str, Node] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """The texts of its cells."""
        return {column: cell.raw for column, cell in self.cells.items()}

    @property
    def variables(self) -> dict[str, str]:
        """Its cells as steps use them: ``row.column``."""
        return {f"row.{column}": text for column, text in self.values.items()}


@dataclass
class KnownNames:
    """Filled while the steps are read in order. ``later`` says which step would set a name that is not there yet."""

    folder: Path
    rows: Sequence[Row] = ()
    variables: set[str] = field(default_factory=lambda: set(FROM_THE_START))
    files: set[str] = field(default_factory=set)
    later: Mapping[str, int] = field(default_factory=dict)

    def variable_problem(self, name: str) -> Problem | None:
        """Why ``${name}`` may not stand here."""
        known = self.variables.union(*(row.variables for row in self.rows[:1]))
        if name in known:
            return None
        valid = tuple(sorted(known))
        if name in self.later:
            message = f"${{{name}}} is used before it is set; step {self.later[name]} sets it."
            return message, valid, "move this step behind that one"
        setters = [step for step, each in step_definitions().items() if name in each.sets]
        if name in OF_THE_APP:
            message = f"${{{name}}} is used before it is set; no step so far made an app."
            return message, valid, f"these steps set it: {', '.join(setters)}; so does `given.sso`"
        message = f"unknown variable ${{{name}}}.{did_you_mean(name, (*known, *OF_THE_APP))}"
        return message, valid, "write $${...} for a literal ${...}"

    def fillings(self, names: Iterable[str]) -> Iterator[Row]:
        """The rows that give a value to each of these variables; one without cells when there are none of them."""
        wanted = set(names)
        yield from (row for row in self.rows or [Row("")] if wanted <= row.variables.keys())

    def file_problem(self, name: str) -> Problem | None:
        """Why a step cannot read the file ``name``."""
        if name in self.files or (self.folder / name).is_file():
            return None
        if name in self.later:
            message = f"the file {name!r} is used before it is saved; step {self.later[name]} saves it."
            return message, tuple(sorted(self.files)), "move this step behind that one"
        near = [*self.files, *(each.name for each in _siblings(self.folder))]
        message = f"there is no file {name!r}: no earlier step saves it.{did_you_mean(name, near)}"
        advice = "save it in an earlier step (`as: ...`), or put it next to the scenario"
        return message, tuple(sorted(self.files)), advice


def _siblings(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
