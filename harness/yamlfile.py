"""YAML files that people write by hand: read with positions, so that every mistake names its place and its cure.

One reader for scenario files, target files and known-deviation files. It knows nothing of what they mean: the
caller walks the nodes and asks for what it expects, and the node raises a `YamlFileError` that shows file,
line, column, the line itself with a caret, the nearest valid name and the list of valid ones.
"""

from __future__ import annotations

import codecs
import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml
from yaml.reader import Reader, ReaderError

MAX_BYTES = 1_000_000
"""Largest file that is read. A scenario is a few kilobytes; more is a mistake or an attack."""

WIDEST = 160
"""Characters of a line that are shown: a binary file may have all of its bytes on one."""

_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML, so that lines are counted as its marks count them."""
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of what a terminal obeys or hides instead of showing it."""

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Kind = Literal["mapping", "sequence", "scalar"]

KIND_NAMES: dict[Kind, str] = {
    "mapping": "a mapping (key: value)",
    "sequence": "a list",
    "scalar": "a single value",
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2's core schema: ``on``, ``yes`` and dates stay text, as their authors meant them."""

    yaml_implicit_resolvers: dict[str, list[object]] = {}  # noqa: RUF012 - PyYAML's own class-level table


_CORE_SCHEMA = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
)
for _tag, _pattern, _first in _CORE_SCHEMA:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name and text."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """The 1-based line, without its end."""
        lines = _LINE_END.split(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file: 1-based line and column, and how many characters the caret underlines."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One mistake in a file, with what the author needs to put it right."""

    source: Source
    mark: Mark
    message: str
    breadcrumb: str = ""
    """Which part of the file it is in, by its own name: ``step 3 of scenario 'setup-01'``."""
    valid: tuple[str, ...] = ()
    advice: str = ""

    def __str__(self) -> str:
        return render(self)


class YamlFileError(Exception):
    """A file cannot be used. ``str()`` is the text for the author, ready to print."""

    def __init__(self, *problems: FileProblem) -> None:
        self.problems = problems
        super().__init__("\n\n".join(render(problem) for problem in problems))


def render(problem: FileProblem) -> str:
    """The problem as text: where, the line with a caret, what is wrong, what is valid, what to do."""
    gutter = " " * len(str(problem.mark.line))
    shown, caret = _excerpt(problem.source.line(problem.mark.line), problem.mark)
    rows = [
        f"error: {problem.breadcrumb or problem.source.name}",
        f"{gutter} --> {problem.source.name}:{problem.mark.line}:{problem.mark.column}",
        f"{gutter} |",
        f"{problem.mark.line} | {shown}".rstrip(),
        f"{gutter} | {caret} {problem.message}",
    ]
    if problem.valid:
        rows.append(f"{gutter} = valid here: {', '.join(problem.valid)}")
    if problem.advice:
        rows.append(f"{gutter} = {problem.advice}")
    return "\n".join(printable(row) for row in rows)


