"""Only a signed-in admin gets into the console."""

from __future__ import annotations

from flask import Response, request

from fake_idp.console import blueprint
from fake_idp.web.context import person, redirect_to, requested_path, sign_in_url
from fake_idp.web.errors import PageError


@blueprint.before_request
def admins_only() -> Response | None:
    """Send strangers to the sign-in page, and other people away."""
    who = person()
    if who is None:
        wanted = requested_path() if request.method == "GET" else "/admin/dashboard"
        return redirect_to(sign_in_url(wanted))
    if not who.is_admin:
        raise PageError(
            403,
            "Access Forbidden",
            f"{who.login} is not an administrator of this org. Sign out, and sign in as an admin.",
        )
    return None
