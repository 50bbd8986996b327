"""XML cut into tags, comments and texts without parsing it: hostile and broken messages must show, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![^>]*>|<[^>]+>|[^<]+|<", re.DOTALL)
_NAME = re.compile(r"</?\s*([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of XML text, with where it begins."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def is_start_tag(self) -> bool:
        """``<a>`` or ``<a/>``."""
        return self.text.startswith("<") and self.text[1:2] not in ("", "/", "!", "?")

    @property
    def is_empty_tag(self) -> bool:
        """``<a/>``."""
        return self.is_start_tag and self.text.endswith("/>")

    @property
    def is_end_tag(self) -> bool:
        """``</a>``."""
        return self.text.startswith("</")

    @property
    def is_text(self) -> bool:
        """Character data."""
        return not self.text.startswith("<")

    @property
    def name(self) -> str:
        """The name in a tag, as it is written there; empty for anything else."""
        found = _NAME.match(self.text) if self.is_start_tag or self.is_end_tag else None
        return found[1] if found else ""


def tokens(xml: str) -> list[Token]:
    """All tokens, in order; together they are the whole text."""
    return [Token(found.start(), found[0]) for found in _TOKEN.finditer(xml)]


def element_end(pieces: list[Token], first: int) -> int:
    """Index after the last token of the element whose start tag is ``pieces[first]``."""
    depth = 0
    for index in range(first, len(pieces)):
        piece = pieces[index]
        depth += piece.is_start_tag and not piece.is_empty_tag
        depth -= piece.is_end_tag
        if depth <= 0:
            return index + 1
    return len(pieces)
