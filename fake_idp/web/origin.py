"""Forms of these pages count only when these pages sent them.

The session cookie travels with cross-site requests (SAML needs that), so without this check any page open in the
same browser, the SP under test included, could press the admin's buttons.
"""

from __future__ import annotations

from flask import request

from fake_idp.web.errors import PageError

_FROM_ANYWHERE = ("/sso/saml", "/slo/saml", "/slo/saml/callback")
_FOREIGN = ("cross-site", "same-site")


def refuse_foreign_posts() -> None:
    """Refuse a POST that a browser marks as coming from another site, except SAML messages and the API."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.path.startswith("/api/") or request.path.rstrip("/").endswith(_FROM_ANYWHERE):
        return
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.host}"
    if (origin is None or origin == own) and request.headers.get("Sec-Fetch-Site") not in _FOREIGN:
        return
    raise PageError(
        403,
        "Access Forbidden",
        f"This form was sent from another site ({origin or 'unknown'}); expected {own}. "
        "Open the page here and send it again.",
    )
