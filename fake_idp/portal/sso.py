"""The SSO endpoint, the embed link and the public metadata. What they decide, :mod:`fake_idp.sso` decides."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wrappers import Response as PlainResponse

from fake_idp import sso as login
from fake_idp.org.errors import NotFound
from fake_idp.org.model import App
from fake_idp.portal import blueprint
from fake_idp.portal.delivery import send
from fake_idp.portal.refusal import show
from fake_idp.portal.shelf import PostedRequest, posted_requests
from fake_idp.saml.messages import AuthnRequest
from fake_idp.sso import SsoRefused
from fake_idp.web.context import org, person, redirect_to, requested_path, session, sign_in_url
from fake_idp.web.errors import PageError


@blueprint.route("/app/<name>/<external_key>/sso/saml", methods=["GET", "POST"])
def sso(name: str, external_key: str) -> PlainResponse:
    """Where AuthnRequests come in, by HTTP-Redirect or HTTP-POST; a GET without one starts an IdP-initiated login."""
    app = org().app_by_external_key(external_key)
    if app is None or app.name != name:
        raise PageError(404)
    posted = _posted()
    is_sp_initiated = posted is not None or "SAMLRequest" in request.args
    message, unreadable = _read(posted) if is_sp_initiated else (None, None)
    try:
        if org().settings.validate_before_sign_in:
            _judge(app, message, unreadable)
        demand = login.what_is_asked(org(), app, session(), message)
        if demand == "no_passive" and message is not None:
            return send(login.refuse_passively(org(), app, message).delivery, app)
        if demand != "none":
            return redirect_to(sign_in_url(_return_path(posted), again=demand == "sign_in_again"))
        if unreadable is not None:
            login.refuse_unreadable(org(), app, unreadable)
        return _sign_on(app, message, None if message else request.args.get("RelayState"))
    except SsoRefused as refusal:
        return show(refusal)


@blueprint.get("/home/<name>/<app_id>/<link_id>")
def embed(name: str, app_id: str, link_id: str) -> PlainResponse:
    """The link behind a tile. It starts an IdP-initiated login, whatever SAMLRequest an SP may have put on it."""
    try:
        app = org().app(app_id)
    except NotFound:
        app = None
    if app is None or app.name != name or app.link_id != link_id:
        raise PageError(404)
    if session() is None:
        return redirect_to(sign_in_url(requested_path()))
    try:
        return _sign_on(app, None, request.args.get("RelayState"))
    except SsoRefused as refusal:
        return show(refusal)


@blueprint.get("/app/<external_key>/sso/saml/metadata")
def metadata(external_key: str) -> Response:
    """The public Metadata URL of the Sign On tab. ``kid`` picks a certificate other than the active one."""
    app = org().app_by_external_key(external_key)
    if app is None:
        raise PageError(404)
    try:
        xml = org().metadata(app, request.args.get("kid") or None)
    except NotFound as problem:
        raise PageError(404, description=str(problem)) from None
    return Response(xml, content_type="application/xml")


def _posted() -> PostedRequest | None:
    """The posted message: of this request, or of the one that led to the sign-in page."""
    if request.method == "POST":
        return PostedRequest(request.form.get("SAMLRequest", ""), request.form.get("RelayState"))
    key = request.args.get("okta_key")
    if key is None:
        return None
    return posted_requests().get(key) or PostedRequest("", None)


def _read(posted: PostedRequest | None) -> tuple[AuthnRequest | None, SsoRefused | None]:
    """The request, or why it cannot be read. Okta says so only once the person has signed in."""
    try:
        if posted is not None:
            return login.read_request(saml_request=posted.saml_request, relay_state=posted.relay_state), None
        return login.read_request(request.query_string), None
    except SsoRefused as refusal:
        return None, refusal


def _return_path(posted: PostedRequest | None) -> str:
    """Where the sign-in page leads back to. A posted message does not fit into a URL, so it waits on the shelf."""
    if posted is None or request.method == "GET":
        return requested_path()
    return f"{request.path}?okta_key={posted_requests().put(posted)}"


def _judge(app: App, message: AuthnRequest | None, unreadable: SsoRefused | None) -> None:
    if unreadable is not None:
        login.refuse_unreadable(org(), app, unreadable)
    login.check_app(org(), app)
    login.check_request(org(), app, message)


def _sign_on(app: App, message: AuthnRequest | None, relay_state: str | None) -> PlainResponse:
    who = person()
    if who is None:
        raise PageError(403)
    signed_on = login.sign_on(org(), app, who, session(), request=message, relay_state=relay_state)
    return send(signed_on.delivery, app)
