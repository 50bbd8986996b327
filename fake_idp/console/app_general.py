"""An app's page: the tabs by name, and the tab General with the app's life cycle."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.app_assignments import assignments_tab
from fake_idp.console.app_page import tab_page
from fake_idp.console.app_sign_on import sign_on_tab
from fake_idp.console.find import find_app
from fake_idp.console.logos import sentence, take_logo
from fake_idp.console.wizard_values import WIZARD_FIELDS
from fake_idp.org.errors import InvalidValue, NotAllowed
from fake_idp.org.fields import Field
from fake_idp.org.model import App
from fake_idp.web.context import org, redirect_to
from fake_idp.web.errors import PageError
from fake_idp.web.notices import notify


@blueprint.get("/app/<name>/instance/<app_id>")
@blueprint.get("/app/<name>/instance/<app_id>/<tab>")
def app_tab(name: str, app_id: str, tab: str = "general") -> Response:
    """One tab of the app's page."""
    app = find_app(name, app_id)
    match tab:
        case "general":
            return _general_tab(app)
        case "sign-on":
            return sign_on_tab(app)
        case "assignments":
            return assignments_tab(app)
        case _:
            return tab_page("console/app_import.html", app, tab)


def _general_tab(app: App) -> Response:
    return tab_page(
        "console/app_general.html",
        app,
        "general",
        saml_facts=[(row.label, _shown(row, app)) for row in WIZARD_FIELDS if _is_shown(row, app)],
        embed_link=org().embed_link(app),
    )


def _is_shown(row: Field, app: App) -> bool:
    if row.section == "attributes" or row.attribute in ("recipient", "destination"):
        return bool(getattr(app.settings, row.attribute))
    if row.shown_when is None:
        return True
    other, value = row.shown_when
    owner = app if hasattr(app, other) else app.settings
    current = getattr(owner, other)
    return bool(current) if value is True else bool(current == value)


def _shown(row: Field, app: App) -> str:
    value = getattr(app if row.on_app else app.settings, row.attribute)
    match row.kind:
        case "choice":
            return row.choice_label(value)
        case "checkbox":
            return "Enabled" if value else "Disabled"
        case "certificate":
            return "Uploaded" if value else "None"
        case "acs_rows":
            return ", ".join(f"{item.url} ({item.index})" for item in value) or "None"
        case "attribute_rows":
            return "; ".join(f"{item.name} = {', '.join(item.values)}" for item in value)
        case "group_rows":
            return "; ".join(f"{item.name}: {item.filter_type} {item.filter_value}" for item in value)
        case _:
            return str(value) if value not in ("", None) else "None"


@blueprint.route("/app/<name>/instance/<app_id>/general/edit", methods=["GET", "POST"])
def edit_app(name: str, app_id: str) -> Response:
    """Edit in App Settings: label, logo, visibility, notes, access error page."""
    app = find_app(name, app_id)
    form = request.form
    if request.method == "POST" and form.get("action") == "cancel":
        return redirect_to(url_for("console.app_tab", name=name, app_id=app_id, tab="general"))
    values: dict[str, str | bool] = {
        "label": app.label,
        "hidden": app.hidden,
        "notes": app.notes,
        "own_error_page": bool(app.access_error_url),
        "access_error_url": app.access_error_url,
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {
            "label": form.get("label", "").strip(),
            "hidden": form.get("hidden") == "true",
            "notes": form.get("notes", "").strip(),
            "own_error_page": form.get("error_page") == "own",
            "access_error_url": form.get("access_error_url", "").strip(),
        }
        errors = _save_app(app, values)
        if not errors:
            notify("App settings saved.")
            return redirect_to(url_for("console.app_tab", name=name, app_id=app_id, tab="general"))
    return make_response(
        render_template("console/app_edit.html", active="apps", app=app, values=values, errors=errors)
    )


def _save_app(app: App, values: dict[str, str | bool]) -> dict[str, str]:
    errors: dict[str, str] = {}
    url = str(values["access_error_url"]) if values["own_error_page"] else ""
    if not values["label"]:
        errors["label"] = "This field cannot be left blank"
    if values["own_error_page"] and urlsplit(url).scheme not in ("http", "https"):
        errors["access_error_url"] = (
            f"Expected a full URL that begins with http:// or https://, received {url!r}."
        )
    logo: bytes | None = b"" if request.form.get("remove_logo") == "true" else None
    try:
        logo = take_logo(request.files.get("logo")) or logo
    except InvalidValue as problem:
        errors["logo"] = sentence(problem)
    if errors:
        return errors
    try:
        org().update_app(
            app.id,
            label=values["label"],
            hidden=values["hidden"],
            notes=values["notes"],
            access_error_url=url,
            logo=logo,
        )
    except InvalidValue as problem:
        return {"label": sentence(problem)}
    return {}


@blueprint.post("/app/<name>/instance/<app_id>/lifecycle/<change>")
def change_app(name: str, app_id: str, change: str) -> Response:
    """Activate, Deactivate, Delete."""
    app = find_app(name, app_id)
    match change:
        case "activate":
            org().activate_app(app.id)
            notify(f"{app.label} is active.")
        case "deactivate":
            org().deactivate_app(app.id)
            notify(f"{app.label} is inactive: nobody can sign in to it.")
        case "delete":
            try:
                org().delete_app(app.id)
            except NotAllowed as problem:
                raise PageError(400, sentence=str(problem)[:1].upper() + str(problem)[1:] + ".") from None
            notify(f"{app.label} is deleted.")
            return redirect_to(url_for("console.apps"))
        case _:
            raise PageError(404)
    return redirect_to(url_for("console.app_tab", name=name, app_id=app_id, tab="general"))
