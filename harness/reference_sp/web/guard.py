"""Forms of these pages count only when these pages sent them; answers of the IdP come from its site."""

from __future__ import annotations

from flask import Flask, request

from harness.reference_sp.web.state import core

_FOREIGN = ("cross-site", "same-site")


def install(app: Flask) -> None:
    """Look at every POST before its page does."""
    app.before_request(_refuse_foreign_posts)


def _refuse_foreign_posts() -> tuple[str, int] | None:
    if request.method != "POST" or request.endpoint == "saml.receive":
        return None
    origin = request.headers.get("Origin")
    if origin in (None, core().base_url) and request.headers.get("Sec-Fetch-Site") not in _FOREIGN:
        return None
    return "This form was sent from another site. Open the page here and send it again.", 403
