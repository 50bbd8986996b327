"""An app's page, tab Assignments: which people and groups have the app."""

from __future__ import annotations

from typing import Literal

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.app_page import tab_page
from fake_idp.console.find import find_app, find_group, find_person
from fake_idp.org.errors import InvalidValue, NotAllowed, NotFound
from fake_idp.org.model import App, Person
from fake_idp.web.context import org, redirect_to
from fake_idp.web.errors import PageError

Kind = Literal["people", "groups"]
_SCOPES = {"people": "USER", "groups": "GROUP"}


def assignments_tab(app: App) -> Response:
    """Everyone and every group with the app; ``?show=people`` or ``groups`` narrows it."""
    show = request.args.get("show", "")
    rows = [row for row in org().assignments(app.id) if not show or row.scope == _SCOPES.get(show)]
    names = {row.person_id: row.user_name for row in org().app_users(app.id)}
    return tab_page("console/app_assignments.html", app, "assignments", rows=rows, names=names, show=show)


@blueprint.get("/app/<name>/instance/<app_id>/assign/<kind>")
def assign(name: str, app_id: str, kind: str) -> Response:
    """Assign to People, Assign to Groups: who is there to choose from."""
    if kind not in _SCOPES:
        raise PageError(404)
    app = find_app(name, app_id)
    search = request.args.get("q", "").strip()
    taken = {row.target_id for row in org().assignments(app.id) if row.scope == _SCOPES[kind]}
    if kind == "people":
        rows = [(p.id, p.display_name, p.login) for p in org().people(search or None)]
    else:
        rows = [(g.id, g.name, g.description) for g in org().groups(search or None)]
    return make_response(
        render_template(
            "console/assign.html", active="apps", app=app, kind=kind, rows=rows, taken=taken, search=search
        )
    )


@blueprint.route("/app/<name>/instance/<app_id>/assign/people/<person_id>", methods=["GET", "POST"])
def assign_person(name: str, app_id: str, person_id: str) -> Response:
    """The app user name of one person, then Save and Go Back."""
    app, person = find_app(name, app_id), find_person(person_id)
    current = org().app_user_name(app, person)
    assigned = any(row.target_id == person.id for row in org().assignments(app.id))
    if request.method == "POST":
        user_name = request.form.get("user_name", "").strip()
        if request.form.get("action") == "cancel":
            return _list(app, "people")
        if assigned and user_name == current:
            return _list(app, "people")
        if current and not user_name:
            return _person_page(app, person, "", "This field cannot be left blank")
        try:
            # What the app's own rule gives anyway is no override; it follows the rule later on.
            org().assign_person(app.id, person.id, user_name if user_name != current else None)
        except (InvalidValue, NotAllowed) as problem:
            return _person_page(app, person, user_name, _sentence(problem))
        return _list(app, "people")
    return _person_page(app, person, current)


def _person_page(app: App, person: Person, user_name: str, error: str = "") -> Response:
    return make_response(
        render_template(
            "console/assign_person.html",
            active="apps",
            app=app,
            person=person,
            user_name=user_name,
            error=error,
        )
    )


@blueprint.route("/app/<name>/instance/<app_id>/assign/groups/<group_id>", methods=["GET", "POST"])
def assign_group(name: str, app_id: str, group_id: str) -> Response:
    """A group has nothing to fill in: Save and Go Back."""
    app, group = find_app(name, app_id), find_group(group_id)
    error = ""
    if request.method == "POST":
        if request.form.get("action") == "cancel":
            return _list(app, "groups")
        try:
            org().assign_group(app.id, group.id)
        except NotAllowed as problem:
            error = _sentence(problem)
        else:
            return _list(app, "groups")
    return make_response(
        render_template("console/assign_group.html", active="apps", app=app, group=group, error=error)
    )


@blueprint.post("/app/<name>/instance/<app_id>/assignments/<kind>/<target_id>/remove")
def unassign(name: str, app_id: str, kind: str, target_id: str) -> Response:
    """Remove in an assignment's row."""
    app = find_app(name, app_id)
    remove = {"people": org().unassign_person, "groups": org().unassign_group}.get(kind)
    if remove is None:
        raise PageError(404)
    try:
        remove(app.id, target_id)
    except NotFound as problem:
        raise PageError(404, description=str(problem)) from None
    except NotAllowed as problem:
        raise PageError(400, sentence=_sentence(problem)) from None
    return redirect_to(url_for("console.app_tab", name=name, app_id=app_id, tab="assignments"))


def _list(app: App, kind: Kind) -> Response:
    return redirect_to(url_for("console.assign", name=app.name, app_id=app.id, kind=kind))


def _sentence(problem: Exception) -> str:
    text = problem.message if isinstance(problem, InvalidValue) else str(problem)
    return f"{text[:1].upper()}{text[1:]}."
