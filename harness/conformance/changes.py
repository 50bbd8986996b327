"""What a fault changed in a message: the message beside the one that would have been sent without the fault."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from harness.report.tokens import Token, tokens
from harness.result import Mark

MAX_TOKENS = 4_000
"""Longer messages are not compared: nobody reads them, and it would take seconds."""
MAX_REMOVED = 240
_ATTRIBUTE = re.compile(r"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")
_COMPUTED = ("DigestValue", "SignatureValue", "CipherValue")
"""What follows from the rest of a message. It is a change of its own only where nothing else has changed."""


def changes(faulty: str, good: str) -> tuple[Mark, ...]:
    """Where the faulty message differs from the good one, and what was taken out there."""
    new, old = tokens(faulty), tokens(good)
    if max(len(new), len(old)) > MAX_TOKENS:
        return ()
    matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
    found = [
        mark
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        if kind != "equal"
        for mark in _changed(
            old[i1:i2], new[j1:j2], new[j1].start if j1 < len(new) else max(0, len(faulty) - 1)
        )
    ]
    return tuple(found or _computed_values(old, new))


def _keys(pieces: list[Token]) -> list[str]:
    """What tokens are compared by."""
    keys = []
    inside = ""
    for piece in pieces:
        keys.append(f"(the {inside})" if piece.is_text and inside in _COMPUTED else piece.text)
        inside = piece.name.rpartition(":")[2] if piece.is_start_tag else ""
    return keys


def _changed(old: list[Token], new: list[Token], at: int) -> list[Mark]:
    if len(old) == len(new) == 1 and old[0].name and old[0].name == new[0].name and new[0].is_start_tag:
        return _changed_attributes(old[0], new[0])
    marks = [Mark(piece.start, piece.end, "fault") for piece in new if piece.text.strip() or len(new) == 1]
    removed = "".join(piece.text for piece in old)
    if removed.strip():
        marks.insert(0, Mark(at, at, "removed", _told(old, removed)))
    return marks


def _told(old: list[Token], removed: str) -> str:
    """What was taken out: whole where it is short, else its beginning and its end."""
    if len(removed) <= MAX_REMOVED:
        return removed
    last = old[-1].text if old[-1].is_end_tag else ""
    return f"{removed[: MAX_REMOVED - len(last)]} [...] {last}".rstrip()


def _changed_attributes(old: Token, new: Token) -> list[Mark]:
    before = {found[1]: found[2] for found in _ATTRIBUTE.finditer(old.text)}
    marks, kept = [], set()
    for found in _ATTRIBUTE.finditer(new.text):
        kept.add(found[1])
        if before.get(found[1]) != found[2]:
            start = new.start + found.start(1)
            if found[1] in before:
                marks.append(Mark(start, start, "removed", f"{found[1]}={before[found[1]]}"))
            marks.append(Mark(start, new.start + found.end(), "fault"))
    gone = " ".join(f"{name}={value}" for name, value in before.items() if name not in kept)
    if gone:
        end = new.end - (2 if new.is_empty_tag else 1)
        marks.append(Mark(end, end, "removed", gone))
    return marks or [Mark(new.start, new.end, "fault")]


def _computed_values(old: list[Token], new: list[Token]) -> list[Mark]:
    """Digests and signature values that differ although nothing else does."""
    return [
        Mark(after.start, after.end, "fault")
        for before, after in zip(old, new, strict=False)
        if before.text != after.text
    ]
