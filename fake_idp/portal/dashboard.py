"""The End-User Dashboard: the apps of the person who is signed in."""

from __future__ import annotations

from flask import Response, make_response, render_template

from fake_idp.org.errors import NotFound
from fake_idp.portal import blueprint
from fake_idp.web.context import DASHBOARD, org, person, redirect_to, requested_path, sign_in_url
from fake_idp.web.errors import PageError


@blueprint.get("/")
def home() -> Response:
    """The bare address leads to the dashboard."""
    return redirect_to(DASHBOARD)


@blueprint.get(DASHBOARD)
def dashboard() -> Response:
    """One tile an app, except those whose icon the admin has hidden."""
    who = person()
    if who is None:
        return redirect_to(sign_in_url(requested_path()))
    apps = org().apps_of(who, visible_only=True)
    return make_response(render_template("portal/dashboard.html", apps=apps, who=who))


@blueprint.get("/assets/logo/<app_id>")
def logo(app_id: str) -> Response:
    """An app's logo. Public, as the logos of real apps are."""
    try:
        picture = org().logo(app_id)
    except NotFound:
        picture = None
    if picture is None:
        raise PageError(404)
    return Response(picture.data, content_type=picture.content_type)
