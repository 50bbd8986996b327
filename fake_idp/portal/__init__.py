"""What end users and service providers meet: sign-in, dashboard, the SSO and SLO endpoints."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portal", __name__, template_folder="templates")

from fake_idp.portal import dashboard, signin, slo, sso  # noqa: E402, F401 - they add their routes to the blueprint
