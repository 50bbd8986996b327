"""Scenario files to scenarios: everything is checked here, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.scenario.checking import Checker
from harness.scenario.model import Scenario
from harness.scenario.source import SUFFIX, ScenarioFileError, read_source, shown_path
from harness.scenario.twins import missing_twins
from harness.yamlfile import FileProblem, Mark, Source


def load(path: str | Path) -> list[Scenario]:
    """The scenarios of one file: one, or one for each row of its matrix. Raises `ScenarioFileError`."""
    return load_all([path])


def discover(paths: Iterable[str | Path]) -> list[Path]:
    """These files, and every ``*.scenario.yaml`` below these folders, in order. Raises `ScenarioFileError`."""
    files: dict[Path, Path] = {}
    for path in map(Path, paths):
        members = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not members:
            source = Source(shown_path(path), "")
            message = f"there is no scenario in this folder: no file below it ends in {SUFFIX}."
            raise ScenarioFileError(FileProblem(source, Mark(1, 1), message))
        files.update((member.resolve(), member) for member in members)
    return list(files.values())


def load_all(files: Iterable[str | Path]) -> list[Scenario]:
    """The scenarios of these files.

    Raises `ScenarioFileError` with the problems of all files, an id that two files claim included.
    """
    paths = [Path(file) for file in files]
    found: list[Scenario] = []
    problems: list[FileProblem] = []
    for path in paths:
        try:
            found.extend(_alone(path))
        except ScenarioFileError as error:
            problems.extend(error.problems)
    problems.extend(_doubled_ids(found))
    problems.extend(missing_twins(found, paths))
    if problems:
        raise ScenarioFileError(*problems)
    return found


def _alone(path: Path) -> list[Scenario]:
    """The scenarios of a file, as far as it can be checked without looking at others."""
    checker = Checker(path, read_source(path))
    scenarios = checker.scenarios()
    if checker.problems:
        raise ScenarioFileError(*checker.problems)
    return scenarios


def _doubled_ids(scenarios: Sequence[Scenario]) -> list[FileProblem]:
    first: dict[str, Path] = {}
    problems = []
    for path, id_ in dict.fromkeys((each.path, each.file_id) for each in scenarios):
        if id_ in first:
            node = read_source(path).get("id")
            assert node is not None  # noqa: S101 - the file has just been loaded
            message = f"the id {id_!r} is taken: {shown_path(first[id_])} has it, too."
            advice = "ids name verdicts; make each one unique"
            problems.append(FileProblem(node.source, node.mark, message, advice=advice))
        first.setdefault(id_, path)
    return problems
