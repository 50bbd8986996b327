"""Single checks that can be switched off, to see whether a test suite notices."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weakness:
    """One deliberate hole. ``requirements`` are the ids of the catalogue rows that it breaks."""

    id: str
    sentence: str
    requirements: tuple[str, ...]


class UnknownWeakness(ValueError):
    """There is no weakness of that name."""


_ALL: tuple[Weakness, ...] = ()

WEAKNESSES: dict[str, Weakness] = {weakness.id: weakness for weakness in _ALL}


def check_weaknesses(names: Iterable[str]) -> frozenset[str]:
    """The names as a set.

    :raises UnknownWeakness: for one that does not exist, with the nearest that does.
    """
    wanted = frozenset(names)
    for name in sorted(wanted - WEAKNESSES.keys()):
        near = difflib.get_close_matches(name, WEAKNESSES, n=1)
        advice = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownWeakness(f"the reference SP has no weakness {name!r}.{advice}")
    return wanted
