"""Time functions, with Joda-Time patterns."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fake_idp.org.expressions.context import Context, text_of
from fake_idp.org.expressions.registry import Unsuitable, function

_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PATTERN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def iso8601(moment: datetime) -> str:
    """A time as RFC 3339 with milliseconds; ``Z`` for UTC."""
    text = moment.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _read_iso(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text_of(value))
    except ValueError:
        raise Unsuitable(f"{text_of(value)!r} is no ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unsuitable(f"{name!r} is no time zone") from None


def _whole(value: Any) -> int:
    try:
        return int(text_of(value))
    except ValueError:
        raise Unsuitable(f"{text_of(value)!r} is no timestamp") from None


@function("Time.now", least=0, most=2)
def _now(context: Context, zone: Any = None, pattern: Any = None) -> str:
    moment = context.now if zone is None else context.now.astimezone(_zone(text_of(zone)))
    return iso8601(moment) if pattern is None else joda_format(moment, text_of(pattern))


@function("Time.fromWindowsToIso8601", least=1)
def _from_windows(_: Context, value: Any) -> str:
    """From units of 100 nanoseconds since 1601."""
    return iso8601(_shifted(_WINDOWS_EPOCH, timedelta(microseconds=1) * (_whole(value) // 10)))


@function("Time.fromUnixToIso8601", least=1)
def _from_unix(_: Context, value: Any) -> str:
    """From seconds since 1970."""
    return iso8601(_shifted(_UNIX_EPOCH, _seconds(_whole(value))))


def _seconds(count: int) -> timedelta:
    try:
        return timedelta(seconds=count)
    except OverflowError:
        raise Unsuitable(f"{count} is no timestamp") from None


def _shifted(epoch: datetime, by: timedelta) -> datetime:
    try:
        return epoch + by
    except OverflowError:
        raise Unsuitable("the timestamp is beyond the year 9999") from None


@function("Time.fromIso8601ToWindows", least=1)
def _to_windows(_: Context, value: Any) -> str:
    return str((_read_iso(value) - _WINDOWS_EPOCH) // timedelta(microseconds=1) * 10)


@function("Time.fromIso8601ToUnix", least=1)
def _to_unix(_: Context, value: Any) -> str:
    return str((_read_iso(value) - _UNIX_EPOCH) // timedelta(seconds=1))


@function("Time.fromIso8601ToString", least=2)
def _to_string(_: Context, value: Any, pattern: Any) -> str:
    return joda_format(_read_iso(value), text_of(pattern))


@function("Time.fromStringToIso8601", least=2)
def _from_string(_: Context, value: Any, pattern: Any) -> str:
    return iso8601(joda_parse(text_of(value), text_of(pattern)))


def _pieces(pattern: str) -> list[tuple[str, str]]:
    """A pattern as (letter, the whole piece); literal text has no letter."""
    pieces: list[tuple[str, str]] = []
    position = 0
    while position < len(pattern):
        match = _PATTERN.match(pattern, position)
        if match is None:
            raise Unsuitable(f"the quote in the time pattern {pattern!r} is not closed")
        if match[1] is not None:
            pieces.append(("", match[1].replace("''", "'") or "'"))
        else:
            pieces.append((match[2] or "", match[0]))
        position = match.end()
    return pieces


def joda_format(moment: datetime, pattern: str) -> str:
    """A time by a Joda-Time pattern: ``yyyy-MM-dd'T'HH:mm:ss.SSSZZ``."""
    return "".join(
        _formatted(moment, letter, piece) if letter else piece for letter, piece in _pieces(pattern)
    )


def _formatted(moment: datetime, letter: str, piece: str) -> str:
    width = len(piece)
    numbers = {
        "d": moment.day, "D": moment.timetuple().tm_yday, "H": moment.hour, "k": moment.hour or 24,
        "h": (moment.hour % 12) or 12, "K": moment.hour % 12, "m": moment.minute, "s": moment.second,
        "e": moment.isoweekday(), "w": moment.isocalendar().week,
    }  # fmt: skip
    if letter in numbers:
        return str(numbers[letter]).zfill(width)
    match letter:
        case "y" | "Y" | "x":
            year = moment.isocalendar().year if letter == "x" else moment.year
            return str(year)[-2:] if width == 2 else str(year).zfill(width)
        case "M":
            return (
                moment.strftime("%b")
                if width == 3
                else moment.strftime("%B")
                if width > 3
                else f"{moment.month:0{width}}"
            )
        case "E":
            return moment.strftime("%A" if width > 3 else "%a")
        case "a":
            return "AM" if moment.hour < 12 else "PM"
        case "S":
            return f"{moment.microsecond:06}"[:width].ljust(width, "0")
        case "Z":
            text = moment.strftime("%z")
            return f"{text[:3]}:{text[3:5]}" if width == 2 else text[:5]
        case "z":
            return moment.tzname() or ""
        case _:
            raise Unsuitable(f"{piece!r} is no part of a time pattern")


_READERS = {
    "y": r"(?P<y>\d{1,4})", "Y": r"(?P<y>\d{1,4})", "M": r"(?P<M>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})", "h": r"(?P<h>\d{1,2})", "m": r"(?P<m>\d{1,2})", "s": r"(?P<s>\d{1,2})",
    "S": r"(?P<S>\d{1,6})", "a": r"(?P<a>[AaPp][Mm])", "Z": r"(?P<Z>Z|[+-]\d{2}:?\d{2})",
}  # fmt: skip


def joda_parse(text: str, pattern: str) -> datetime:
    """A time from text and a Joda-Time pattern of numbers; without an offset it is UTC."""
    expression = ""
    for letter, piece in _pieces(pattern):
        reader = _READERS.get(letter) if letter else re.escape(piece)
        if reader is None or (letter and f"(?P<{reader[4]}>" in expression):
            raise Unsuitable(f"the time pattern {pattern!r} cannot be read back at {piece!r}")
        expression += reader
    match = re.fullmatch(expression, text)
    if match is None:
        raise Unsuitable(f"{text!r} does not fit the time pattern {pattern!r}")
    found = match.groupdict()
    hour = int(found.get("H") or found.get("h") or 0)
    if found.get("a"):
        hour = hour % 12 + (12 if found["a"].lower() == "pm" else 0)
    year = int(found.get("y") or 1970)
    try:
        return datetime(
            year + 2000 if year < 100 else year, int(found.get("M") or 1), int(found.get("d") or 1), hour,
            int(found.get("m") or 0), int(found.get("s") or 0), int((found.get("S") or "0").ljust(6, "0")),
            tzinfo=_offset(found.get("Z")),
        )  # fmt: skip
    except ValueError as trouble:
        raise Unsuitable(f"{text!r} is no time: {trouble}") from None


def _offset(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = text.replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-offset if digits[0] == "-" else offset)