def _excerpt(line: str, mark: Mark) -> tuple[str, str]:
    """The part of a line around a mark, and the carets below it."""
    start = max(0, min(mark.column - 1 - WIDEST // 2, len(line) - WIDEST))
    part = line[start : start + WIDEST].replace("\t", " ")
    part = f"…{part[1:]}" if start else part
    part = f"{part[:-1]}…" if start + WIDEST < len(line) else part
    before = mark.column - 1 - start
    return part, " " * before + "^" * max(1, min(mark.width, len(part) - before))


def printable(text: str) -> str:
    """The text with a visible stand-in for each character that a terminal would obey or hide, so that a file cannot
    write on the screen. One for one: carets stay below what they point at.
    """
    return text if text.isprintable() else "".join(map(_stand_in, text))


def _stand_in(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\ufffd"


def closest(word: str, valid: Iterable[str]) -> str | None:
    """The valid name that the author most probably meant, or None. Letter case does not count."""
    names = list(valid)
    lowered = {name.lower(): name for name in reversed(names)}
    matches = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` with its leading space, or nothing: to append to a message."""
    match = closest(word, valid)
    return f" Did you mean {match!r}?" if match else ""


@dataclass(frozen=True, eq=False)
class Node:
    """One value of a file and where it stands."""

    source: Source
    mark: Mark
    kind: Kind
    value: Plain
    """Plain Python: None, bool, int, float, str, list, dict."""
    pairs: tuple[tuple[Node, Node], ...] = ()
    elements: tuple[Node, ...] = ()
    raw: str = field(default="", repr=False)
    """A scalar exactly as written, before ``1`` became an int."""

    @property
    def where(self) -> str:
        """``file:line:column``, as editors and terminals link it."""
        return f"{self.source.name}:{self.mark.line}:{self.mark.column}"

    def items(self) -> tuple[tuple[Node, Node], ...]:
        """Keys and values of a mapping, in file order."""
        return self.pairs

    def get(self, key: str) -> Node | None:
        """The value under a key, or None."""
        return next((value for name, value in self.pairs if name.raw == key), None)

    def key(self, key: str) -> Node:
        """The key itself, to point at; this node when the key is absent."""
        return next((name for name, _ in self.pairs if name.raw == key), self)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.elements)

    def problem(
        self,
        message: str,
        *,
        breadcrumb: str = "",
        valid: Iterable[str] = (),
        got: str = "",
        advice: str = "",
    ) -> YamlFileError:
        """An error at this node, to raise. With ``got`` the nearest name of ``valid`` is suggested."""
        names = tuple(valid)
        text = message + (did_you_mean(got, names) if got else "")
        return YamlFileError(FileProblem(self.source, self.mark, text, breadcrumb, names, advice))

    def mapping(
        self, *, valid: Iterable[str] | None = None, required: Iterable[str] = (), what: str = ""
    ) -> Mapping[str, Node]:
        """Keys to nodes, with unknown and missing keys refused. ``what`` names the thing in messages."""
        if self.kind != "mapping":
            raise self.problem(f"{what or 'this'} must be {KIND_NAMES['mapping']}", breadcrumb=what)
        allowed = None if valid is None else tuple(valid)
        for name, _ in self.pairs:
            if allowed is not None and name.raw not in allowed:
                raise name.problem(f"unknown key {name.raw!r}.", breadcrumb=what, valid=allowed, got=name.raw)
        found = {name.raw: value for name, value in self.pairs}
        for missing in (key for key in required if key not in found):
            raise self.problem(f"the key {missing!r} is missing", breadcrumb=what, valid=allowed or ())
        return found

    def sequence(self, *, what: str = "") -> tuple[Node, ...]:
        """The elements of a list."""
        if self.kind != "sequence":
            raise self.problem(f"{what or 'this'} must be {KIND_NAMES['sequence']}", breadcrumb=what)
        return self.elements

    def text(self, *, what: str = "", choices: Iterable[str] = ()) -> str:
        """A text; numbers are taken as written. With ``choices``, one of them."""
        if self.kind != "scalar" or self.value is None:
            raise self.problem(f"{what or 'this'} must be a text", breadcrumb=what)
        names = tuple(choices)
        if names and self.raw not in names:
            raise self.problem(f"{self.raw!r} is not valid.", breadcrumb=what, valid=names, got=self.raw)
        return self.raw

    def boolean(self, *, what: str = "") -> bool:
        """Yes or no, written ``true`` or ``false``."""
        if not isinstance(self.value, bool):
            raise self.problem(
                f"{what or 'this'} must be true or false", breadcrumb=what, valid=("true", "false")
            )
        return self.value

    def number(self, *, what: str = "", minimum: float | None = None) -> float:
        """A number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.problem(f"{what or 'this'} must be a number", breadcrumb=what)
        if minimum is not None and self.value < minimum:
            raise self.problem(f"{what or 'this'} must be at least {minimum:g}", breadcrumb=what)
        return self.value


def load_document(path: Path) -> Node:
    """Read a file. Raises `YamlFileError` for everything that is wrong with it, absence included."""
    return parse_document(read_text(path, str(path)), str(path))


def read_text(path: Path, name: str, most: int = MAX_BYTES) -> str:
    """The text of a file that messages call ``name``.

    Raises `YamlFileError` when it is absent, too large or not UTF-8.
    """
    nothing = Source(name, "")
    try:
        size = path.stat().st_size
        if size > most:
            too_large = f"the file has {size} bytes; at most {most} are read."
            raise YamlFileError(FileProblem(nothing, Mark(1, 1), too_large))
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise YamlFileError(FileProblem(nothing, Mark(1, 1), f"cannot be read: {reason}.")) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        shown = Source(name, data.decode(errors="replace"))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8 text."
        advice = "save the file as UTF-8; UTF-16 and Latin-1 are not read"
        mark = _mark_at(data[: error.start].decode())
        raise YamlFileError(FileProblem(shown, mark, message, advice=advice)) from error


def _mark_at(before: str) -> Mark:
    """The place behind a text."""
    lines = _LINE_END.split(before)
    return Mark(len(lines), len(lines[-1]) + 1)


def parse_document(text: str, name: str) -> Node:
    """Parse the text of a file called ``name``."""
    source = Source(name, text)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(place.line + 1, place.column + 1) if place else Mark(1, 1)
        reason = " ".join(part for part in (error.context, error.problem) if part)
        tabbed = re.match(r" *\t", source.line(mark.line))
        advice = "YAML is indented with blanks, not tabs" if tabbed else ""
        raise YamlFileError(FileProblem(source, mark, f"not YAML: {reason}", advice=advice)) from error
    except ReaderError as error:
        raise YamlFileError(_control_character(source)) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlFileError(FileProblem(source, Mark(1, 1), f"not YAML: {error}")) from error
    if root is None:
        raise YamlFileError(FileProblem(source, Mark(1, 1), "the file is empty"))
    return _Builder(source).build(root)


def _control_character(source: Source) -> FileProblem:
    """Where the character stands that YAML does not allow; its two readers count differently, so look for it."""
    found = Reader.NON_PRINTABLE.search(source.text)
    place = found.start() if found else 0
    message = f"the character U+{ord(source.text[place]):04X} may not stand in a YAML file."
    advice = 'is this a text file at all? In a quoted text write it as an escape, such as "\\x00"'
    return FileProblem(source, _mark_at(source.text[:place]), message, advice=advice)


_TAGS = ("map", "seq", "str", "null", "bool", "int", "float")


class _Builder:
    """PyYAML's nodes into ours; an anchor used twice is built once, so aliases cannot blow up."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._done: dict[int, Node] = {}
        self._open: set[int] = set()

    def build(self, node: yaml.Node) -> Node:
        """The node and everything under it."""
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            raise self._error(node, "an anchor may not contain itself")
        self._open.add(id(node))
        built = self._make(node)
        self._open.discard(id(node))
        self._done[id(node)] = built
        return built

    def _make(self, node: yaml.Node) -> Node:
        mark = self._mark(node)
        if node.tag.rpartition(":")[2] not in _TAGS:
            raise self._error(node, f"the tag {node.tag!r} is not allowed in this file")
        if isinstance(node, yaml.MappingNode):
            pairs = tuple((self._key(key), self.build(value)) for key, value in node.value)
            seen: dict[str, Node] = {}
            for name, _ in pairs:
                if name.raw in seen:
                    raise name.problem(
                        f"the key {name.raw!r} stands twice; first on line {seen[name.raw].mark.line}"
                    )
                seen[name.raw] = name
            plain = {name.raw: value.value for name, value in pairs}
            return Node(self._source, mark, "mapping", plain, pairs=pairs)
        if isinstance(node, yaml.SequenceNode):
            elements = tuple(self.build(element) for element in node.value)
            return Node(
                self._source, mark, "sequence", [element.value for element in elements], elements=elements
            )
        return Node(self._source, mark, "scalar", self._scalar(node), raw=node.value)

    def _key(self, node: yaml.Node) -> Node:
        built = self.build(node)
        if built.kind != "scalar":
            raise built.problem("a key must be a single word or text")
        return built

    def _scalar(self, node: yaml.Node) -> Plain:
        tag = node.tag.rpartition(":")[2]
        if tag == "null":
            return None
        if tag == "bool":
            return str(node.value).lower() == "true"
        if tag == "int":
            return int(node.value)
        if tag == "float":
            return float(node.value)
        return str(node.value)

    def _mark(self, node: yaml.Node) -> Mark:
        start, end = node.start_mark, node.end_mark
        width = (
            end.column - start.column if isinstance(node, yaml.ScalarNode) and start.line == end.line else 1
        )
        return Mark(start.line + 1, start.column + 1, max(1, width))

    def _error(self, node: yaml.Node, message: str) -> YamlFileError:
        return YamlFileError(FileProblem(self._source, self._mark(node), message))
