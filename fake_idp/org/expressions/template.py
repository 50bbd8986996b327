"""The API's username templates: text with ``${...}``, such as ``${fn:substringBefore(source.login, "@")}``.

Inside the braces stands an expression; functions carry the prefix ``fn:`` (Management API, ``userNameTemplate``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from fake_idp.org.expressions.checks import checked_tree
from fake_idp.org.expressions.context import Context, text_of
from fake_idp.org.expressions.errors import ExpressionError
from fake_idp.org.expressions.evaluator import evaluate_tree
from fake_idp.org.expressions.nodes import Node

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_PREFIX = re.compile(r"\bfn:(?=\w)")


@lru_cache(maxsize=256)
def parse_template(template: str) -> tuple[str | Node, ...]:
    """The template's parts in order: plain text, and the trees of its expressions.

    :raises ExpressionError: with the column in the template.
    """
    parts: list[str | Node] = []
    position = 0
    while True:
        start = template.find("${", position)
        if start < 0:
            parts.append(template[position:])
            return tuple(part for part in parts if part != "")
        parts.append(template[position:start])
        end = _closing(template, start)
        # Blanks keep every column of the message true.
        blanked = " " * (start + 2) + _without_prefixes(template[start + 2 : end])
        parts.append(checked_tree(blanked))
        position = end + 1


def _closing(template: str, start: int) -> int:
    depth, position = 0, start + 1
    while position < len(template):
        quoted = _QUOTED.match(template, position)
        if quoted:
            position = quoted.end()
            continue
        depth += {"{": 1, "}": -1}.get(template[position], 0)
        if depth == 0:
            return position
        position += 1
    raise ExpressionError("the ${ is not closed by }", start + 1)


def _without_prefixes(expression: str) -> str:
    pieces: list[str] = []
    position = 0
    for quoted in _QUOTED.finditer(expression):
        pieces += [_PREFIX.sub("   ", expression[position : quoted.start()]), quoted[0]]
        position = quoted.end()
    return "".join(pieces) + _PREFIX.sub("   ", expression[position:])


def render_template(template: str, context: Context) -> str:
    """The template's text for one person.

    :raises ExpressionError: for a template that does not read, or values that do not fit.
    """
    return "".join(
        part if isinstance(part, str) else text_of(evaluate_tree(part, context))
        for part in parse_template(template)
    )
