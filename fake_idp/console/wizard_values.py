"""The step Configure SAML between a form and SAML settings: plain text in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.field_values import read_value
from fake_idp.org.fields import FIELDS, Field
from fake_idp.org.model import App
from fake_idp.org.saml_settings import SamlSettings

EMPTY_ROWS = 3
"""Rows to type into that each table offers beyond the filled ones."""

ROW_CELLS: dict[str, tuple[str, ...]] = {
    "acs_rows": ("url", "index"),
    "attribute_rows": ("name", "name_format", "value"),
    "group_rows": ("name", "name_format", "filter_type", "filter_value"),
}
_MUST_HAVE = {
    "acs_rows": ("url",),
    "attribute_rows": ("name", "value"),
    "group_rows": ("name", "filter_value"),
}
_MAX_CERTIFICATE_BYTES = 64 * 1024

WIZARD_FIELDS: tuple[Field, ...] = tuple(
    row for row in FIELDS if row.attribute != "assertion_lifetime_seconds"
)
"""The fields that the wizard shows. The assertion lifetime exists in Okta's API only."""


def values_of(settings: SamlSettings, app: App | None) -> dict[str, Any]:
    """Form values that stand for existing settings."""
    values: dict[str, Any] = {}
    for row in WIZARD_FIELDS:
        if row.on_app:
            stored = getattr(app, row.attribute) if app else row.default
        else:
            stored = getattr(settings, row.attribute)
        values[row.attribute] = _rows_of(row, stored) if row.kind in ROW_CELLS else form_value(stored)
    values["use_acs_url"] = "" if settings.recipient or settings.destination else "true"
    return values


def form_value(stored: object) -> str:
    """A stored value as a form field holds it."""
    if stored is None:
        return ""
    if isinstance(stored, bool):
        return "true" if stored else "false"
    return str(stored)


def _rows_of(row: Field, stored: tuple[Any, ...]) -> list[dict[str, Any]]:
    if row.kind == "acs_rows":
        return [{"url": item.url, "index": str(item.index)} for item in stored]
    if row.kind == "group_rows":
        return [
            {
                "name": item.name,
                "name_format": item.name_format,
                "filter_type": item.filter_type,
                "filter_value": item.filter_value,
            }
            for item in stored
        ]
    rows: list[dict[str, Any]] = []
    for item in stored:
        cells: dict[str, Any] = {"name": item.name, "name_format": item.name_format, "value": item.values[0]}
        if len(item.values) > 1:
            # Only the API can give an attribute several values; the wizard shows and keeps them.
            cells["several"] = list(item.values)
        rows.append(cells)
    return rows


def take_form(
    values: dict[str, Any], form: MultiDict[str, str], files: Mapping[str, FileStorage]
) -> dict[str, InvalidSetting]:
    """Put what was typed into ``values``; uploads that cannot be taken are left out and returned as problems."""
    refused: dict[str, InvalidSetting] = {}
    for row in WIZARD_FIELDS:
        name = row.attribute
        if row.kind in ROW_CELLS:
            values[name] = _typed_rows(row, form, values[name])
        elif row.kind == "certificate":
            problem = _take_certificate(row, values, form, files.get(name))
            if problem is not None:
                refused[name] = problem
        elif row.kind == "checkbox":
            values[name] = "true" if form.get(name) == "true" else "false"
        else:
            values[name] = form.get(name, values[name]).strip()
    values["use_acs_url"] = "true" if form.get("use_acs_url") == "true" else ""
    return refused


def _take_certificate(
    row: Field, values: dict[str, Any], form: MultiDict[str, str], upload: FileStorage | None
) -> InvalidSetting | None:
    if form.get(f"{row.attribute}-remove") == "true":
        values[row.attribute] = ""
    if upload is None or not upload.filename:
        return None
    data = upload.stream.read(_MAX_CERTIFICATE_BYTES + 1)
    if len(data) > _MAX_CERTIFICATE_BYTES:
        return InvalidSetting(
            row.attribute,
            row.label,
            f"{upload.filename}, which is larger",
            "a PEM certificate of at most 64 KB",
        )
    if not data.strip():
        return InvalidSetting(
            row.attribute, row.label, f"the empty file {upload.filename}", "a PEM certificate"
        )
    try:
        values[row.attribute] = read_value(row, data)
    except InvalidSetting as problem:
        return problem
    return None


def _typed_rows(row: Field, form: MultiDict[str, str], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cells = ROW_CELLS[row.kind]
    numbers = sorted(
        {int(match[1]) for key in form if (match := re.fullmatch(rf"{row.attribute}-(\d{{1,4}})-\w+", key))}
    )
    rows: list[dict[str, Any]] = []
    for number in numbers:
        typed: dict[str, Any] = {
            cell: form.get(f"{row.attribute}-{number}-{cell}", "").strip() for cell in cells
        }
        if not any(typed[cell] for cell in _MUST_HAVE[row.kind]):
            continue
        if row.kind == "acs_rows" and not typed["index"]:
            typed["index"] = str(_free_index(rows))
        # The same row as before still has the several values that the API gave it.
        kept = next((old for old in before if old.get("several") and old["name"] == typed["name"]), None)
        if kept and kept["value"] == typed.get("value"):
            typed["several"] = kept["several"]
        rows.append(typed)
    return rows


def _free_index(rows: list[dict[str, Any]]) -> int:
    taken = {row["index"] for row in rows}
    return next(number for number in range(len(rows) + 1) if str(number) not in taken)


def for_reading(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as :func:`fake_idp.org.settings.read_fields` takes them."""
    readable = {name: value for name, value in values.items() if name != "use_acs_url"}
    for row in WIZARD_FIELDS:
        if row.kind == "attribute_rows":
            readable[row.attribute] = [
                {"name": r["name"], "name_format": r["name_format"], "values": r.get("several", [r["value"]])}
                for r in values[row.attribute]
            ]
    if values["use_acs_url"]:
        readable |= {"recipient": "", "destination": ""}
    return readable
