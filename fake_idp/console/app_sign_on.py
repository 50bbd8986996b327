"""An app's page, tab Sign On: metadata, certificates, setup instructions, credentials details."""

from __future__ import annotations

from flask import Response, make_response, render_template, request, url_for

from fake_idp.console import blueprint
from fake_idp.console.app_page import tab_page
from fake_idp.console.find import find_app
from fake_idp.console.wizard_form import error_text
from fake_idp.org.errors import InvalidSetting, InvalidValue, NotAllowed, NotFound
from fake_idp.org.fields import FIELD_BY_ATTRIBUTE
from fake_idp.org.model import App
from fake_idp.web.context import org, redirect_to
from fake_idp.web.errors import PageError
from fake_idp.web.notices import notify

CREDENTIAL_FIELDS = ("default_relay_state", "application_username", "username_expression", "username_update")
YEARS = range(2, 11)


def sign_on_tab(app: App) -> Response:
    """The tab itself."""
    tenant = org()
    return tab_page(
        "console/app_sign_on.html",
        app,
        "sign-on",
        metadata_url=tenant.metadata_url(app),
        sso_url=tenant.sso_url(app),
        slo_url=tenant.slo_url(app) if app.settings.slo_enabled else "",
        entity_id=tenant.entity_id(app),
        keys=tenant.keys(app),
        signing_key=tenant.signing_key(app),
        years=YEARS,
    )


def _back(app: App) -> Response:
    return redirect_to(url_for("console.app_tab", name=app.name, app_id=app.id, tab="sign-on"))


@blueprint.get("/app/<name>/<app_id>/setup/help/SAML_2_0/instructions")
def setup_instructions(name: str, app_id: str) -> Response:
    """What the SP's admin has to know: URLs, issuer, certificate, metadata."""
    app = find_app(name, app_id)
    tenant = org()
    return make_response(
        render_template(
            "console/setup_instructions.html",
            app=app,
            sso_url=tenant.sso_url(app),
            slo_url=tenant.slo_url(app) if app.settings.slo_enabled else "",
            entity_id=tenant.entity_id(app),
            certificate=tenant.signing_key(app).certificate_pem,
            metadata=tenant.metadata(app).decode("utf-8"),
        )
    )


@blueprint.get("/app/<name>/instance/<app_id>/keys/<kid>/metadata")
def key_metadata(name: str, app_id: str, kid: str) -> Response:
    """View IdP metadata: the XML with the certificate of one row."""
    app = find_app(name, app_id)
    try:
        xml = org().metadata(app, kid)
    except NotFound:
        raise PageError(404, description=f"no certificate {kid}") from None
    return Response(xml, content_type="application/xml;charset=UTF-8")


@blueprint.get("/app/<name>/instance/<app_id>/keys/<kid>/certificate")
def key_certificate(name: str, app_id: str, kid: str) -> Response:
    """Download certificate: the PEM file of one row."""
    app = find_app(name, app_id)
    try:
        pem = org().signing_key(app, kid).certificate_pem
    except NotFound:
        raise PageError(404, description=f"no certificate {kid}") from None
    return _certificate_file(pem)


@blueprint.get("/org/security/<app_id>/cert")
def active_certificate(app_id: str) -> Response:
    """The active certificate, at the address that Okta's setup guides name."""
    try:
        pem = org().signing_key(org().app(app_id)).certificate_pem
    except NotFound:
        raise PageError(404, description=f"no application with id {app_id}") from None
    return _certificate_file(pem)


def _certificate_file(pem: str) -> Response:
    answer = Response(pem, content_type="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="okta.cert"'
    return answer


@blueprint.post("/app/<name>/instance/<app_id>/keys/generate")
def generate_key(name: str, app_id: str) -> Response:
    """Generate new certificate."""
    app = find_app(name, app_id)
    try:
        row = org().generate_key(app.id, request.form.get("years", 10, type=int))
    except InvalidValue as problem:
        notify(f"{problem.message[:1].upper()}{problem.message[1:]}.", "bad")
    else:
        notify(
            f"New certificate generated; it expires in {row.expires.year} and is inactive until you activate it."
        )
    return _back(app)


@blueprint.post("/app/<name>/instance/<app_id>/keys/<kid>/<change>")
def change_key(name: str, app_id: str, kid: str, change: str) -> Response:
    """Activate, Deactivate or Delete in a row's actions."""
    app = find_app(name, app_id)
    try:
        match change:
            case "activate":
                org().activate_key(app.id, kid)
                notify(
                    "Certificate activated. Sign-in fails at the service provider until it has the new certificate."
                )
            case "deactivate":
                org().deactivate_key(app.id, kid)
            case "delete":
                org().delete_key(app.id, kid)
                notify("Certificate deleted.")
            case _:
                raise PageError(404)
    except NotFound:
        raise PageError(404, description=f"no certificate {kid}") from None
    except NotAllowed as problem:
        notify(f"{str(problem)[:1].upper()}{str(problem)[1:]}.", "bad")
    return _back(app)


@blueprint.route("/app/<name>/instance/<app_id>/sign-on/edit", methods=["GET", "POST"])
def edit_sign_on(name: str, app_id: str) -> Response:
    """Edit in Settings: Default Relay State and Credentials Details."""
    app = find_app(name, app_id)
    if request.method == "POST" and request.form.get("action") == "cancel":
        return _back(app)
    values = {
        attribute: str(getattr(app if FIELD_BY_ATTRIBUTE[attribute].on_app else app.settings, attribute))
        for attribute in CREDENTIAL_FIELDS
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {attribute: request.form.get(attribute, "").strip() for attribute in CREDENTIAL_FIELDS}
        try:
            org().update_app(app.id, **values)
        except InvalidSetting as problem:
            errors[problem.field] = error_text(problem)
        except InvalidValue as problem:
            errors[problem.field] = f"{problem.message[:1].upper()}{problem.message[1:]}."
        else:
            notify("Sign-on settings saved.")
            return _back(app)
    return make_response(
        render_template(
            "console/app_sign_on_edit.html",
            active="apps",
            app=app,
            rows=[FIELD_BY_ATTRIBUTE[attribute] for attribute in CREDENTIAL_FIELDS],
            values=values,
            errors=errors,
        )
    )
