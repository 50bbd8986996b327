"""Signing in, seeing who is signed in, signing out."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from harness.difference import Difference
from harness.reference_sp.codes import difference
from harness.reference_sp.pages import local_page
from harness.reference_sp.web.sending import send
from harness.reference_sp.web.state import (
    SESSION_COOKIE,
    caller,
    core,
    logouts,
    mark_browser,
    member,
    organization,
    session,
    sign_in,
    sign_out,
)

blueprint = Blueprint("account", __name__)


def login_page(
    status: int = 200, problem: Difference | None = None, email: str = "", next_page: str = ""
) -> Response:
    """The login page with both ways in."""
    org_id = request.values.get("organization") or request.values.get("org") or core().settings.org_id
    text = render_template(
        "login.html",
        problem=problem,
        email=email,
        next_page=next_page,
        org_id=org_id,
        signed_out=request.args.get("signed_out", ""),
    )
    return make_response(text, status)


def to_login(next_page: str) -> BaseResponse:
    """Send an anonymous visitor to the login page, to come back afterwards."""
    return redirect(f"/login?next={quote(next_page, safe='/')}", 303)


def wanted_page() -> str:
    """The page that was asked for; with its query, without the question mark of an empty one."""
    return request.full_path.rstrip("?")


def _next() -> str:
    target = request.values.get("next", "")
    if core().weak("open-redirect"):
        return target
    return local_page(target, core().base_url) or ""


@blueprint.get("/")
def start() -> BaseResponse:
    """The front page is the signed-in page."""
    return redirect(core().settings.default_page, 303)


@blueprint.get("/login")
def login() -> Response:
    """The login page."""
    return login_page(next_page=_next())


@blueprint.post("/login")
def login_with_password() -> BaseResponse:
    """Email and password, unless the organization requires SSO."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    accounts = core().members.with_email(email)
    requiring = [
        a for a in accounts if (o := core().organizations.find(a.org_id)) and o.saved.require_sso and o.sso_on
    ]
    if accounts and len(requiring) == len(accounts):
        org_id = accounts[0].org_id
        core().audit.add(org_id, "login", email, caller=caller(), method="password", error="sso_required")
        return login_page(403, difference("sso_required"), email, _next())
    person = core().members.check_password(email, password)
    if person is None or person.org_id in [one.org_id for one in requiring]:
        org_id = accounts[0].org_id if accounts else core().settings.org_id
        core().audit.add(
            org_id, "login", email[:320], caller=caller(), method="password", error="bad_password"
        )
        return login_page(401, difference("bad_password"), email, _next())
    cookie = core().sessions.start(
        person, "password", core().settings.session_lifetime, browser=mark_browser()
    )
    core().audit.add(
        person.org_id, "login", person.email, target=person.email, caller=caller(), method="password"
    )
    old = session()
    if old is not None:
        core().sessions.end(old.id)
    response = make_response(redirect(_next() or core().settings.default_page, 303))
    sign_in(response, cookie)
    return response


@blueprint.get("/me")
def me() -> BaseResponse:
    """Who is signed in."""
    live = session()
    if live is None:
        return to_login("/me")
    return make_response(render_template("me.html", everywhere=logouts().available(live)))


@blueprint.get("/me.json")
def me_json() -> tuple[Response, int]:
    """Who is signed in, for programs."""
    live, person = session(), member()
    if live is None or person is None:
        return jsonify({"signed_in": False}), 401
    return jsonify(
        {
            "signed_in": True,
            "email": person.email,
            "role": person.role,
            "organization": person.org_id,
            "joined_by": person.joined_by,
            "name_id": live.name_id,
            "name_id_format": live.name_id_format,
            "attributes": dict(live.attributes),
            "session": {
                "method": live.method,
                "issuer": live.issuer,
                "session_index": live.session_index,
                "created": live.created.isoformat(),
                "expires": live.expires.isoformat(),
            },
        }
    ), 200


@blueprint.post("/logout/everywhere")
def logout_everywhere() -> BaseResponse:
    """Sign out here and at the identity provider."""
    live = session()
    if live is None:
        return redirect("/login?signed_out=1", 303)
    outgoing = logouts().start(live, mark_browser(), caller())
    response = make_response(redirect("/login?signed_out=1", 303)) if outgoing is None else send(outgoing)
    sign_out(response)
    return response


@blueprint.post("/logout")
def logout() -> BaseResponse:
    """Sign out here; the session at the IdP goes on."""
    live = session()
    came_by_sso = live is not None and live.method == "sso"
    wanted = core().settings.sign_out_url if came_by_sso else ""
    response = make_response(redirect(wanted or "/login?signed_out=1", 303))
    if live is not None:
        core().sessions.end(live.id)
        core().audit.add(live.org_id, "logout", live.email_key, caller=caller(), scope="local")
    if request.cookies.get(SESSION_COOKIE):
        sign_out(response)
    return response


def protected(org_id: str, page: str) -> BaseResponse:
    """Any page of the organization: only for its members."""
    live, org = session(), organization()
    if live is None or org is None or org.id != org_id:
        if core().settings.deep_links == "sso":
            return redirect(f"/sso/login/{org_id}?next={quote(wanted_page(), safe='/')}", 303)
        return to_login(wanted_page())
    return make_response(render_template("page.html", page=page))
