"""Comparing a fact with what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Mapping

RULES = (
    "`present`, `absent`, `empty`, or a value; `not X`, `contains X`, `starts with X`, `ends with X` for less than "
    "the whole value, `at most N` for numbers"
)
"""For documentation."""


def mismatch(expected: str, received: str | None) -> bool:
    """Whether a fact is not as expected; ``None`` is an absent one."""
    word, _, rest = expected.partition(" ")
    if expected == "absent":
        return received is not None
    if expected == "present":
        return received is None
    if word == "not" and rest:
        return received == rest
    if received is None:
        return True
    for opening, test in (
        ("contains ", str.__contains__),
        ("starts with ", str.startswith),
        ("ends with ", str.endswith),
    ):
        if expected.startswith(opening):
            return not test(received, expected.removeprefix(opening))
    if expected.startswith("at most ") and expected.removeprefix("at most ").isdigit():
        return not received.isdigit() or int(received) > int(expected.removeprefix("at most "))
    if expected == "empty":
        return received not in ("", "empty")
    return expected != received


def mismatches(expected: Mapping[str, str], received: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, expected and received of the facts that are not as expected."""
    return [
        (name, value, received.get(name, "absent"))
        for name, value in expected.items()
        if mismatch(value, received.get(name))
    ]
