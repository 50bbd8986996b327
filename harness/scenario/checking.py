"""Checks the nodes of one scenario file and makes its scenarios of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from harness.scenario.model import Plain, Scenario, Step
from harness.scenario.names import KnownNames, Row
from harness.scenario.reading import Reader
from harness.scenario.shape import SCENARIO, STEP_EXTRAS
from harness.scenario.variables import OF_THE_APP
from harness.steps.definition import ACTORS, StepDefinition, step_definitions
from harness.steps.fields import Field, Record, Text
from harness.yamlfile import FileProblem, Mark, Node, did_you_mean

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ID_RULE = "small letters, digits and single hyphens"
_SPECIAL = ("steps", "matrix")


@dataclass(frozen=True, slots=True)
class _ReadStep:
    node: Node
    definition: StepDefinition
    body: Node | None
    number: int


class Checker:
    """One file's way from nodes to scenarios."""

    def __init__(self, path: Path, root: Node) -> None:
        self.path = path
        self.root = root
        self.names = KnownNames(path.parent)
        self.reader = Reader(self.names)

    @property
    def problems(self) -> list[FileProblem]:
        """Everything wrong with the file, from top to bottom."""
        return sorted(self.reader.problems, key=lambda each: (each.mark.line, each.mark.column))

    def scenarios(self) -> list[Scenario]:
        """What the file holds; meaningless when problems were found."""
        keys = {key.raw: value for key, value in self.root.pairs}
        id_node = keys.get("id")
        with self.reader.at(f"scenario {id_node.raw!r}" if id_node and id_node.raw else "scenario"):
            rows = self._matrix(keys.get("matrix"))
            read_steps = self._known_steps(keys.get("steps"))
            self.names.later = _saved_later(read_steps)
            top = self._top(keys)
            if "sso" in _mapping(_mapping(top).get("given")):
                self.names.variables.update(OF_THE_APP)
            steps = [step for each in read_steps if (step := self._step(each))]
        if self.reader.problems:
            return []
        return self._build(_mapping(top), tuple(steps), rows)

    def _top(self, keys: dict[str, Node]) -> Plain | None:
        if self.root.kind != "mapping":
            self.reader.report(
                self.root, "a scenario is fields (id: ..., title: ..., steps: ...).", SCENARIO.names
            )
            return None
        for key, _ in self.root.pairs:
            if SCENARIO.field(key.raw) is None:
                self.reader.report(
                    key, f"unknown key {key.raw!r}.{did_you_mean(key.raw, SCENARIO.names)}", SCENARIO.names
                )
        for each in SCENARIO.fields:
            if each.required and each.name not in keys and not _misspelt(each.name, keys):
                mark = Mark(1, 1)
                self.reader.report(
                    self.root, f"the key {each.name!r} is missing: {each.doc}.", SCENARIO.names, mark=mark
                )
        plain = {}
        for key, value in self.root.pairs:
            known = SCENARIO.field(key.raw)
            if known is None or key.raw in _SPECIAL:
                continue
            shape = Record((Field(known.name, known.doc, known.kind),))
            read = self.reader.record(shape, _only(self.root, key, value), key.raw)
            plain.update(_mapping(read))
        self._check_id(keys.get("id"))
        return plain

    def _check_id(self, node: Node | None) -> None:
        if node is not None and node.raw and node.kind == "scalar" and not _ID.fullmatch(node.raw):
            better = re.sub(r"[^a-z0-9]+", "-", node.raw.lower()).strip("-")
            advice = f"for example {better}" if better else ""
            self.reader.report(node, f"{node.raw!r} is no id: an id has {_ID_RULE} only.", advice=advice)

    def _matrix(self, node: Node | None) -> list[Row]:
        if node is None:
            return []
        with self.reader.at("matrix"):
            if node.kind != "sequence" or not node.elements:
                self.reader.report(
                    node, "a matrix is a list of rows, each with `row: its-name` and its values."
                )
                return []
            rows: list[Row] = []
            for number, element in enumerate(node.elements, start=1):
                with self.reader.at(f"row {number}"):
                    self._row(element, rows)
        self.names.rows = rows
        return rows

    def _row(self, node: Node, rows: list[Row]) -> None:
        read = self.reader.record(Record((), others=Text()), node, "a row")
        if not isinstance(read, dict):
            return
        cells = {key.raw: value for key, value in node.pairs if key.raw in read}
        name = cells.pop("row", None)
        if name is None and node.get("row") is None:
            self.reader.report(node, "'row' is missing: the name of this row, in brackets behind the id.")
        if name is not None and not _ID.fullmatch(name.raw):
            self.reader.report(name, f"{name.raw!r} is no name for a row: it has {_ID_RULE} only.")
        if name is not None and any(name.raw == other.name for other in rows):
            self.reader.report(name, f"the row {name.raw!r} stands twice.")
        if rows and cells.keys() != rows[0].cells.keys():
            differs = sorted(cells.keys() ^ rows[0].cells.keys())
            self.reader.report(
                node, f"every row has the same values; this one and row 1 differ in {', '.join(differs)}."
            )
        rows.append(Row(name.raw if name is not None else "", cells))

    def _known_steps(self, node: Node | None) -> list[_ReadStep]:
        if node is None:
            return []
        if node.kind != "sequence" or not node.elements:
            with self.reader.at("steps"):
                self.reader.report(node, "steps is a list, one item for each step.")
            return []
        known = []
        for number, element in enumerate(node.elements, start=1):
            name, body = _name_and_body(element)
            if name is None:
                with self.reader.at(f"step {number}"):
                    self.reader.report(
                        element,
                        "a step is its name, or its name and a colon with its fields below.",
                        advice="for example `- sp.save` or `- okta.assign: {people: [ada@acme.test]}`",
                    )
                continue
            definition = step_definitions().get(name.raw)
            if definition is None:
                self._unknown_step(name, number)
                continue
            known.append(_ReadStep(name, definition, body, number))
        return known

    def _unknown_step(self, name: Node, number: int) -> None:
        steps = tuple(step_definitions())
        actor = name.raw.partition(".")[0]
        near = tuple(
            get_close_matches(name.raw, [each for each in steps if each.startswith(f"{actor}.")], 6, 0.4)
        )
        known_actor = actor in ACTORS
        beginnings = tuple(f"{each}..." for each in ACTORS)
        command = f"okta-harness steps {actor}" if known_actor else "okta-harness steps"
        with self.reader.at(f"step {number}"):
            self.reader.report(
                name,
                f"unknown step {name.raw!r}.{did_you_mean(name.raw, steps)}",
                near if known_actor else beginnings,
                f"`{command}` describes them all",
            )

    def _step(self, read: _ReadStep) -> Step | None:
        definition = read.definition
        fields = (*definition.fields.fields, *STEP_EXTRAS)
        shape = Record(fields, definition.fields.noun, definition.fields.others)
        with self.reader.at(f"step {read.number} ({definition.name})"):
            body = read.body if read.body is not None else _nothing(read.node)
            found = self.reader.record(shape, body, definition.name, missing_at=read.node)
        values = _mapping(found)
        note = values.pop("note", "")
        for each in definition.fields.fields:
            if each.saves and isinstance(name := values.get(each.name), str):
                (self.names.files if each.saves == "file" else self.names.variables).add(name)
        self.names.variables.update(definition.sets)
        where = f"{read.node.source.name}:{read.node.mark.line}"
        return Step(definition, values, where, read.number, str(note))

    def _build(self, top: dict[str, Plain], steps: tuple[Step, ...], rows: list[Row]) -> list[Scenario]:
        drivers = _mapping(top.get("drivers"))
        only, requirements = drivers.get("only", []), top.get("requirements", [])
        return [
            Scenario(
                path=self.path,
                file_id=str(top["id"]),
                title=str(top["title"]),
                steps=steps,
                given=_mapping(top.get("given")),
                source=str(top.get("source", "")),
                about=str(top.get("about", "")),
                twin_of=str(top.get("twin_of", "")),
                drivers=tuple(str(each) for each in only),
                drivers_reason=str(drivers.get("reason", "")),
                requirements=tuple(str(each) for each in requirements),
                row_id=row.name,
                row=row.values,
            )
            for row in rows or [Row("")]
        ]


