"""Which part of a page a person means by a text: the same XPath for both drivers."""

from __future__ import annotations

_HEADINGS = "self::h1 or self::h2 or self::h3 or self::h4 or self::legend"


def part_xpaths(text: str) -> list[str]:
    """XPath expressions to try in turn; the first element of the first that finds any is the part."""
    wanted = xpath_text(text)
    same = f"normalize-space(.)={wanted}"
    has = f"contains(normalize-space(.),{wanted})"
    return [
        f"//tr[(td|th)[{same}]]",
        f"//tr[{has}]",
        f"//*[@aria-label={wanted}][not(self::input or self::select or self::textarea or self::button or self::a)]",
        f"//*[self::section or self::form or self::article or self::dialog or self::fieldset]"
        f"[(*|*/*|*/*/*)[{_HEADINGS}][{same}]]",
        f"//*[@aria-labelledby=//*[{same}]/@id][not(self::input or self::select or self::textarea)]",
        f"//li[{has}][not(.//li[{has}])]",
        f"//dl/div[dt[{same}]]",
    ]


def xpath_text(text: str) -> str:
    """A string literal of XPath 1.0, which has no escapes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = ', "\'", '.join(f"'{part}'" for part in text.split("'"))
    return f"concat({parts})"
