"""The console's first page: what there is, what happened last."""

from __future__ import annotations

from flask import Response, make_response, render_template

from fake_idp.console import blueprint
from fake_idp.web.context import org, redirect_to

_RECENT = 8


@blueprint.get("")
@blueprint.get("/")
def root() -> Response:
    """The bare address of the console."""
    return redirect_to("/admin/dashboard")


@blueprint.get("/dashboard")
def dashboard() -> Response:
    """Counts with links, and the newest events."""
    tenant = org()
    events = tenant.log()
    return make_response(
        render_template(
            "console/dashboard.html",
            active="dashboard",
            apps=len(tenant.apps()),
            people=len(tenant.people()),
            groups=len(tenant.groups()),
            events=len(events),
            recent=list(reversed(events))[:_RECENT],
        )
    )
