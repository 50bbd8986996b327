"""The reference SP's settings as fields of ``given.sp``, made from the settings themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from harness.reference_sp.settings import Settings
from harness.steps.fields import Choice, Field, Flag, Kind, ListOf, Text, Whole


def sp_setting_fields(*, leave_out: Sequence[str] = ()) -> tuple[Field, ...]:
    """One field for every setting of the reference SP."""
    hints = get_type_hints(Settings)
    return tuple(
        Field(each.name, "setting of the reference SP", _kind(hints[each.name]), default=_shown(each.default))
        for each in dataclass_fields(Settings)
        if each.name not in leave_out
    )


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is Literal:
        return Choice(tuple(str(option) for option in get_args(hint)))
    if get_origin(hint) is tuple:
        return ListOf(_single(get_args(hint)[0]))
    options = [option for option in get_args(hint) if option is not NoneType]
    return _single(options[0] if options else hint)


def _single(hint: Any) -> Text | Flag | Whole:
    if hint is bool:
        return Flag()
    return Whole() if hint is int else Text()


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
