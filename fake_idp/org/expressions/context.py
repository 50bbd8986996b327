"""What expressions can refer to, and how their values turn into one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fake_idp.org.model import Group


def _nobody(_key: str) -> Mapping[str, Any] | None:
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """One person in one app, as expressions see them.

    ``user`` and ``appuser`` are profiles by Okta's attribute names; ``internal`` is what ``getInternalProperty`` tells;
    ``find_person`` gives the profile of another person by login or id, for managers and linked objects.
    """

    user: Mapping[str, Any] = field(default_factory=dict)
    appuser: Mapping[str, Any] = field(default_factory=dict)
    app: Mapping[str, Any] = field(default_factory=dict)
    org: Mapping[str, Any] = field(default_factory=dict)
    session: Mapping[str, Any] = field(default_factory=dict)
    internal: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    find_person: Callable[[str], Mapping[str, Any] | None] = _nobody


ROOTS = frozenset(
    {"user", "appuser", "app", "org", "session", "source", "idpuser", "active_directory", "workday"}
)
"""The names that a reference can begin with. ``source`` is the same as ``user``, as in username templates."""


def root_value(context: Context, name: str) -> Any:
    """What a reference begins with. Profiles in other apps are mappings in the person's profile."""
    if name in ("user", "source"):
        return context.user
    if name in ("appuser", "app", "org", "session"):
        return getattr(context, name)
    return context.user.get(name)


def text_of(value: Any) -> str:
    """A value as text: null is empty, and true and false are small."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(text_of(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return text_of(value.get("name", ""))
    return str(value)


def list_of(value: Any) -> list[Any]:
    """A value as an array: null is empty, text is taken as comma-separated values."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")] if value else []
    return [value]


def is_empty(value: Any) -> bool:
    """Whether Elvis passes on: null or empty text."""
    return value is None or value == ""
