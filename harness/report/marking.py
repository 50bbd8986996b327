"""SAML XML for human eyes: indented, with signed elements barred and the parts that a fault touched marked."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from harness.report.tokens import Token, element_end, tokens
from harness.result import Mark

LONG_BASE64 = 200
"""Longer texts of base64 (certificates, ciphertext) are cut in the middle: nobody reads them."""
_KEPT = 48
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_REFERENCE = re.compile(r"<[\w.-]*:?Reference[^>]*\sURI=[\"']#([^\"']+)")
EXCERPT_LINES = 28
_GAP = Markup("…")


@dataclass(slots=True)
class Line:
    """One line of indented XML: the tokens on it."""

    depth: int
    pieces: list[Token] = field(default_factory=list)


def indented(xml: str) -> list[Line]:
    """Split XML text into lines. ``<a>text</a>`` stays on one line where the text is short."""
    lines: list[Line] = []
    depth = 0
    for piece in tokens(xml):
        last = lines[-1] if lines else None
        if piece.is_end_tag:
            depth = max(0, depth - 1)
            if last and last.depth == depth and last.pieces[0].name == piece.name:
                last.pieces.append(piece)
            else:
                lines.append(Line(depth, [piece]))
        elif not piece.is_text:
            lines.append(Line(depth, [piece]))
            depth += piece.is_start_tag and not piece.is_empty_tag
        elif piece.text.strip():
            short = len(piece.text) < LONG_BASE64 or _BASE64.fullmatch(piece.text)
            if last and last.depth == depth - 1 and short:
                last.pieces.append(piece)
            else:
                lines.append(Line(depth, [piece]))
        elif last:
            last.pieces.append(piece)  # white space: kept for its marks, not shown
    return lines


def marked_xml(xml: str, marks: Sequence[Mark] = ()) -> Markup:
    """XML as HTML for a ``<pre>``, re-indented: faults in ``<mark>``, what they took out in ``<del>``, signed elements
    barred. Where no mark tells of signatures, elements that one refers to get a bar of their own kind.
    """
    bars, touched = _bars(marks) or _referenced(xml), _touched(marks)
    lines = indented(xml) or [Line(0)]
    return Markup("\n").join(_barred(line, bars, _line_html(line, touched)) for line in lines)


def excerpt(xml: str, marks: Sequence[Mark], around: int = 2, most: int = EXCERPT_LINES) -> Markup:
    """The lines that a fault touched, with a few around them, ``most`` in all; empty when there are none."""
    touched = _touched(marks)
    bars = _bars(marks)
    lines = indented(xml)
    hit = [
        number for number, line in enumerate(lines) if any(_inside(piece, touched) for piece in line.pieces)
    ]
    near = {other for number in hit for other in range(number - around, number + around + 1)}
    shown = sorted(number for number in near if 0 <= number < len(lines))
    text: list[Markup] = []
    last = -1
    for number in shown[:most]:
        text += [_GAP] if number > last + 1 else []
        text.append(_barred(lines[number], bars, _line_html(lines[number], touched)))
        last = number
    return Markup("\n").join([*text, _GAP] if text and last < len(lines) - 1 else text)


def _touched(marks: Sequence[Mark]) -> list[Mark]:
    found = (mark for mark in marks if mark.kind in ("fault", "removed"))
    return sorted(found, key=lambda mark: mark.start)


def _bars(marks: Sequence[Mark]) -> list[tuple[int, int, str]]:
    return [(mark.start, mark.end, mark.kind) for mark in marks if mark.kind in ("signed", "unverified")]


def visible(text: str) -> str:
    """Control characters written out, so that a page stays text whatever a message holds."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _line_html(line: Line, touched: Sequence[Mark]) -> Markup:
    return _escaped("  " * line.depth) + Markup("").join(_piece_html(piece, touched) for piece in line.pieces)


def _inside(piece: Token, touched: Sequence[Mark]) -> list[Mark]:
    """The marks that fall on a token. What was removed stands before the token that begins there."""
    first = bisect_left(touched, piece.start, key=lambda mark: mark.start)
    after = bisect_left(touched, piece.end, lo=first, key=lambda mark: mark.start)
    before = [touched[first - 1]] if first and touched[first - 1].end > piece.start else []
    return [*before, *touched[first:after]]


def _piece_html(piece: Token, touched: Sequence[Mark]) -> Markup:
    inside = _inside(piece, touched)
    if not piece.text.strip():
        return Markup("").join(
            _fault(repr(piece.text)[1:-1]) if mark.kind == "fault" else _gone(mark.text) for mark in inside
        )
    if not inside:
        return _escaped(_shortened(piece.text))
    shown, at = Markup(""), piece.start
    for mark in inside:
        start, end = max(mark.start, at), min(mark.end, piece.end)
        shown += _escaped(visible(piece.text[at - piece.start : start - piece.start]))
        if mark.kind == "removed":
            shown += _gone(mark.text)
            at = max(at, start)
        elif end > start:
            shown += _fault(piece.text[start - piece.start : end - piece.start])
            at = end
    return shown + _escaped(visible(piece.text[at - piece.start :]))


def _fault(text: str) -> Markup:
    return Markup("<mark>{}</mark>").format(_escaped(visible(text)))


def _gone(text: str) -> Markup:
    return Markup("<del>{}</del>").format(_escaped(visible(text)))


def _escaped(text: str) -> Markup:
    """Text for a page. Quotes stay as they are: XML is full of them, and none of it goes into an attribute."""
    return Markup(html.escape(text, quote=False))  # noqa: S704 - escaped on this very line


def _shortened(text: str) -> str:
    if len(text) > LONG_BASE64 and _BASE64.fullmatch(text):
        flat = "".join(text.split())
        return f"{flat[:_KEPT]}[... {len(flat) - 2 * _KEPT} more characters ...]{flat[-_KEPT:]}"
    return visible(text)


def _barred(line: Line, bars: Sequence[tuple[int, int, str]], shown: Markup) -> Markup:
    """The line with the bar of the innermost element around it."""
    if not line.pieces:
        return shown
    start, end = line.pieces[0].start, line.pieces[0].end
    around = [bar for bar in bars if bar[0] <= start and end <= bar[1]]
    if not around:
        return shown
    kind = min(around, key=lambda bar: bar[1] - bar[0])[2]
    return Markup('<span class="{}">{}</span>').format(kind, shown)


def _referenced(xml: str) -> list[tuple[int, int, str]]:
    wanted = set(_REFERENCE.findall(xml))
    pieces = tokens(xml) if wanted else []
    return [
        (piece.start, pieces[element_end(pieces, index) - 1].end, "referenced")
        for index, piece in enumerate(pieces)
        if piece.is_start_tag and any(f'ID="{identifier}"' in piece.text for identifier in wanted)
    ]
