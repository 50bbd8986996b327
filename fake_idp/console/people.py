"""Directory: people, their profile, password and status."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.find import find_person
from fake_idp.org.errors import AlreadyExists, InvalidValue
from fake_idp.org.model import Person
from fake_idp.web.context import org, redirect_to
from fake_idp.web.context import person as signed_in
from fake_idp.web.errors import PageError
from fake_idp.web.notices import notify


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a person's page that changes their status."""

    name: str
    label: str
    status: str
    done: str


_ACTIVATE = Action("activate", "Activate", "ACTIVE", "is active")
_SUSPEND = Action("suspend", "Suspend", "SUSPENDED", "is suspended and cannot sign in")
_UNSUSPEND = Action("unsuspend", "Unsuspend", "ACTIVE", "is active again")
_DEACTIVATE = Action("deactivate", "Deactivate", "DEPROVISIONED", "is deactivated and cannot sign in")
_UNLOCK = Action("unlock", "Unlock", "ACTIVE", "is unlocked")
_LOCK = Action("lock", "Lock", "LOCKED_OUT", "is locked out")

ACTIONS = {action.name: action for action in (_ACTIVATE, _SUSPEND, _UNSUSPEND, _DEACTIVATE, _UNLOCK, _LOCK)}
_OFFERED = {
    "ACTIVE": (_SUSPEND, _LOCK, _DEACTIVATE),
    "SUSPENDED": (_UNSUSPEND, _DEACTIVATE),
    "LOCKED_OUT": (_UNLOCK, _DEACTIVATE),
    "DEPROVISIONED": (_ACTIVATE,),
}
_BASE = (
    ("firstName", "First name", "first_name"),
    ("lastName", "Last name", "last_name"),
    ("login", "Username", "login"),
    ("email", "Primary email", "email"),
)
EXTRA_ATTRIBUTES = (
    "displayName", "department", "title", "organization", "division", "costCenter", "employeeNumber", "employeeID",
    "mobilePhone", "secondEmail", "city", "countryCode", "locale", "managerId",
)  # fmt: skip
"""Attributes of Okta's default user profile that the form offers beyond the required ones."""


@blueprint.get("/users")
def people() -> Response:
    """Everyone in the org, with a search."""
    search = request.args.get("q", "").strip()
    status = request.args.get("status", "")
    found = org().people(search or None, status=status or None)
    return make_response(
        render_template("console/people.html", active="people", people=found, search=search, status=status)
    )


@blueprint.route("/users/new", methods=["GET", "POST"])
def add_person() -> Response:
    """Add person."""
    if request.method == "GET":
        return _form({}, {})
    if request.form.get("action") == "cancel":
        return redirect_to(url_for("console.people"))
    values, errors = _typed(require=True)
    if not errors:
        try:
            person = org().add_person(
                values.pop("login"),
                values.pop("email"),
                values.pop("firstName"),
                values.pop("lastName"),
                request.form.get("password") or None,
                request.form.get("is_admin") == "true",
                **{name: value for name, value in values.items() if value},
            )
        except (InvalidValue, AlreadyExists) as problem:
            errors = _beside(problem)
        else:
            notify(f"{person.display_name} added.")
            return redirect_to(url_for("console.person", person_id=person.id))
    return _form(dict(request.form), errors)


@blueprint.get("/users/<person_id>")
def person(person_id: str) -> Response:
    """One person: status, profile, apps and groups."""
    who = find_person(person_id)
    try:
        password = org().password_of(who)
    except InvalidValue:
        password = ""
    return make_response(
        render_template(
            "console/person.html",
            active="people",
            person=who,
            password=password,
            actions=_OFFERED.get(who.status, (_ACTIVATE,)),
            apps=org().apps_of(who),
            groups=org().groups_of(who),
        )
    )


@blueprint.route("/users/<person_id>/edit", methods=["GET", "POST"])
def edit_person(person_id: str) -> Response:
    """Edit a person's profile."""
    who = find_person(person_id)
    if request.method == "GET":
        return _form({name: _shown(value) for name, value in who.attributes.items()}, {}, who)
    if request.form.get("action") != "cancel":
        values, errors = _typed(require=True)
        if not errors:
            changes = {
                name: value if value or name in ("login", "email", "firstName", "lastName") else None
                for name, value in values.items()
                if value != _shown(who.attributes.get(name))
            }
            try:
                org().update_person(who, **changes, is_admin=request.form.get("is_admin") == "true")
                if request.form.get("password"):
                    org().set_password(who.id, request.form["password"])
            except (InvalidValue, AlreadyExists) as problem:
                errors = _beside(problem)
        if errors:
            return _form(dict(request.form), errors, who)
        notify("Profile saved.")
    return redirect_to(url_for("console.person", person_id=person_id))


@blueprint.post("/users/<person_id>/<action>")
def change_status(person_id: str, action: str) -> Response:
    """Suspend, unsuspend, lock, unlock, activate, deactivate, delete, clear sessions."""
    who = find_person(person_id)
    me = signed_in()
    if me is not None and me.id == who.id:
        raise PageError(400, sentence="You cannot change your own status; another admin can.")
    if action == "delete":
        if who.status != "DEPROVISIONED":
            raise PageError(400, sentence=f"{who.login} must be deactivated before deletion.")
        org().delete_person(who)
        notify(f"{who.display_name} deleted.")
        return redirect_to(url_for("console.people"))
    if action == "clear-sessions":
        count = org().clear_sessions(who)
        notify(f"{count} session{'' if count == 1 else 's'} of {who.display_name} cleared.")
        return redirect_to(url_for("console.person", person_id=person_id))
    chosen = ACTIONS.get(action)
    if chosen is None:
        raise PageError(404)
    org().set_person_status(who, chosen.status)
    notify(f"{who.display_name} {chosen.done}.")
    return redirect_to(url_for("console.person", person_id=person_id))


def _typed(*, require: bool) -> tuple[dict[str, str], dict[str, str]]:
    names = [name for name, _, _ in _BASE] + list(EXTRA_ATTRIBUTES)
    values = {name: request.form.get(name, "").strip() for name in names if name in request.form}
    errors: dict[str, str] = {}
    if require:
        for name, _, _ in _BASE:
            values.setdefault(name, "")
            if not values[name] and name != "email":
                errors[name] = "This field cannot be left blank"
        values["email"] = values["email"] or values["login"]
    return values, errors


def _beside(problem: InvalidValue | AlreadyExists) -> dict[str, str]:
    if isinstance(problem, AlreadyExists):
        return {"login": "An object with this field already exists in the current organization"}
    field = {"first_name": "firstName", "last_name": "lastName"}.get(problem.field, problem.field)
    return {field: problem.message[:1].upper() + problem.message[1:]}


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _form(values: dict[str, str], errors: dict[str, str], who: Person | None = None) -> Response:
    return make_response(
        render_template(
            "console/person_form.html",
            active="people",
            person=who,
            values=values,
            errors=errors,
            base=_BASE,
            extra=EXTRA_ATTRIBUTES,
            is_admin=values.get("is_admin") == "true"
            if request.method == "POST"
            else bool(who and who.is_admin),
        )
    )
