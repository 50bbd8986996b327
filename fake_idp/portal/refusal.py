"""The page that people see when :mod:`fake_idp.sso` or :mod:`fake_idp.slo` refuses."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from fake_idp.sso import SsoRefused
from fake_idp.web.errors import error_page


def show(refusal: SsoRefused) -> Response:
    """Okta's page in Okta's words, with the reason folded below it; or the error page that an admin has set."""
    if refusal.redirect_url:
        return redirect(refusal.redirect_url)
    reasons = {
        "Reason": refusal.detail,
        "Expected": refusal.expected,
        "Received": refusal.received,
        "Field to look at": refusal.fix,
        "Code": refusal.code,
    }
    reasons = {name: text for name, text in reasons.items() if text}
    if refusal.status == 400:
        return error_page(400, "BAD REQUEST", "", refusal.description, refusal.code, reasons)
    return error_page(refusal.status, refusal.title, refusal.description, "", refusal.code, reasons)
