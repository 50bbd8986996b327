"""A scenario file as nodes with positions, and the error that names everything wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

from harness.yamlfile import FileProblem, Mark, Node, Source, YamlFileError, parse_document, read_text

SUFFIX = ".scenario.yaml"
MAX_BYTES = 200_000
"""A scenario has a few kilobytes. Larger files are a mistake, or made to keep a reader busy."""

_IN_BRACES = re.compile(r"[{,]\s*[^{}:,]+:\s+\$\{")
_DEEP = re.compile(r"[\[{]")
_MAX_DEPTH = 30


class ScenarioFileError(YamlFileError):
    """A scenario file cannot be used. ``str()`` shows every problem: place, line, caret, cure."""


def shown_path(path: Path) -> str:
    """The path as messages show it: relative to the working directory when it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def read_source(path: Path) -> Node:
    """Read and parse one file. Raises `ScenarioFileError`."""
    name = shown_path(path)
    try:
        text = read_text(path, name, MAX_BYTES)
        if depth := _too_deep(text):
            message = f"lists and braces are nested more than {_MAX_DEPTH} deep."
            raise _problem(Source(name, text), depth, message)
        root = parse_document(text, name)
    except YamlFileError as error:
        raise ScenarioFileError(*(_explained(problem) for problem in error.problems)) from error
    _refuse_aliases(root)
    return root


def _problem(source: Source, mark: Mark, message: str, advice: str = "") -> ScenarioFileError:
    return ScenarioFileError(FileProblem(source, mark, message, advice=advice))


def _explained(problem: FileProblem) -> FileProblem:
    """The parser's words are about YAML's grammar; say what the author did."""
    source, mark = problem.source, problem.mark
    line = source.line(mark.line)
    tab = re.match(r" *\t", line)
    if tab:
        message = "a tab stands in the indentation; YAML is indented with blanks."
        return FileProblem(source, Mark(mark.line, tab.end()), message)
    if problem.message.startswith("not YAML") and (found := _IN_BRACES.search(line)):
        message = "inside { } a variable must stand in quotes."
        return FileProblem(
            source, Mark(mark.line, found.end() - 1, 2), message, advice='write "${...}" instead of ${...}'
        )
    if "expected a single document" in problem.message:
        message = "a second document starts here; a file holds one scenario."
        return FileProblem(source, mark, message, advice="put it in a file of its own")
    if problem.message == "the file is empty":
        advice = "a scenario needs id, title and steps; `okta-harness init` writes one to start from"
        return FileProblem(source, mark, "the file is empty.", advice=advice)
    return problem


def _too_deep(text: str) -> Mark | None:
    """Where flow collections nest so deep that parsing would exhaust the stack; quotes are not looked at."""
    if len(_DEEP.findall(text)) <= _MAX_DEPTH:
        return None
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for column, character in enumerate(line, start=1):
            depth += (character in "[{") - (character in "]}")
            if depth > _MAX_DEPTH:
                return Mark(number, column)
    return None


def _refuse_aliases(root: Node) -> None:
    """Aliases would let a small file stand for a huge one, and a reader look for text that is elsewhere."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            mark = _alias_mark(node.source) or node.mark
            message = "aliases (*name) are not allowed in scenario files: write the text out."
            raise _problem(node.source, mark, message)
        seen.add(id(node))
        stack.extend(reversed(node.elements))
        for key, value in reversed(node.pairs):
            stack.extend((value, key))


def _alias_mark(source: Source) -> Mark | None:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := re.search(r"(?<![^\s\[,:-])\*[^\s,\]}]+", line):
            return Mark(number, found.start() + 1, found.end() - found.start())
    return None
