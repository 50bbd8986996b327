"""What all pages share: base templates, styles, the session cookie, error pages, request checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request

from fake_idp.org.log import Client, acting
from fake_idp.web import errors, filters, notices
from fake_idp.web.context import org as current_org
from fake_idp.web.context import person, session
from fake_idp.web.origin import refuse_foreign_posts

if TYPE_CHECKING:
    from fake_idp.org.org import Org

blueprint = Blueprint(
    "web",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        # The auto-post form goes to the SP and front-channel logout frames are the SPs' own pages.
        "form-action *",
        "frame-src *",
    )
)


def install(app: Flask) -> None:
    """Add what every page needs."""
    app.register_blueprint(blueprint)
    app.before_request(_enter)
    app.before_request(refuse_foreign_posts)
    app.teardown_request(_leave)
    app.after_request(_add_headers)
    app.context_processor(_common)
    filters.install(app)
    notices.install(app)
    errors.install(app)


def attach(app: Flask, org: Org) -> None:
    """Tie an application to its org. What the pages remember of it lives in ``extensions`` too."""
    app.extensions = {"fake_idp.org": org}


def _enter() -> None:
    """Let the System Log know who acts in this request, and from where."""
    if request.endpoint == "web.static":
        return
    client = Client(
        ip_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        request_uri=request.path,
    )
    g.acting = acting(person(), session(), client)
    g.acting.__enter__()


def _leave(_error: BaseException | None) -> None:
    if (entered := g.pop("acting", None)) is not None:
        entered.__exit__(None, None, None)


def _common() -> dict[str, object]:
    return {"org_name": current_org().name, "who": person()}


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.endpoint == "web.static":
        headers["Cache-Control"] = "no-cache"
        return response
    # Everything else is about one person or carries SAML: no cache may keep it.
    headers["Cache-Control"] = "no-cache, no-store"
    headers["Pragma"] = "no-cache"
    headers["Expires"] = "0"
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", _CONTENT_SECURITY_POLICY)
    return response
