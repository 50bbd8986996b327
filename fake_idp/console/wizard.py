"""The wizard "Create SAML Integration": General Settings, Configure SAML, Feedback."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.drafts import Draft, drafts
from fake_idp.console.find import find_app
from fake_idp.console.logos import sentence, take_logo
from fake_idp.console.wizard_form import Steps, configure_page
from fake_idp.console.wizard_values import for_reading, take_form
from fake_idp.org.errors import InvalidSetting, InvalidValue, OrgError
from fake_idp.org.model import App
from fake_idp.org.settings import read_fields
from fake_idp.org.username import check_expression
from fake_idp.web.context import org, person, redirect_to
from fake_idp.web.notices import notify

FEEDBACK = (
    ("customer", "I'm an Okta customer adding an internal app"),
    ("vendor", "I'm a software vendor. I'd like to integrate my app with Okta"),
)


def begin(app: App | None = None) -> str:
    """Start the wizard, for a new app or to edit one; the URL of its first step."""
    draft = drafts().start(secrets.token_urlsafe(9), _me(), app)
    return _step(draft, "general")


def _me() -> str:
    who = person()
    return who.id if who else ""


def _step(draft: Draft, step: str) -> str:
    return url_for(f"console.wizard_{step}", draft_id=draft.id)


def _draft(draft_id: str) -> Draft | Response:
    draft = drafts().get(draft_id, _me())
    if draft is None:
        notify("This wizard has ended, or the fake Okta was restarted. Start again.", "warn")
        return redirect_to(url_for("console.new_app"))
    return draft


def _cancelled(draft: Draft) -> Response:
    drafts().drop(draft.id)
    if draft.app is not None:
        return redirect_to(
            url_for("console.app_tab", name=draft.app.name, app_id=draft.app.id, tab="general")
        )
    return redirect_to(url_for("console.apps"))


@blueprint.get("/apps/saml-wizard/edit/<name>/<app_id>")
def edit_saml(name: str, app_id: str) -> Response:
    """Edit in the app's SAML Settings: the wizard again, filled in."""
    return redirect_to(begin(find_app(name, app_id)))


@blueprint.route("/apps/saml-wizard/<draft_id>/general", methods=["GET", "POST"])
def wizard_general(draft_id: str) -> Response:
    """Step 1: name, logo, visibility."""
    draft = _draft(draft_id)
    if isinstance(draft, Response):
        return draft
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.form.get("action") == "cancel":
            return _cancelled(draft)
        errors = _take_general(draft)
        if not errors:
            return redirect_to(_step(draft, "configure"))
    return make_response(
        render_template(
            "console/wizard_general.html", active="apps", draft=draft, errors=errors, steps=Steps(draft, 1)
        )
    )


def _take_general(draft: Draft) -> dict[str, str]:
    errors: dict[str, str] = {}
    draft.label = request.form.get("label", "").strip()
    draft.hidden = request.form.get("hidden") == "true"
    if not draft.label:
        errors["label"] = "This field cannot be left blank"
    elif len(draft.label) > 100:
        errors["label"] = f"Expected at most 100 characters, received {len(draft.label)}."
    if request.form.get("remove_logo") == "true":
        draft.logo, draft.remove_logo = None, True
    try:
        logo = take_logo(request.files.get("logo"))
    except InvalidValue as problem:
        errors["logo"] = sentence(problem)
    else:
        draft.logo = logo or draft.logo
    return errors


@blueprint.route("/apps/saml-wizard/<draft_id>/configure", methods=["GET", "POST"])
def wizard_configure(draft_id: str) -> Response:
    """Step 2: everything that goes into the messages."""
    draft = _draft(draft_id)
    if isinstance(draft, Response):
        return draft
    if not draft.label:
        return redirect_to(_step(draft, "general"))
    if request.method == "GET":
        return configure_page(draft)
    action = request.form.get("action", "next")
    if action == "cancel":
        return _cancelled(draft)
    refused = take_form(draft.values, request.form, request.files)
    if action == "previous":
        return redirect_to(_step(draft, "general"))
    if action.startswith("add-"):
        return configure_page(draft, list(refused.values()), add_row=action.removeprefix("add-"))
    settings, on_app, found = read_fields(for_reading(draft.values), draft.base)
    problems = [*refused.values(), *(problem for problem in found if problem.field not in refused)]
    problems += _username_problems(on_app)
    if problems or action == "preview":
        preview = "" if problems else org().preview_assertion(settings, draft.app, **on_app)
        return configure_page(draft, problems, preview=preview)
    draft.configured = True
    return redirect_to(_step(draft, "feedback"))


def _username_problems(on_app: dict[str, Any]) -> list[InvalidSetting]:
    if on_app["application_username"] == "Custom":
        try:
            check_expression(on_app["username_expression"])
        except InvalidSetting as problem:
            return [problem]
    return []


@blueprint.route("/apps/saml-wizard/<draft_id>/feedback", methods=["GET", "POST"])
def wizard_feedback(draft_id: str) -> Response:
    """Step 3: a question that changes nothing, and Finish."""
    draft = _draft(draft_id)
    if isinstance(draft, Response):
        return draft
    if not draft.configured:
        return redirect_to(_step(draft, "configure"))
    if request.method == "POST":
        action = request.form.get("action", "finish")
        if action == "cancel":
            return _cancelled(draft)
        draft.feedback = {key: request.form.get(key, "") for key in ("customer", "internal")}
        if action == "previous":
            return redirect_to(_step(draft, "configure"))
        return _finish(draft)
    return make_response(
        render_template(
            "console/wizard_feedback.html",
            active="apps",
            draft=draft,
            choices=FEEDBACK,
            steps=Steps(draft, 3),
        )
    )


def _finish(draft: Draft) -> Response:
    settings, on_app, problems = read_fields(for_reading(draft.values), draft.base)
    if problems:
        return configure_page(draft, problems)
    try:
        app = _save(draft, {"settings": settings, **on_app})
    except OrgError as problem:
        notify(str(problem), "bad")
        return redirect_to(_step(draft, "configure"))
    drafts().drop(draft.id)
    return redirect_to(url_for("console.app_tab", name=app.name, app_id=app.id, tab="sign-on"))


def _save(draft: Draft, arguments: dict[str, Any]) -> App:
    if draft.app is None:
        app = org().create_saml_app(draft.label, hidden=draft.hidden, logo=draft.logo, **arguments)
        notify(f"Application {app.label!r} created.")
        return app
    logo = b"" if draft.remove_logo and draft.logo is None else draft.logo
    app = org().update_app(draft.app.id, label=draft.label, hidden=draft.hidden, logo=logo, **arguments)
    notify(f"SAML settings of {app.label!r} saved.")
    return app
