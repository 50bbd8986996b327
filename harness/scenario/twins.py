"""Whether the scenario that another calls its twin exists: in this run, or near the file when the twin is not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.scenario.model import Scenario
from harness.scenario.source import MAX_BYTES, SUFFIX, read_source
from harness.yamlfile import FileProblem, did_you_mean

_ID_LINE = re.compile(r"""^(?:\{[ \t]*)?["']?id["']?[ \t]*:[ \t]*["']?([^\s"'#,}]+)""", re.M)
_ADVICE = "a twin is a scenario of this run, of the folder of this file, or of a folder beside that one"


def missing_twins(scenarios: Sequence[Scenario], files: Sequence[Path]) -> list[FileProblem]:
    """A problem for each scenario whose twin is nowhere to be found.

    A single file is run as often as a whole folder, so its twin may stand in a file that was not given. ``files`` are
    those that were, readable or not: a twin with a mistake of its own is there all the same.
    """
    known = {scenario.file_id for scenario in scenarios}
    twins = {scenario.path: scenario.twin_of for scenario in scenarios if scenario.twin_of}
    return [
        _problem(path, twin, known)
        for path, twin in twins.items()
        if twin not in known and twin not in _ids([*files, *_around(path)], twin)
    ]


def _around(path: Path) -> list[Path]:
    """The scenario files of the file's folder and of the folders beside it."""
    folder = path.resolve().parent
    return [*folder.glob(f"*{SUFFIX}"), *folder.parent.glob(f"*/*{SUFFIX}")]


def _ids(files: Sequence[Path], wanted: str) -> Iterator[str]:
    """The ids that files declare; the file named after the wanted one is read first, and mostly alone."""
    for file in sorted(files, key=lambda path: path.name != f"{wanted}{SUFFIX}"):
        if file.is_file():
            found = _ID_LINE.search(file.read_bytes()[:MAX_BYTES].decode(errors="replace"))
            yield from found.groups() if found else ()


def _problem(path: Path, twin: str, known: set[str]) -> FileProblem:
    node = read_source(path).get("twin_of")
    assert node is not None  # noqa: S101 - the file has just been loaded
    near = known | set(_ids(_around(path), twin))
    message = f"there is no scenario {twin!r}.{did_you_mean(twin, sorted(near))}"
    return FileProblem(node.source, node.mark, message, advice=_ADVICE)
