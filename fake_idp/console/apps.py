"""The list of applications, and the dialog that starts a new one."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from fake_idp.console import blueprint
from fake_idp.console.wizard import begin
from fake_idp.web.context import org, redirect_to

SAML = "SAML_2_0"
SIGN_IN_METHODS = (
    (
        "OIDC",
        "OIDC - OpenID Connect",
        "Token-based OAuth 2.0 authentication for single sign-on through API endpoints.",
    ),
    (SAML, "SAML 2.0", "XML-based open standard for single sign-on. For apps that support SAML only."),
    (
        "SWA",
        "SWA - Secure Web Authentication",
        "Okta-specific single sign-on for apps that support neither OIDC nor SAML.",
    ),
    ("API", "API Services", "Machine-to-machine authentication with OAuth 2.0 access tokens."),
)


@blueprint.get("/apps")
@blueprint.get("/apps/active")
def apps() -> Response:
    """All app integrations, active ones first."""
    wanted = request.args.get("status", "")
    search = request.args.get("q", "").strip()
    shown = [
        app
        for app in org().apps()
        if (not wanted or app.status == wanted) and search.lower() in app.label.lower()
    ]
    shown.sort(key=lambda app: (not app.is_active, app.label.lower()))
    return make_response(
        render_template("console/apps.html", active="apps", apps=shown, status=wanted, search=search)
    )


@blueprint.get("/apps/new")
def new_app() -> Response:
    """The dialog "Create a new app integration"."""
    return _dialog()


@blueprint.post("/apps/new")
def choose_sign_in_method() -> Response:
    """Next in the dialog: SAML 2.0 leads to the wizard."""
    if request.form.get("action") == "cancel":
        return redirect_to("/admin/apps/active")
    method = request.form.get("signInMethod", "")
    if method == SAML:
        return redirect_to(begin())
    if not method:
        return _dialog(error="Choose a sign-in method.")
    name = next((label for value, label, _ in SIGN_IN_METHODS if value == method), "That")
    return _dialog(
        error=f"{name} is not part of this fake Okta, which speaks SAML 2.0. Choose SAML 2.0 to go on.",
        chosen=method,
    )


def _dialog(error: str = "", chosen: str = "") -> Response:
    return make_response(
        render_template(
            "console/new_app.html", active="apps", methods=SIGN_IN_METHODS, error=error, chosen=chosen
        )
    )
