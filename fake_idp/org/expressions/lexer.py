"""Expression text to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from fake_idp.org.expressions.errors import ExpressionError

TokenKind = Literal["string", "number", "name", "symbol", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``spaced`` tells whether white space stands before it."""

    kind: TokenKind
    text: str
    column: int
    spaced: bool = False


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"]|"")*"|'(?:[^']|'')*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<name>[^\W\d][\w$]*|\$[\w$]+)
      | (?P<symbol>\.!\[|\?:|==|!=|<=|>=|&&|\|\||[-+*/%!<>?:(){}\[\],.])""",
    re.VERBOSE,
)


def tokens_of(text: str) -> list[Token]:
    """All tokens, the last one of kind ``end``.

    :raises ExpressionError: for a character that no expression holds, or a quote that is not closed.
    """
    tokens: list[Token] = []
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _stray(text, position)
        kind = match.lastgroup
        if kind != "space":
            tokens.append(Token(kind, match[0], position + 1, spaced))  # type: ignore[arg-type]
        spaced = kind == "space"
        position = match.end()
    tokens.append(Token("end", "", len(text) + 1, spaced))
    return tokens


def _stray(text: str, position: int) -> ExpressionError:
    character = text[position]
    if character in "\"'":
        return ExpressionError(f"the quote {character} is not closed", position + 1)
    if character == "=":
        return ExpressionError("a single = is no operator; write == to compare", position + 1)
    return ExpressionError(f"{character!r} does not belong in an expression", position + 1)


def unquoted(token: Token) -> str:
    """The text of a string token; a doubled quote stands for one."""
    quote = token.text[0]
    return token.text[1:-1].replace(quote * 2, quote)
