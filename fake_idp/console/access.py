"""Only a signed-in admin gets into the console."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from fake_idp.console import blueprint
from fake_idp.web.context import org, person, redirect_to, requested_path, sign_in_url
from fake_idp.web.errors import PageError

_NOTICEABLE = timedelta(seconds=5)


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


@blueprint.context_processor
def _clock() -> dict[str, object]:
    """An org whose time is not the machine's says so on every page of the console."""
    clock = org().clock
    return {"clock_moved": clock.frozen or abs(clock.offset) > _NOTICEABLE, "org_time": clock.now}
