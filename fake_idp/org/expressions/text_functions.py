"""String, Convert and Iso3166Convert functions."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from fake_idp.org.expressions.context import Context, text_of
from fake_idp.org.expressions.registry import Unsuitable, function


def _number(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Unsuitable(f"{what} has to be a whole number, not {text_of(value)!r}")
    return int(value)


@function("String.append", least=2)
def _append(_: Context, text: Any, suffix: Any) -> str:
    return text_of(text) + text_of(suffix)


@function("String.join", least=1, most=None)
def _join(_: Context, separator: Any, *parts: Any) -> str:
    return text_of(separator).join(text_of(part) for part in parts)


@function("String.len", least=1)
def _len(_: Context, text: Any) -> int:
    return len(text_of(text))


@function("String.removeSpaces", least=1)
def _remove_spaces(_: Context, text: Any) -> str:
    return text_of(text).replace(" ", "")


@function("String.replace", least=3)
def _replace(_: Context, text: Any, match: Any, replacement: Any) -> str:
    return text_of(text).replace(text_of(match), text_of(replacement)) if text_of(match) else text_of(text)


@function("String.replaceFirst", least=3)
def _replace_first(_: Context, text: Any, match: Any, replacement: Any) -> str:
    return text_of(text).replace(text_of(match), text_of(replacement), 1) if text_of(match) else text_of(text)


@function("String.startsWith", least=2)
def _starts_with(_: Context, text: Any, beginning: Any) -> bool:
    return text_of(text).startswith(text_of(beginning))


@function("String.stringContains", least=2)
def _contains(_: Context, text: Any, part: Any) -> bool:
    return text_of(part) in text_of(text)


@function("String.stringSwitch", least=2, most=None)
def _switch(_: Context, text: Any, default: Any, *pairs: Any) -> str:
    """The value of the first key that is a part of the text."""
    if len(pairs) % 2:
        raise Unsuitable("String.stringSwitch wants keys and values in pairs after the default")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if text_of(key) in text_of(text):
            return text_of(value)
    return text_of(default)


@function("String.substring", "substring", least=3)
def _substring(_: Context, text: Any, start: Any, end: Any) -> str:
    whole, first, last = text_of(text), _number(start, "the start"), _number(end, "the end")
    if not 0 <= first <= last <= len(whole):
        raise Unsuitable(f"{first} to {last} is not within the {len(whole)} characters of the text")
    return whole[first:last]


@function("String.substringAfter", "substringAfter", least=2)
def _substring_after(_: Context, text: Any, mark: Any) -> str:
    """What follows the first mark; nothing where the mark is missing."""
    return text_of(text).partition(text_of(mark))[2] if text_of(mark) else text_of(text)


@function("String.substringBefore", "substringBefore", least=2)
def _substring_before(_: Context, text: Any, mark: Any) -> str:
    """What stands before the first mark; the whole text where the mark is missing."""
    return text_of(text).partition(text_of(mark))[0] if text_of(mark) else ""


@function("String.toUpperCase", "toUpperCase", least=1)
def _upper(_: Context, text: Any) -> str:
    return text_of(text).upper()


@function("String.toLowerCase", "toLowerCase", least=1)
def _lower(_: Context, text: Any) -> str:
    return text_of(text).lower()


@function("Convert.toInt", least=1)
def _to_int(_: Context, value: Any) -> int:
    """Text as a whole number, or a number rounded to the nearest one, halves up as Java rounds."""
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            raise Unsuitable(f"{value!r} is no whole number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unsuitable(f"{text_of(value)!r} is no number")
    return math.floor(value + 0.5)


@function("Convert.toNum", least=1)
def _to_num(_: Context, value: Any) -> float:
    try:
        number = float(text_of(value))
    except ValueError:
        raise Unsuitable(f"{text_of(value)!r} is no number") from None
    if not math.isfinite(number):
        raise Unsuitable(f"{text_of(value)!r} is no number")
    return number


@cache
def _countries() -> dict[str, tuple[str, str, str, str]]:
    rows = json.loads(Path(__file__).with_name("countries.json").read_text("utf-8"))
    return {code: tuple(row) for row in rows for code in row[:3]}


def _country(value: Any) -> tuple[str, str, str, str]:
    code = text_of(value).strip().upper()
    row = _countries().get(code.zfill(3) if code.isdigit() else code)
    if row is None:
        raise Unsuitable(f"{text_of(value)!r} is no ISO 3166-1 country code")
    return row


@function("Iso3166Convert.toAlpha2", least=1)
def _to_alpha2(_: Context, code: Any) -> str:
    return _country(code)[0]


@function("Iso3166Convert.toAlpha3", least=1)
def _to_alpha3(_: Context, code: Any) -> str:
    return _country(code)[1]


@function("Iso3166Convert.toNumeric", least=1)
def _to_numeric(_: Context, code: Any) -> str:
    return _country(code)[2]


@function("Iso3166Convert.toName", least=1)
def _to_name(_: Context, code: Any) -> str:
    return _country(code)[3]
