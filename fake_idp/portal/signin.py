"""Sign-in, identifier first and then the password, and sign-out."""

from __future__ import annotations

import secrets

from flask import Response, make_response, render_template, request
from werkzeug.wrappers import Response as PlainResponse

from fake_idp.org.log import person_entry
from fake_idp.portal import blueprint
from fake_idp.portal.slo import signing_out_page
from fake_idp.saml.bindings import Delivery
from fake_idp.slo import end_session
from fake_idp.web.context import (
    DASHBOARD,
    SIGN_IN,
    clear_session_cookie,
    local_path,
    org,
    redirect_to,
    session,
    set_session_cookie,
)

REFUSED = "Unable to sign in"
"""The only thing Okta says, whether the person, the password or the person's status is the trouble."""


@blueprint.get(SIGN_IN)
def sign_in_page() -> Response:
    """The first step: who are you? A live session skips it, unless the way here asked for a new sign-in."""
    wanted = local_path(request.args.get("fromURI"))
    again = request.args.get("prompt") == "login"
    if session() is not None and not again:
        return redirect_to(wanted)
    hint = request.args.get("login_hint") or request.args.get("username") or ""
    return _identifier_step(wanted, again, identifier=hint)


@blueprint.post(SIGN_IN)
def sign_in() -> Response:
    """One step of signing in: the identifier alone leads to the password, both together to a session."""
    form = request.form
    wanted = local_path(form.get("fromURI"))
    again = form.get("prompt") == "login"
    identifier = form.get("identifier", "").strip()
    remember = form.get("rememberMe") == "true"
    if not identifier:
        return _identifier_step(wanted, again, error="This field cannot be left blank")
    if "credentials.passcode" not in form:
        return _password_step(wanted, again, identifier, remember=remember)
    password = form["credentials.passcode"]
    if not password:
        return _password_step(
            wanted, again, identifier, remember=remember, error="This field cannot be left blank"
        )
    person = org().check_password(identifier, password)
    if person is None:
        _log_refusal(identifier)
        return _password_step(wanted, again, identifier, remember=remember, refused=True)
    before = session()
    if before is not None and before.person_id == person.id:
        current = org().refresh_session(before.id)
    else:
        if before is not None:
            org().end_session(before.id)
        current = org().start_session(person, remember=remember)
    return set_session_cookie(redirect_to(_with_login_token(wanted)), current)


def _log_refusal(identifier: str) -> None:
    """What the page does not say stands in the System Log: whether somebody was locked out or mistyped."""
    known = org().find_person(identifier)
    locked = known is not None and known.status == "LOCKED_OUT"
    org().log_event(
        "user.session.start",
        actor=known,
        target=[person_entry(known)] if known else [],
        result="FAILURE",
        reason="LOCKED_OUT" if locked else "INVALID_CREDENTIALS",
    )


@blueprint.post("/login/signout")
@blueprint.get("/login/signout")
def sign_out() -> PlainResponse:
    """End the Okta session; apps that take part in front-channel logout hear of it."""
    current = session()
    wanted = local_path(request.values.get("fromURI"), SIGN_IN)
    orders = end_session(org(), current) if current is not None else []
    if orders:
        return clear_session_cookie(signing_out_page(orders, Delivery("GET", wanted)))
    return clear_session_cookie(redirect_to(wanted))


def _with_login_token(path: str) -> str:
    """``path`` as Okta leads back to the SSO endpoint: with a ``fromLoginToken``, which nothing here reads."""
    if not path.partition("?")[0].rstrip("/").endswith("/sso/saml"):
        return path
    return f"{path}{'&' if '?' in path else '?'}fromLoginToken={secrets.token_urlsafe(24)}"


def _identifier_step(wanted: str, again: bool, identifier: str = "", error: str = "") -> Response:
    page = render_template(
        "portal/sign_in.html",
        step="identifier", from_uri=wanted, again=again, identifier=identifier, error=error, dashboard=DASHBOARD,
    )  # fmt: skip
    return make_response(page)


def _password_step(
    wanted: str, again: bool, identifier: str, *, remember: bool, error: str = "", refused: bool = False
) -> Response:
    page = render_template(
        "portal/sign_in.html",
        step="password",
        from_uri=wanted,
        again=again,
        identifier=identifier,
        remember=remember,
        error=error,
        refused=REFUSED if refused else "",
    )
    # 200 as on Okta, whose sign-in widget shows refusals inside the page.
    return make_response(page)
