"""What happened: the audit log and the sign-on log, for org admins."""

from __future__ import annotations

import json

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from harness.reference_sp.organizations import Organization
from harness.reference_sp.web.sso_settings import org_admin
from harness.reference_sp.web.state import core

blueprint = Blueprint("logs", __name__, url_prefix="/settings/organization")


@blueprint.get("/audit")
def audit() -> BaseResponse:
    """The audit log, the newest entry first."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    entries = list(reversed(core().audit.entries(org.id)))
    return make_response(render_template("audit.html", entries=entries, as_text=json.dumps))


@blueprint.get("/outbox")
def outbox() -> BaseResponse:
    """The mails that the SP sent to the organization's people."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    return make_response(render_template("outbox.html", mails=list(reversed(core().outbox.all(org.id)))))


@blueprint.get("/sso-log")
def sso_log() -> BaseResponse:
    """Every sign-on answer with everything that was found in it."""
    org = org_admin()
    if not isinstance(org, Organization):
        return org
    attempts = core().attempts.all(org.id)
    return make_response(
        render_template("sso_log.html", attempts=attempts[:100], test=request.args.get("test", ""))
    )
