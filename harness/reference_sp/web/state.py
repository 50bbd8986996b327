"""What a page needs to know: the SP, the session, the browser."""

from __future__ import annotations

import secrets
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

from harness.reference_sp.audit import Caller
from harness.reference_sp.certificates import fingerprint
from harness.reference_sp.core import Core
from harness.reference_sp.login import Logins
from harness.reference_sp.logout.service import Logouts
from harness.reference_sp.members import Member
from harness.reference_sp.memory import browser_key
from harness.reference_sp.organizations import Organization
from harness.reference_sp.sessions import Session

SESSION_COOKIE = "sp_session"
BROWSER_COOKIE = "sp_browser"
_KEY = "reference_sp"


def attach(app: Flask, core: Core, logins: Logins, logouts: Logouts) -> None:
    """Give the pages their SP."""
    app.extensions = {_KEY: (core, logins, logouts)}


def install(app: Flask) -> None:
    """What every page needs, whichever SP it belongs to."""
    app.context_processor(_for_templates)
    app.jinja_env.filters["fingerprint"] = fingerprint
    app.jinja_env.filters["as_it_came"] = _as_it_came
    app.before_request(_limits)
    app.after_request(_headers)


def core() -> Core:
    """The SP that these pages belong to."""
    return cast("Core", current_app.extensions[_KEY][0])


def logins() -> Logins:
    """Starts and receives logins."""
    return cast("Logins", current_app.extensions[_KEY][1])


def logouts() -> Logouts:
    """Starts and receives logouts."""
    return cast("Logouts", current_app.extensions[_KEY][2])


def session() -> Session | None:
    """The session of the request, if it is live and its member still belongs to the organization."""
    if "session" not in g:
        found = core().sessions.find(request.cookies.get(SESSION_COOKIE))
        person = None if found is None else core().members.find(found.org_id, found.email_key)
        joined = person is not None and person.status == "joined"
        g.session, g.member = (found, person) if joined else (None, None)
    return cast("Session | None", g.session)


def member() -> Member | None:
    """The signed-in person."""
    session()
    return cast("Member | None", g.member)


def organization() -> Organization | None:
    """The organization of the signed-in person."""
    person = member()
    return None if person is None else core().organizations.find(person.org_id)


def caller() -> Caller:
    """Where the request came from, for the audit log."""
    return Caller(request.remote_addr or "", request.headers.get("User-Agent", "")[:200])


def browser() -> str:
    """What is stored of this browser's mark; empty when it sent none."""
    return browser_key(request.cookies.get(BROWSER_COOKIE))


def mark_browser() -> str:
    """Like :func:`browser`, but marks the browser when it has no mark yet."""
    if not request.cookies.get(BROWSER_COOKIE):
        g.new_browser = secrets.token_urlsafe(32)
        return browser_key(g.new_browser)
    return browser()


def sign_in(response: Response, cookie: str) -> None:
    """Set the session cookie. Lax is enough: the answer to the cross-site POST may set it, GETs then carry it."""
    weak, same_site = core().weak("insecure-session-cookie"), core().settings.session_cookie_same_site
    response.set_cookie(
        SESSION_COOKIE, cookie, secure=not weak, httponly=not weak, samesite=same_site, path="/"
    )


def sign_out(response: Response) -> None:
    """Take the session cookie away."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")


def _as_it_came(text: str) -> str:
    """The text, which the template escapes; a weakness has it believed."""
    return Markup(text) if core().weak("writes-attributes-unescaped") else text  # noqa: S704 - that is the weakness


def _limits() -> None:
    if core().weak("no-size-limit", "no-metadata-size-limit"):
        request.max_content_length = request.max_form_memory_size = 1 << 30


def _headers(response: Response) -> Response:
    mark = g.pop("new_browser", None)
    if mark:
        mark_same_site = "Lax" if core().weak("state-cookie-is-lax") else "None"
        # It has to come along with the cross-site POST of the answer, so SameSite=None, which demands Secure.
        response.set_cookie(
            BROWSER_COOKIE, mark, secure=True, httponly=True, samesite=mark_same_site, path="/"
        )
    if request.path.startswith("/assets/"):
        return response
    if not core().weak("lets-pages-be-cached"):
        response.headers.setdefault("Cache-Control", "no-cache, no-store")
        response.headers.setdefault("Pragma", "no-cache")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    )
    return response


def _for_templates() -> dict[str, Any]:
    return {
        "member": member(),
        "organization": organization(),
        "session": session(),
        "is_admin": (person := member()) is not None and person.role == "admin",
    }
