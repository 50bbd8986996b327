"""SAML XML for human eyes: indented, with signed parts shaded and the lines that a fault touched marked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

_TOKEN = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![^>]*>|<[^>]+>|[^<]+", re.DOTALL)


def indented(xml: str) -> list[tuple[int, str]]:
    """Split XML text into (depth, line) without parsing it: hostile and broken messages must show, too."""
    lines: list[tuple[int, str]] = []
    depth = 0
    for token in _TOKEN.findall(xml):
        if token.startswith("</"):
            depth = max(0, depth - 1)
            if lines and lines[-1][0] == depth and lines[-1][1].startswith(f"<{_name(token)}"):
                lines[-1] = (depth, lines[-1][1] + token)  # <a>text</a> stays on one line
            else:
                lines.append((depth, token))
        elif token.startswith("<"):
            lines.append((depth, token))
            if not token.startswith(("<!", "<?")) and not token.endswith("/>"):
                depth += 1
        elif token.strip():
            if lines and lines[-1][0] == depth - 1 and len(token) < 200:
                lines[-1] = (lines[-1][0], lines[-1][1] + token)
            else:
                lines.append((depth, token))
    return lines


def _name(closing_tag: str) -> str:
    return closing_tag[2:-1].strip()


def marked_xml(xml: str, needles: Iterable[str] = ()) -> Markup:
    """XML as HTML for a ``<pre>``: each line escaped, lines that hold one of ``needles`` inside ``<mark>``."""
    wanted = [needle for needle in needles if needle]
    signed = set(re.findall(r"<[\w.-]*:?Reference[^>]*\sURI=[\"']#([^\"']+)", xml))
    rows = []
    for depth, line in indented(xml):
        text = escape("  " * depth + line)
        if any(needle in line for needle in wanted):
            text = Markup("<mark>{}</mark>").format(text)
        if any(f'ID="{identifier}"' in line for identifier in signed):
            text = Markup('<span class="signed">{}</span>').format(text)
        rows.append(text)
    return Markup("\n").join(rows)
