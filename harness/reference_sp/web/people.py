"""The members page: who has joined, who is invited."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from harness.reference_sp.checks.identity import is_email
from harness.reference_sp.organizations import Organization
from harness.reference_sp.settings import ROLES, UnknownSetting
from harness.reference_sp.web.sso_settings import org_admin
from harness.reference_sp.web.state import caller, core, member

blueprint = Blueprint("people", __name__, url_prefix="/settings/organization/members")
PAGE = "/settings/organization/members"


@blueprint.get("")
def show() -> BaseResponse:
    """The list."""
    org = org_admin()
    return _page(org) if isinstance(org, Organization) else org


@blueprint.post("")
def invite() -> BaseResponse:
    """Invite somebody with a role."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    email, role = request.form.get("email", "").strip(), request.form.get("role", "viewer")
    if not is_email(email):
        return _page(org, f"{email!r} is not an email address.", 422)
    try:
        core().members.add(org.id, email, role, status="pending")
    except UnknownSetting as error:
        return _page(org, str(error), 422)
    _note(org.id, "invite", email, role=role)
    return redirect(PAGE, 303)


@blueprint.post("/role")
def change_role() -> BaseResponse:
    """Give a member another role; the only admin keeps theirs."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    email, role = request.form.get("email", ""), request.form.get("role", "")
    person = core().members.find(org.id, email)
    if person is None or role not in ROLES:
        return _page(org, "There is no such member or role.", 422)
    if person.role == "admin" and role != "admin" and _admins(org.id) == 1:
        return _page(org, "The only admin's role cannot be changed.", 422)
    core().members.change(org.id, email, role=role)
    risk = "admin" in (role, person.role)
    _note(org.id, "change role", email, medium=risk, before=person.role, after=role)
    return redirect(PAGE, 303)


@blueprint.post("/remove")
def remove() -> BaseResponse:
    """Remove a member or take an invitation back; their sessions end."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    email = request.form.get("email", "")
    person = core().members.find(org.id, email)
    if person is None:
        return _page(org, "There is no such member.", 422)
    if person.role == "admin" and person.status == "joined" and _admins(org.id) == 1:
        return _page(org, "The only admin cannot be removed.", 422)
    core().members.change(org.id, email, status="removed")
    core().sessions.end_all_of(org.id, person.email_key)
    _note(org.id, "remove", email)
    return redirect(PAGE, 303)


@blueprint.post("/forget-identity")
def forget_identity() -> BaseResponse:
    """Let another identity of the IdP take the account, from its next login on."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    email = request.form.get("email", "")
    if core().members.find(org.id, email) is None:
        return _page(org, "There is no such member.", 422)
    core().members.change(org.id, email, identity="")
    _note(org.id, "forget identity", email, medium=True)
    return redirect(PAGE, 303)


def _admins(org_id: str) -> int:
    return sum(one.role == "admin" and one.status == "joined" for one in core().members.all(org_id))


def _note(org_id: str, action: str, target: str, *, medium: bool = False, **properties: str) -> None:
    person = member()
    core().audit.add(
        org_id,
        action,
        "" if person is None else person.email,
        domain="organization",
        feature="members",
        target=target,
        risk="medium" if medium else "low",
        caller=caller(),
        **properties,
    )


def _page(org: Organization, problem: str = "", status: int = 200) -> Response:
    text = render_template("members.html", members=core().members.all(org.id), roles=ROLES, problem=problem)
    return make_response(text, status)
