"""Reads the nodes of a file against the shapes of `harness.steps.fields`, and keeps every problem it meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from harness.scenario import variables
from harness.scenario.model import Plain
from harness.scenario.names import Row
from harness.steps.fields import FileName, Kind, ListOf, NotValid, Record, Single
from harness.yamlfile import FileProblem, Mark, Node, did_you_mean

Found = Plain | None
"""What a node held; None where it held a problem."""


class Names(Protocol):
    """Which names a text may use at this place of the file."""

    def variable_problem(self, name: str) -> tuple[str, tuple[str, ...], str] | None:
        """Message, valid names and advice when the variable may not stand here."""
        ...

    def fillings(self, names: Iterable[str]) -> Iterable[Row]:
        """The rows of the matrix that give a value to each of these variables."""
        ...

    def file_problem(self, name: str) -> tuple[str, tuple[str, ...], str] | None:
        """The same for a file that a field reads."""
        ...


@dataclass
class Reader:
    """Reads one file."""

    names: Names
    problems: list[FileProblem] = field(default_factory=list)
    _crumbs: list[str] = field(default_factory=list)

    @contextmanager
    def at(self, crumb: str) -> Iterator[None]:
        """Problems inside the ``with`` block name this part of the file."""
        self._crumbs.append(crumb)
        try:
            yield
        finally:
            self._crumbs.pop()

    def report(
        self,
        node: Node,
        message: str,
        valid: tuple[str, ...] = (),
        advice: str = "",
        mark: Mark | None = None,
    ) -> None:
        """Keep a problem at this node."""
        whole, *parts = self._crumbs or [""]
        if parts:
            whole = f"{parts[0]} of {whole}"
        crumb = ", ".join((whole, *parts[1:]))
        self.problems.append(FileProblem(node.source, mark or node.mark, message, crumb, valid, advice))

    def read(self, kind: Kind, node: Node, name: str) -> Found:
        """The value of a node that should hold ``kind``; ``name`` is the field, for messages."""
        if isinstance(kind, Record):
            return self.record(kind, node, name)
        if isinstance(kind, ListOf):
            return self._list(kind, node, name)
        return self._single(kind, node, name)

    def record(self, kind: Record, node: Node, name: str, *, missing_at: Node | None = None) -> Found:
        """Named fields; unknown, doubled and missing ones are problems."""
        pairs = node.pairs
        if node.kind != "mapping":
            if node.kind != "scalar" or node.value is not None:
                self._wrong(node, f"{name} holds {kind.noun}")
                return None
            pairs = ()
        found: dict[str, Plain] = {}
        for key, value in pairs:
            self._field(kind, key, value, found)
        for each in kind.fields:
            if each.required and each.name not in found and not _tried(each.name, kind, pairs):
                self.report(missing_at or node, f"{each.name!r} is missing: {each.doc.rstrip('.')}.")
        return found

    def _field(self, kind: Record, key: Node, value: Node, found: dict[str, Plain]) -> None:
        known = kind.field(key.raw)
        if known is None and kind.others is None:
            names = [*kind.names, *(word for each in kind.fields for word in each.synonyms)]
            comma = not value.raw and value.value is None and "," in key.source.line(key.mark.line)
            advice = (
                "a comma inside { } begins a new field; put a text with commas in quotes" if comma else ""
            )
            self.report(key, f"unknown field {key.raw!r}.{did_you_mean(key.raw, names)}", kind.names, advice)
            return
        name = known.name if known else key.raw
        if name in found:
            self.report(key, f"{name!r} is given twice, here as {key.raw!r}.")
            return
        field_kind = known.kind if known else kind.others
        assert field_kind is not None  # noqa: S101 - handled above
        with self.at(f"field {key.raw!r}"):
            if value.kind == "scalar" and value.value is None and not isinstance(field_kind, Record):
                mark = Mark(key.mark.line, key.mark.column, key.mark.width)
                self.report(key, f"{key.raw!r} has no value; it holds {_noun(field_kind)}.", mark=mark)
                return
            read = self.read(field_kind, value, repr(key.raw))
        if read is not None:
            found[name] = read

    def _list(self, kind: ListOf, node: Node, name: str) -> Found:
        if node.kind != "sequence":
            if node.kind == "mapping" and not isinstance(kind.item, Record):
                self._wrong(node, f"{name} holds {_noun(kind)}")
                return None
            single = self.read(kind.item, node, name)
            return None if single is None else [single]
        items: list[Plain] = []
        for number, element in enumerate(node.elements, start=1):
            with self.at(f"item {number}"):
                item = self.read(kind.item, element, f"item {number}")
            if item is not None:
                items.append(item)
        return items

    def _single(self, kind: Single, node: Node, name: str) -> Found:
        if node.kind != "scalar":
            self._wrong(node, f"{name} holds {kind.noun}")
            return None
        if node.value is None and not node.raw:
            self._wrong(node, f"{name} holds {kind.noun}")
            return None
        if not self.check_variables(node):
            return None
        if "${" in node.raw:
            self._check_filled(kind, node)
            return node.raw
        try:
            kind.parse(node.raw)
        except NotValid as error:
            self.report(node, str(error), error.valid, error.advice)
            return None
        if isinstance(kind, FileName) and not kind.new and (problem := self.names.file_problem(node.raw)):
            self.report(node, *problem)
            return None
        return node.raw

    def _check_filled(self, kind: Single, node: Node) -> None:
        """A text with no other variables than those of a row is known already: it is checked once for each row.

        The mistake is shown in the row's cell, where it is to be mended, unless several cells make the text.
        """
        names = {use.name for use in variables.uses(node.raw)}
        for row in self.names.fillings(names):
            try:
                kind.parse(variables.fill(node.raw, row.variables))
            except NotValid as error:
                cells = [row.cells[name.removeprefix("row.")] for name in names]
                with self.at(f"row {row.name!r}" if row.name else "a row without a name"):
                    self.report(cells[0] if len(cells) == 1 else node, str(error), error.valid, error.advice)

    def check_variables(self, node: Node) -> bool:
        """Whether every variable of a text may stand there."""
        good = True
        for use in variables.uses(node.raw):
            if use.broken:
                problem: tuple[str, tuple[str, ...], str] | None
                problem = ("'${' opens a variable, but no '}' closes it.", (), "write $${ for a literal ${")
            else:
                problem = self.names.variable_problem(use.name)
            if problem:
                good = False
                self.report(node, *problem, mark=_part(node, use.offset, use.width))
        return good

    def _wrong(self, node: Node, expected: str) -> None:
        received = {"mapping": "fields (name: value)", "sequence": "a list"}.get(node.kind)
        if received is None:
            received = "nothing" if node.value is None else f"the single value {node.raw!r}"
        self.report(node, f"{expected}, not {received}.")


def _part(node: Node, offset: int, width: int) -> Mark:
    """The mark of a part of a scalar that stands on one line."""
    line = node.source.line(node.mark.line)
    start = line.find(node.raw, node.mark.column - 1)
    if start < 0:
        return node.mark
    return Mark(node.mark.line, start + offset + 1, width)


def _noun(kind: Kind) -> str:
    if isinstance(kind, ListOf):
        return f"a list, each item {kind.item.noun}"
    return kind.noun


def _tried(name: str, kind: Record, pairs: tuple[tuple[Node, Node], ...]) -> bool:
    """Whether the field stands there with a problem of its own: that one is enough."""
    for key, _ in pairs:
        known = kind.field(key.raw)
        if known is not None and known.name == name:
            return True
        if known is None and did_you_mean(key.raw, (name,)):
            return True
    return False