def _mapping(value: object) -> dict[str, Plain]:
    return dict(value) if isinstance(value, dict) else {}


def _only(root: Node, key: Node, value: Node) -> Node:
    """A mapping with this one pair."""
    return Node(root.source, key.mark, "mapping", None, pairs=((key, value),))


def _nothing(node: Node) -> Node:
    """What stands behind a step without fields."""
    return Node(node.source, node.mark, "scalar", None)


def _name_and_body(node: Node) -> tuple[Node | None, Node | None]:
    """``okta.finish``, ``okta.finish:`` and ``okta.finish: {...}`` as name and fields."""
    if node.kind == "scalar" and node.raw:
        return node, None
    if node.kind == "mapping" and len(node.pairs) == 1:
        name, body = node.pairs[0]
        return name, body
    return None, None


def _misspelt(name: str, keys: Iterable[str]) -> bool:
    return any(key != name and SCENARIO.field(key) is None and did_you_mean(key, (name,)) for key in keys)


def _saved_later(steps: Iterable[_ReadStep]) -> dict[str, int]:
    """Names that steps save, and the first step that does."""
    later: dict[str, int] = {}
    for read in steps:
        for name in read.definition.sets:
            later.setdefault(name, read.number)
        for each in read.definition.fields.fields:
            node = read.body.get(each.name) if each.saves and read.body else None
            if node is not None and node.raw:
                later.setdefault(node.raw, read.number)
    return later
