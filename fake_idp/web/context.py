"""The org and the session behind the request at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote

from flask import Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as PlainResponse

if TYPE_CHECKING:
    from fake_idp.org.model import Person, Session
    from fake_idp.org.org import Org

AnyResponse = TypeVar("AnyResponse", bound=PlainResponse)

_NEVER_IN_A_PATH = re.compile(r"[\x00-\x1f\x7f\\]")
SESSION_COOKIE = "sid"
DASHBOARD = "/app/UserHome"
SIGN_IN = "/login/login.htm"


def org() -> Org:
    """The org whose pages these are."""
    return cast("Org", current_app.extensions["fake_idp.org"])


def session() -> Session | None:
    """The Okta session that the request's ``sid`` cookie names, unless it has ended or expired."""
    if "okta_session" not in g:
        sid = request.cookies.get(SESSION_COOKIE, "")
        g.okta_session = org().session(sid) if sid else None
    return cast("Session | None", g.okta_session)


def person() -> Person | None:
    """Who is signed in."""
    if "okta_person" not in g:
        current = session()
        g.okta_person = org().person(current.person_id) if current else None
    return cast("Person | None", g.okta_person)


def sign_in_url(from_uri: str, *, again: bool = False) -> str:
    """The sign-in page that leads back to ``from_uri``; with ``again`` it asks although a session exists."""
    suffix = "&prompt=login" if again else ""
    return f"{request.script_root}{SIGN_IN}?fromURI={quote(from_uri, safe='')}{suffix}"


def requested_path() -> str:
    """Path and query of this request, exactly as the client sent the query."""
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path


def redirect_to(location: str) -> Response:
    """A redirect that a browser follows by GET, whatever the method of this request was."""
    root = request.script_root
    if root and location.startswith("/") and not location.startswith(f"{root}/"):
        location = f"{root}{location}"
    return cast(Response, redirect(location, code=302 if request.method == "GET" else 303))


def local_path(wanted: str | None, otherwise: str = DASHBOARD) -> str:
    r"""``wanted`` if it is a path on this server, else ``otherwise``: sign-in is no open redirect.

    Browsers read ``//host`` and ``/\host`` as other servers and drop tabs and line breaks while reading, so all
    of these are refused, as is everything that does not start with one slash.
    """
    if not wanted or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return otherwise
    return otherwise if _NEVER_IN_A_PATH.search(wanted) else wanted


def set_session_cookie(response: Response, current: Session) -> Response:
    """Set ``sid``; with "Keep me signed in" it outlives the browser, else it goes with it.

    ``SameSite=None`` because SPs post AuthnRequests from their own site; browsers then demand ``Secure``, and treat
    loopback addresses as secure.
    """
    age = int((current.expires_at - org().now()).total_seconds()) if current.remember else None
    response.set_cookie(
        SESSION_COOKIE, current.id, max_age=age, path="/", secure=True, httponly=True, samesite="None"
    )
    return response


def clear_session_cookie(response: AnyResponse) -> AnyResponse:
    """Take ``sid`` back."""
    response.set_cookie(SESSION_COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="None")
    return response
