"""In what two values differ, said the way that helps to find the mistake."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

_SHOWN = 300


def near_miss(expected: str, received: str) -> str:
    """What ``received`` has that ``expected`` has not, when it is a small thing; else empty."""
    if received == expected or not received:
        return ""
    if received.strip() == expected or "".join(received.split()) == expected:
        return "differs only by white space"
    if received.rstrip("/") == expected.rstrip("/"):
        return "differs only by a trailing slash"
    if received.casefold() == expected.casefold():
        return "differs only in upper and lower case; the comparison is exact"
    want, got = _split(expected), _split(received)
    if want is None or got is None:
        return ""
    if want[1:] == got[1:]:
        return f"differs only in the scheme: {got[0]} instead of {want[0]}"
    if (want[0], *want[2:]) == (got[0], *got[2:]):
        return f"differs only in the host or port: {got[1]} instead of {want[1]}"
    if received.startswith(expected):
        return "has something added at the end"
    if expected.startswith(received):
        return "ends too early"
    return ""


def length(time: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes, seconds = divmod(round(abs(time.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = {"days": days, "h": hours, "min": minutes, "s": seconds}
    first = next((at for at, number in enumerate(units.values()) if number), 3)
    return " ".join(f"{number} {unit}" for unit, number in list(units.items())[first : first + 2] if number)


def _split(url: str) -> tuple[str, str, str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme, parts.netloc, parts.path, parts.query) if parts.scheme and parts.netloc else None


def shown(value: str | None) -> str:
    """A received value as a log shows it: bounded, and with line breaks made visible."""
    if value is None:
        return "(missing)"
    if not value:
        return "(empty)"
    text = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in value
    )
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def listed(values: list[str] | tuple[str, ...]) -> str:
    """Several received values in one line."""
    return ", ".join(shown(value) for value in values) if values else "(none)"
