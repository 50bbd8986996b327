"""Skeletons: the fixed bytes of a message, with its variable parts marked.

A skeleton file is laid out for reading; its line breaks and the blanks at line starts are not part of the message.
``[[name]]`` is a part whose value the test knows, ``[[name:form]]`` one that must have a form; the same name means
the same text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "skeletons"

FORMS = {
    "id": r"id\d{23,26}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "one-line-base64": r"[A-Za-z0-9+/]+={0,2}",
    "sha256": r"[A-Za-z0-9+/]{43}=",
    "rsa2048": r"[A-Za-z0-9+/]{342}==",
    "certificate": r"(?:[A-Za-z0-9+/]{76}\n)+[A-Za-z0-9+/]{1,76}={0,2}",
    "idp-session": r"id\d{13}\.\d{1,10}",
    "xenc-id": r"_[0-9a-f]{32}",
    "text": r"[^<>\"]*",
}
_MARK = re.compile(r"\[\[([\w-]+)(?::([\w-]+))?\]\]")


def match(name: str, message: bytes, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Match a whole message against ``skeletons/{name}.txt`` and return its variable parts.

    Fails with the place at which the message leaves the skeleton.
    """
    skeleton = "".join(line.strip() for line in (FOLDER / f"{name}.txt").read_text().splitlines())
    text = message.decode("utf-8")
    pieces: list[str] = []
    end = 0
    for mark in _MARK.finditer(skeleton):
        pieces += [re.escape(skeleton[end : mark.start()]), _piece(mark, pieces, known or {})]
        end = mark.end()
    pieces.append(re.escape(skeleton[end:]))
    pattern = "".join(pieces)
    found = re.fullmatch(pattern, text)
    assert found, _where_it_leaves(pieces, text)
    return {k.replace("_", "-"): v for k, v in found.groupdict().items()}


def _piece(mark: re.Match[str], pieces: list[str], known: Mapping[str, str]) -> str:
    name, form = mark[1], mark[2]
    group = name.replace("-", "_")
    if any(f"(?P<{group}>" in p for p in pieces):
        return f"(?P={group})"
    return f"(?P<{group}>{FORMS[form] if form else re.escape(known[name])})"


def _where_it_leaves(pieces: list[str], text: str) -> str:
    for count in range(len(pieces), 0, -1):
        if found := re.match("".join(pieces[:count]), text):
            at = found.end()
            around = f"{text[max(0, at - 60) : at]}⟨here⟩{text[at : at + 80]}"
            return f"leaves the skeleton at …{around}…, expected {pieces[count]}"
    return f"does not begin like the skeleton: {text[:120]}"
