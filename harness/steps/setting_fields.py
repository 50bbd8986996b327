"""Settings of the org and of the reference SP as fields of ``given``, made from the settings themselves."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fake_idp.org.org_settings import OrgSettings
from harness.reference_sp.settings import Settings
from harness.steps.fields import Choice, Field, Flag, Kind, ListOf, Text, Whole


def sp_setting_fields(*, leave_out: Sequence[str] = ()) -> tuple[Field, ...]:
    """One field for every setting of the reference SP, by its own name."""
    return _fields(Settings, "setting of the reference SP", leave_out)


def org_setting_fields(*, leave_out: Sequence[str] = ()) -> tuple[Field, ...]:
    """One field for every setting of the org, in camelCase as in org files."""
    return _fields(OrgSettings, "setting of the org", leave_out, camel=True)


def snake_case(name: str) -> str:
    """``signMetadata`` as Python has it: ``sign_metadata``."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: f"_{match[1].lower()}", name)


def _fields(cls: type, what: str, leave_out: Sequence[str], *, camel: bool = False) -> tuple[Field, ...]:
    hints, docs = get_type_hints(cls), _docs(cls)
    return tuple(
        Field(
            _camel_case(each.name) if camel else each.name,
            docs.get(each.name, what),
            _kind(hints[each.name]),
            default=_shown(each.default),
        )
        for each in dataclass_fields(cls)
        if each.name not in leave_out
    )


@cache
def _docs(cls: type) -> dict[str, str]:
    """The first sentence of the text below each field of a dataclass."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    except OSError:  # installed without sources
        return {}
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            text = " ".join(str(below.value.value).split())  # type: ignore[attr-defined] # an ast.Constant, as above
            found[field.target.id] = re.split(r"(?<=[.:])\s", text.replace("``", "`"))[0].rstrip(".")
    return found


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


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
    return "" if value is None or not isinstance(value, str | int | float) else str(value)
