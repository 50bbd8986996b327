"""Testing: what no real Okta lets an admin do. The org's clock, and switches for what nobody outside knows."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.org.errors import InvalidValue
from fake_idp.org.org_settings import OrgSettings
from fake_idp.web.context import org, redirect_to
from fake_idp.web.notices import notify


@blueprint.route("/testing/clock", methods=["GET", "POST"])
def clock() -> Response:
    """Set, move, freeze, run and reset the org's time."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _change_clock(request.form.get("action", ""))
        if not errors:
            return redirect_to(url_for("console.clock"))
    return make_response(
        render_template(
            "console/clock.html",
            active="clock",
            now=org().now(),
            clock=org().clock,
            errors=errors,
            form=request.form,
        )
    )


def _change_clock(action: str) -> dict[str, str]:
    time = org().clock
    field = {"set": "at", "move": "by"}.get(action, "")
    try:
        match action:
            case "set":
                time.set(request.form.get("at", ""))
            case "move":
                time.move(request.form.get("by", ""))
            case "freeze":
                time.freeze()
            case "run":
                time.run()
            case "reset":
                time.reset()
    except (ValueError, OverflowError) as problem:
        text = str(problem)
        return {field: text[:1].upper() + text[1:]}
    return {}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One org setting as a form field."""

    name: str
    label: str
    kind: Literal["choice", "checkbox", "number", "text"]
    hint: str
    default: object
    choices: tuple[str, ...] = ()


@blueprint.route("/testing/settings", methods=["GET", "POST"])
def org_settings() -> Response:
    """Every field of the org's settings, each with what it is for."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = org().settings.as_dict()
    if request.method == "POST":
        typed, errors = _typed_settings()
        if not errors:
            try:
                org().change_settings(**typed)
            except InvalidValue as problem:
                errors[problem.field] = problem.message[:1].upper() + problem.message[1:]
            else:
                notify("Org settings saved.")
                return redirect_to(url_for("console.org_settings"))
        values |= {row.name: request.form.get(row.name, "") for row in setting_rows()}
    return make_response(
        render_template(
            "console/org_settings.html", active="settings", rows=setting_rows(), values=values, errors=errors
        )
    )


def _typed_settings() -> tuple[dict[str, Any], dict[str, str]]:
    typed: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for row in setting_rows():
        text = request.form.get(row.name, "").strip()
        if row.kind == "checkbox":
            typed[row.name] = text == "true"
        elif row.kind == "number":
            try:
                typed[row.name] = float(text) if isinstance(row.default, float) else int(text)
            except ValueError:
                errors[row.name] = f"Expected a number, received {text!r}."
        elif row.name in request.form:
            typed[row.name] = text
    return typed, errors


_WORDS = {"acs": "ACS", "url": "URL", "id": "ID"}


@cache
def setting_rows() -> tuple[SettingRow, ...]:
    """The org's settings with the explanations that stand beside them in the code."""
    explained = _explanations()
    hints = get_type_hints(OrgSettings)
    rows = []
    for field in fields(OrgSettings):
        words = [_WORDS.get(word, word) for word in field.name.split("_")]
        label = " ".join(words)
        label = label[:1].upper() + label[1:]
        rows.append(
            SettingRow(
                field.name, label, _kind(hints[field.name]), explained.get(field.name, ""), field.default,
                tuple(map(str, get_args(hints[field.name]))) if get_origin(hints[field.name]) is Literal else (),
            )
        )  # fmt: skip
    return tuple(rows)


def _kind(hint: object) -> Literal["choice", "checkbox", "number", "text"]:
    if get_origin(hint) is Literal:
        return "choice"
    if hint is bool:
        return "checkbox"
    return "number" if hint in (int, float) else "text"


def _explanations() -> dict[str, str]:
    """The string that follows each field in the class body: its documentation, and so the form's hint."""
    body = ast.parse(textwrap.dedent(inspect.getsource(OrgSettings))).body[0]
    found: dict[str, str] = {}
    name = ""
    for node in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found[name] = " ".join(str(node.value.value).replace("``", "").split())
            name = ""
    return found
