"""Single logout: the SLO endpoint, the callback, and the page whose frames tell the other apps."""

from __future__ import annotations

from collections.abc import Sequence

from flask import make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from fake_idp import slo as logout
from fake_idp.org.model import App
from fake_idp.portal import blueprint
from fake_idp.portal.delivery import send
from fake_idp.portal.refusal import show
from fake_idp.portal.shelf import logout_orders
from fake_idp.saml.bindings import Delivery, auto_post_fields
from fake_idp.slo import LogoutOrder
from fake_idp.sso import SsoRefused
from fake_idp.web.context import clear_session_cookie, org, session
from fake_idp.web.errors import PageError


@blueprint.route("/app/<name>/<external_key>/slo/saml", methods=["GET", "POST"])
def slo(name: str, external_key: str) -> Response:
    """Where an app's LogoutRequest comes in; the answer goes to the app's Single Logout URL.

    The metadata names no other address for answers, so an app that goes by it sends its LogoutResponse here too.
    """
    if "SAMLResponse" in request.values:
        return slo_callback(name, external_key)
    app = _find_app(name, external_key)
    current = session()
    try:
        if request.method == "POST":
            form = request.form
            message = logout.read_logout_request(
                saml_request=form.get("SAMLRequest", ""), relay_state=form.get("RelayState")
            )
        else:
            message = logout.read_logout_request(request.query_string)
        answer = logout.answer_logout_request(org(), app, message, current)
    except SsoRefused as refusal:
        return show(refusal)
    page = (
        signing_out_page(answer.orders, answer.delivery)
        if answer.orders
        else send(answer.delivery, app, "Signing out of")
    )
    if current is not None and answer.session is not None and answer.session.id == current.id:
        clear_session_cookie(page)
    return page


@blueprint.route("/app/<name>/<external_key>/slo/saml/callback", methods=["GET", "POST"])
def slo_callback(name: str, external_key: str) -> Response:
    """Where an app answers a LogoutRequest of front-channel logout, inside its frame."""
    app = _find_app(name, external_key)
    try:
        if request.method == "POST":
            response = logout.read_logout_response(saml_response=request.form.get("SAMLResponse", ""))
        else:
            response = logout.read_logout_response(request.query_string)
        succeeded = logout.take_logout_response(org(), app, response)
    except SsoRefused as refusal:
        return show(refusal)
    return make_response(render_template("portal/signed_out_of.html", app=app, succeeded=succeeded))


@blueprint.get("/login/signout/app/<key>")
def logout_order(key: str) -> Response:
    """One frame of the page below: it carries a LogoutRequest to its app."""
    order = logout_orders().get(key)
    if order is None:
        raise PageError(404)
    return send(order.delivery, order.app, "Signing out of")


def signing_out_page(orders: Sequence[LogoutOrder], then: Delivery) -> Response:
    """A page with a hidden frame for each app; it goes on to ``then`` when all have answered, or after 5 s."""
    frames = [(order.app.label, logout_orders().put(order)) for order in orders]
    if then.method == "POST":
        form = Markup(auto_post_fields(then.url, then.fields))  # noqa: S704 - escaped by its builder
    else:
        form = Markup('<form id="appForm" action="{}" method="GET"></form>').format(then.url)
    return make_response(render_template("portal/signing_out.html", frames=frames, form=form))


def _find_app(name: str, external_key: str) -> App:
    app = org().app_by_external_key(external_key)
    if app is None or app.name != name:
        raise PageError(404)
    return app
