"""The SAML endpoints: start of a login, assertion consumer service, metadata, single logout."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from harness.difference import Difference
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Message
from harness.reference_sp.hints import near_miss, shown
from harness.reference_sp.login import Refused, SignedIn, Tested
from harness.reference_sp.pages import local_page
from harness.reference_sp.sp_metadata import sp_metadata
from harness.reference_sp.web import careless, slo
from harness.reference_sp.web.account import login_page, protected, to_login
from harness.reference_sp.web.refusals import refusal, status_of
from harness.reference_sp.web.sending import send
from harness.reference_sp.web.state import (
    SESSION_COOKIE,
    browser,
    caller,
    core,
    logins,
    mark_browser,
    member,
    session,
    sign_in,
)

blueprint = Blueprint("saml", __name__)
_SAML_FIELDS = ("SAMLResponse", "SAMLRequest")


@blueprint.get("/sso/login")
def start_by_form() -> Response:
    """*Sign in with SSO* on the login page."""
    return _start(request.args.get("organization", "").strip(), test=False)


@blueprint.get("/sso/login/<org_id>")
def start(org_id: str) -> Response:
    """The address to start a login at."""
    return _start(org_id, test=False)


@blueprint.post("/sso/test")
def start_test() -> BaseResponse:
    """A login with the settings as they are on the page, saved or not; it makes no session."""
    person = member()
    if person is None:
        return to_login("/settings/organization/access-sso")
    if person.role != "admin":
        return refusal(difference("cfg_not_admin"), title="Only for admins")
    return _start(person.org_id, test=True)


def _start(org_id: str, *, test: bool) -> Response:
    outgoing = logins().start(org_id, request.args.get("next", ""), mark_browser(), test=test)
    if isinstance(outgoing, Difference):
        return refusal(outgoing, status=status_of(outgoing), next_page=request.args.get("next", ""))
    return send(outgoing)


@blueprint.get("/sso/error/<reference>")
def error_page(reference: str) -> Response:
    """What became of a refused login."""
    attempt = core().attempts.find(reference)
    if attempt is None or not attempt.differences:
        return login_page(404)
    public = difference(attempt.public_code or attempt.code)
    return refusal(public, attempt, status=status_of(public))


@blueprint.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def receive(path: str) -> BaseResponse:
    """Everything that has no page of its own: the SAML endpoints, wherever the settings put them, or 404."""
    here = f"{core().base_url}/{path}"
    for organization in core().organizations.all():
        if here == core().acs_url(organization.id):
            return _acs(organization.id)
        if here == core().idp_initiated_acs_url(organization.id):
            return _acs(organization.id, idp_initiated=True)
        if core().settings.single_logout and here == core().slo_url(organization.id):
            return slo.receive(organization.id)
        if here == core().metadata_url(organization.id) and request.method == "GET":
            return _metadata(organization.id)
    first, _, rest = path.partition("/")
    if request.method == "GET" and rest and core().organizations.find(first) is not None:
        return protected(first, rest)
    message = next((name for name in _SAML_FIELDS if name in request.values), None)
    if message is not None:
        return _wrong_address(here)
    return make_response(render_template("plain.html", title="There is no such page", text="Not Found"), 404)


def _metadata(org_id: str) -> Response:
    response = make_response(sp_metadata(core(), org_id))
    response.headers["Content-Type"] = "application/samlmetadata+xml"
    return response


def _acs(org_id: str, *, idp_initiated: bool = False) -> BaseResponse:
    message = Message(
        method=request.method,
        form=list(request.form.items(multi=True)),
        query=list(request.args.items(multi=True)),
        browser=browser(),
        idp_initiated=idp_initiated,
    )
    result = logins().receive(org_id, message, caller())
    if isinstance(result, Tested):
        return redirect(f"/settings/organization/sso-log?test={result.attempt.reference}", 303)
    if isinstance(result, Refused):
        instead = careless.answer_to_refusal(result)
        if instead is not None:
            return instead
        if core().settings.verbosity == "opaque":
            return refusal(result.public, result.attempt, status=status_of(result.public))
        return redirect(f"/sso/error/{result.attempt.reference}", 303)
    return _sign_in(result)


def _sign_in(result: SignedIn) -> Response:
    here = core()
    old = session() or here.sessions.in_browser(browser())
    another = old is not None and (old.org_id, old.email_key) != (
        result.member.org_id,
        result.member.email_key,
    )
    ask = another and result.unsolicited and not here.weak("switches-accounts-silently")
    if old is not None and here.weak("keeps-first-session"):
        return make_response(redirect(result.page, 303))
    # A new session id at every login: one that somebody planted before stays anonymous.
    planted = request.cookies.get(SESSION_COOKIE) if here.weak("keeps-session-id") else None
    lifetime, subject = here.settings.session_lifetime, result.subject
    if here.weak("session-ends-with-assertion"):
        lifetime = int((subject.usable_until - here.now()).total_seconds())
    cookie = here.sessions.start(
        result.member, "sso", lifetime, subject, browser=mark_browser(), offered=ask, cookie=planted
    )
    if ask:
        # Nobody in this browser asked for it: another site may have sent its own answer to sign the person in
        # to an account that is not theirs.
        return make_response(
            render_template("switch.html", old=old, new=result.member, offer=cookie, page=result.page)
        )
    if old is not None:
        here.sessions.end(old.id)
    response = make_response(redirect(result.page, 303))
    sign_in(response, cookie)
    return response


@blueprint.post("/sso/switch")
def switch() -> BaseResponse:
    """Take the session of the other person that was offered."""
    old, cookie = session(), request.form.get("offer", "")
    accepted = core().sessions.accept(cookie, browser())
    if accepted is None:
        return redirect("/login", 303)
    if old is not None:
        core().sessions.end(old.id)
    page = local_page(request.form.get("page", ""), core().base_url) or core().settings.default_page
    response = make_response(redirect(page, 303))
    sign_in(response, cookie)
    return response


def _wrong_address(here: str) -> Response:
    org_id = next(
        (part for part in reversed(urlsplit(here).path.split("/")) if core().organizations.find(part)), None
    )
    org_id = org_id or core().settings.org_id
    expected = core().acs_url(org_id)
    hint = near_miss(expected, here)
    if here == core().metadata_url(org_id):
        hint = "this is the Entity ID: Single sign-on URL and Audience URI (SP Entity ID) look swapped"
    found = difference(
        "dest_mismatch",
        okta("Single sign-on URL", "enter the Assertion Consumer Service URL of this SP"),
        expected=expected,
        received=shown(here),
        hint=hint,
    )
    attempt = core().attempts.add(
        org_id=org_id, outcome="refused", differences=(found,), public_code=found.code, flow="SP-initiated"
    )
    return refusal(found, attempt, status=404, detail=(found,))
