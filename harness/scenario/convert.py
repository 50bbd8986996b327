"""From the texts of a scenario file to the values that a step works with, variables filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.scenario.model import Plain
from harness.scenario.variables import fill
from harness.steps.definition import Values
from harness.steps.failure import fail
from harness.steps.fields import Kind, ListOf, NotValid, Record


def filled(value: Plain, variables: Mapping[str, str]) -> Plain:
    """The same with every variable filled in."""
    if isinstance(value, str):
        return fill(value, variables)
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    return {name: filled(item, variables) for name, item in value.items()}


def values_of(kind: Record, fields: Mapping[str, Plain]) -> Values:
    """The fields of a step as values. What only a variable's value shows to be wrong fails here."""
    return Values(_record(kind, fields))


def _record(kind: Record, fields: Mapping[str, Plain]) -> dict[str, Any]:
    converted = {}
    for name, value in fields.items():
        known = kind.field(name)
        field_kind = known.kind if known else kind.others
        assert field_kind is not None  # noqa: S101 - loading the file saw to that
        converted[name] = _value(field_kind, value, name)
    return converted


def _value(kind: Kind, value: Plain, name: str) -> Any:
    if isinstance(kind, Record):
        return _record(kind, value if isinstance(value, dict) else {})
    if isinstance(kind, ListOf):
        return [_value(kind.item, item, name) for item in (value if isinstance(value, list) else [value])]
    try:
        return kind.parse(str(value))
    except NotValid as error:
        raise fail("bad_value", f"the field {name!r}: {error}", received=str(value)) from None


def shown(name: str, fields: Mapping[str, Plain]) -> str:
    """The step as people read it: ``okta.assign: {people: [ada@acme.test]}``."""
    return f"{name}: {_inline(dict(fields))}" if fields else name


def _inline(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if len(value) > 200 or "\n" in value:
        return repr(value[:200] + "..." if len(value) > 200 else value)
    return value


def block(name: str, fields: Mapping[str, Plain]) -> str:
    """The step over several lines, for reports."""
    rows = [f"- {name}:" if fields else f"- {name}"]
    rows += [f"    {key}: {_inline(value)}" for key, value in fields.items()]
    return "\n".join(rows)
