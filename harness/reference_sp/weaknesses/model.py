"""What a weakness is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CheckFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """One deliberate hole in the SP.

    A test suite that is worth its name fails against it and names one of ``requirements`` (ids of the catalogue).
    Weaknesses without any of the fields below are asked for by name at the one place that they change.
    """

    id: str
    sentence: str
    requirements: tuple[str, ...]
    leaves_out: tuple[CheckFunction, ...] = ()
    """Checks, or rules about signatures and confirmations, that do not run."""
    replaces: Mapping[CheckFunction, CheckFunction] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, Any] = field(default_factory=dict)
    metadata_tools: Mapping[str, Any] = field(default_factory=dict)


def weakness(
    name: str,
    sentence: str,
    *requirements: str,
    leaves_out: tuple[CheckFunction, ...] = (),
    replaces: Mapping[CheckFunction, CheckFunction] | None = None,
    settings: Mapping[str, Any] | None = None,
    tools: Mapping[str, Any] | None = None,
    metadata_tools: Mapping[str, Any] | None = None,
) -> Weakness:
    """A row of the tables."""
    return Weakness(
        id=name,
        sentence=sentence,
        requirements=requirements,
        leaves_out=leaves_out,
        replaces=replaces or {},
        settings=settings or {},
        tools=tools or {},
        metadata_tools=metadata_tools or {},
    )
