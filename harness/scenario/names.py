"""Which variables and files a place of a scenario may use: what is known from the start, and what earlier steps set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.scenario.variables import FROM_THE_START, OF_THE_APP
from harness.steps.definition import step_definitions
from harness.yamlfile import did_you_mean

Problem = tuple[str, tuple[str, ...], str]


@dataclass
class KnownNames:
    """Filled while the steps are read in order. ``later`` says which step would set a name that is not there yet."""

    folder: Path
    row: Sequence[str] = ()
    variables: set[str] = field(default_factory=lambda: set(FROM_THE_START))
    files: set[str] = field(default_factory=set)
    later: Mapping[str, int] = field(default_factory=dict)

    def variable_problem(self, name: str) -> Problem | None:
        """Why ``${name}`` may not stand here."""
        known = self.variables | {f"row.{column}" for column in self.row}
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
