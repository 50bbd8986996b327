"""Directory: groups and who is in them."""

from __future__ import annotations

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.find import find_group
from fake_idp.org.errors import AlreadyExists, InvalidValue, NotAllowed, NotFound
from fake_idp.org.model import Group
from fake_idp.web.context import org, redirect_to
from fake_idp.web.errors import PageError
from fake_idp.web.notices import notify


@blueprint.get("/groups")
def groups() -> Response:
    """All groups, with a search."""
    search = request.args.get("q", "").strip()
    found = [(group, len(org().members(group))) for group in org().groups(search or None)]
    return make_response(render_template("console/groups.html", active="groups", groups=found, search=search))


@blueprint.route("/groups/new", methods=["GET", "POST"])
def add_group() -> Response:
    """Add group."""
    if request.method == "GET":
        return _form({}, {})
    if request.form.get("action") == "cancel":
        return redirect_to(url_for("console.groups"))
    name, description = _typed()
    errors = {} if name else {"name": "This field cannot be left blank"}
    if not errors:
        try:
            group = org().add_group(name, description)
        except (InvalidValue, AlreadyExists) as problem:
            errors = {"name": _sentence(problem)}
        else:
            notify(f"Group {group.name!r} added.")
            return redirect_to(url_for("console.group", group_id=group.id))
    return _form(dict(request.form), errors)


@blueprint.get("/groups/<group_id>")
def group(group_id: str) -> Response:
    """One group: its members, and a form that adds one."""
    return _page(find_group(group_id))


@blueprint.route("/groups/<group_id>/edit", methods=["GET", "POST"])
def edit_group(group_id: str) -> Response:
    """Edit name and description."""
    found = find_group(group_id)
    if request.method == "GET":
        return _form({"name": found.name, "description": found.description}, {}, found)
    if request.form.get("action") != "cancel":
        name, description = _typed()
        if not name:
            return _form(dict(request.form), {"name": "This field cannot be left blank"}, found)
        try:
            org().update_group(found, name, description)
        except (InvalidValue, AlreadyExists, NotAllowed) as problem:
            return _form(dict(request.form), {"name": _sentence(problem)}, found)
        notify("Group saved.")
    return redirect_to(url_for("console.group", group_id=group_id))


@blueprint.post("/groups/<group_id>/members")
def add_member(group_id: str) -> Response:
    """Assign person."""
    found = find_group(group_id)
    chosen = request.form.get("person", "").strip()
    if not chosen:
        return _page(found, error="Choose a person.")
    try:
        person = org().person(chosen)
        org().add_member(found, person)
    except (NotFound, NotAllowed) as problem:
        return _page(found, error=_sentence(problem))
    notify(f"{person.display_name} is now in {found.name}.")
    return redirect_to(url_for("console.group", group_id=group_id))


@blueprint.post("/groups/<group_id>/members/<person_id>/remove")
def remove_member(group_id: str, person_id: str) -> Response:
    """Take a person out of the group."""
    found = find_group(group_id)
    try:
        org().remove_member(found, person_id)
    except (NotFound, NotAllowed) as problem:
        raise PageError(400, sentence=_sentence(problem)) from None
    return redirect_to(url_for("console.group", group_id=group_id))


@blueprint.post("/groups/<group_id>/delete")
def delete_group(group_id: str) -> Response:
    """Delete the group; its assignments go with it."""
    found = find_group(group_id)
    try:
        org().delete_group(found)
    except NotAllowed as problem:
        raise PageError(400, sentence=_sentence(problem)) from None
    notify(f"Group {found.name!r} deleted.")
    return redirect_to(url_for("console.groups"))


def _typed() -> tuple[str, str]:
    return request.form.get("name", "").strip(), request.form.get("description", "").strip()


def _sentence(problem: Exception) -> str:
    text = problem.message if isinstance(problem, InvalidValue) else str(problem)
    return text[:1].upper() + text[1:]


def _page(found: Group, error: str = "") -> Response:
    members = org().members(found)
    inside = {person.id for person in members}
    others = [person for person in org().people() if person.id not in inside]
    return make_response(
        render_template(
            "console/group.html", active="groups", group=found, members=members, others=others, error=error
        )
    )


def _form(values: dict[str, str], errors: dict[str, str], found: Group | None = None) -> Response:
    return make_response(
        render_template("console/group_form.html", active="groups", group=found, values=values, errors=errors)
    )
