"""The pages around a SAML library: what any small web application has, the same for each library.

A program in this folder hands its library to ``serve``. Environment: ``IDP_METADATA`` is the file with the IdP's
metadata (read again when it changes), ``IDP_ENTITY_ID`` the IdP's name (needed where the file has several), ``SP_PORT``
the port on localhost, ``SP_DATA`` a folder for the SP's key (the metadata's folder without it). SIGTERM stops it.

    /login?next=/path    start a login (HTTP-Redirect)     /me             who is signed in, as plain text
    /saml/acs            where responses arrive            /private/...    any page that needs a login
    /saml/metadata       the SP's own metadata             /logout         sign out, at the IdP too where supported
    /saml/slo            logout messages
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cheroot.wsgi import Server
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

log = logging.getLogger("interop.sp")

SESSION_COOKIE = "sp_session"
LOGIN_COOKIE = "sp_login"
DEFAULT_PAGE = "/me"


class Refused(Exception):
    """The library did not accept a message; the text is its reason, for the log alone."""


class NotSetUp(Exception):
    """The IdP's metadata cannot be used: nobody can sign in until it can."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the library said about the person, and what it needs for a logout later."""

    name_id: str
    attributes: Mapping[str, list[str]]
    in_response_to: str | None = None
    session_index: str | None = None
    handle: object = None
    ends_at: float | None = None
    """When the session is over by the IdP's word (SessionNotOnOrAfter), in seconds since 1970."""

    @property
    def over(self) -> bool:
        """Whether that moment has come."""
        return self.ends_at is not None and self.ends_at <= time.time()


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this SP lives."""

    base_url: str
    idp_metadata: bytes
    idp_entity_id: str
    """Empty: the metadata has one IdP alone."""
    data: Path

    @property
    def entity_id(self) -> str:
        """Also where the metadata is."""
        return f"{self.base_url}/saml/metadata"

    @property
    def acs_url(self) -> str:
        """The assertion consumer service."""
        return f"{self.base_url}/saml/acs"

    @property
    def slo_url(self) -> str:
        """The single logout service."""
        return f"{self.base_url}/saml/slo"


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """What a logout message leads to: sessions that end, and the answer to the IdP as a URL or as a page."""

    ended: Sequence[Identity] = ()
    location: str = ""
    page: str = ""


class Library(Protocol):
    """What a SAML library does for the application."""

    def start(self, relay_state: str) -> tuple[str, str]:
        """The URL that the browser is sent to, and the ID of the request in it."""

    def accept(self, saml_response: str, pending: Mapping[str, str]) -> Identity:
        """Who a response names, or ``Refused``. ``pending``: this browser's requests, {ID: page asked for}."""

    def metadata(self) -> bytes:
        """The SP's own metadata."""

    def start_logout(self, who: Identity) -> tuple[str, str] | None:
        """The URL of a logout at the IdP and the ID of the request in it, ``None`` where library or IdP has none."""

    def logout_message(
        self, fields: Mapping[str, str], query: str, signed_in: Sequence[Identity], request_id: str
    ) -> LoggedOut:
        """Take a LogoutRequest or LogoutResponse, or ``Refused``.

        ``signed_in``: everybody's sessions. ``request_id``: the LogoutRequest that this browser was sent away with.
        """


@dataclass
class Browser:
    """What is known of one browser, whether or not it has signed in."""

    pending: dict[str, str] = field(default_factory=dict)
    logout: str = ""


def local_path(target: str | None) -> str:
    """``target`` if it is a page of this application, else the default page: no open redirect."""
    plain = target is not None and target.isprintable() and "\\" not in target
    if target and plain and target.startswith("/") and not target.startswith("//"):
        return target
    return DEFAULT_PAGE


def _usable(identity: Identity) -> None:
    if not identity.name_id.strip():
        raise Refused("the response names nobody")
    if identity.over:
        raise Refused("the session that the response opens is over")


def _page_asked_for(browser: Browser, known: Mapping[str, str], request_id: str | None) -> str | None:
    """The page of the request that is answered, which is answered by that: only one of several posts gets it."""
    page = browser.pending.pop(request_id or "", None)
    if page is None and request_id in known:
        raise Refused(f"{request_id} has been answered by another post at the same moment")
    return page


def create_app(library: Callable[[], Library]) -> Flask:
    """The web application around a library."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = 2_000_000
    sessions: dict[str, Identity] = {}
    browsers: dict[str, Browser] = {}

    def who() -> Identity | None:
        identity = sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        return None if identity is None or identity.over else identity

    def known_browser() -> Browser:
        return browsers.get(request.cookies.get(LOGIN_COOKIE, ""), Browser())

    def sent_away(url: str) -> tuple[AnyResponse, Browser]:
        """A redirect to the IdP, after which this browser is known."""
        handle = request.cookies.get(LOGIN_COOKIE, "")
        if handle not in browsers:
            handle = secrets.token_urlsafe(32)
            browsers[handle] = Browser()
        answer = redirect(url)
        # The response arrives by a POST from the IdP's site, so this cookie has to travel across sites.
        answer.set_cookie(LOGIN_COOKIE, handle, httponly=True, secure=True, samesite="None")
        return answer, browsers[handle]

    def text(body: str, status: int = 200) -> Response:
        return Response(body, status, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    @app.after_request
    def _not_cached(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.errorhandler(NotSetUp)
    def _not_set_up(_error: NotSetUp) -> Response:
        return text("Sign-in is not set up here at the moment.", 503)

    @app.get("/login")
    def _login() -> AnyResponse:
        page = local_path(request.args.get("next"))
        url, request_id = library().start(page)
        answer, browser = sent_away(url)
        browser.pending[request_id] = page
        return answer

    @app.post("/saml/acs")
    def _acs() -> AnyResponse:
        browser = known_browser()
        known = dict(browser.pending)
        try:
            identity = library().accept(request.form.get("SAMLResponse", ""), known)
            _usable(identity)
            page = _page_asked_for(browser, known, identity.in_response_to)
        except Refused as refusal:
            log.warning("refused: %s", refusal)
            return text("We could not sign you in. Please start again at /login.", 403)
        handle = secrets.token_urlsafe(32)
        sessions[handle] = identity
        sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        answer = redirect(local_path(page or request.form.get("RelayState")), 303)
        answer.set_cookie(SESSION_COOKIE, handle, httponly=True, samesite="Lax")
        return answer

    @app.get("/me")
    def _me() -> AnyResponse:
        identity = who()
        if identity is None:
            return text("Nobody is signed in. Start at /login.", 401)
        rows = [f"{name}: {value}" for name, values in identity.attributes.items() for value in values]
        return text("\n".join([f"signed in as: {identity.name_id}", *rows, ""]))

    @app.get("/private/<path:page>")
    def _private(page: str) -> AnyResponse:
        identity = who()
        if identity is None:
            return redirect(f"/login?next=/private/{page}")
        return text(f"page: {page}\nsigned in as: {identity.name_id}\n")

    @app.get("/saml/metadata")
    def _metadata() -> AnyResponse:
        return Response(library().metadata(), mimetype="application/samlmetadata+xml")

    @app.route("/logout", methods=["GET", "POST"])
    def _logout() -> AnyResponse:
        identity = sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        started = identity and library().start_logout(identity)
        if started:
            answer, browser = sent_away(started[0])
            browser.logout = started[1]
        else:
            answer = redirect(DEFAULT_PAGE)
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    @app.route("/saml/slo", methods=["GET", "POST"])
    def _slo() -> AnyResponse:
        query = request.query_string.decode("ascii", "replace")
        fields, everybody = request.values.to_dict(), list(sessions.values())
        try:
            logged_out = library().logout_message(fields, query, everybody, known_browser().logout)
        except Refused as refusal:
            log.warning("logout message refused: %s", refusal)
            return text("This logout message was not accepted.", 403)
        for handle in [handle for handle, identity in sessions.items() if identity in logged_out.ended]:
            del sessions[handle]
        if logged_out.page:
            return Response(logged_out.page, mimetype="text/html")
        return redirect(logged_out.location or DEFAULT_PAGE)

    return app


def serve(make: Callable[[Settings], Library]) -> None:
    """Run until SIGTERM. ``make`` builds the library's client; it is called again when the metadata file changes."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")
    metadata_file = Path(os.environ["IDP_METADATA"])
    port = int(os.environ["SP_PORT"])
    made: tuple[bytes, Library] | None = None
    lock = threading.Lock()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())

    data = Path(os.environ.get("SP_DATA", metadata_file.parent))
    idp = os.environ.get("IDP_ENTITY_ID", "")

    def library() -> Library:
        nonlocal made
        content = metadata_file.read_bytes()
        with lock:
            if made is None or made[0] != content:
                made = None
                try:
                    made = (content, make(Settings(f"http://localhost:{port}", content, idp, data)))
                except Exception as error:  # whatever a library says to metadata that it cannot read
                    log.warning("metadata refused: %s: %s", type(error).__name__, error)
                    raise NotSetUp from error
            return made[1]

    library()  # bad metadata stops the program now, not at the first login
    server = Server(("localhost", port), create_app(library), numthreads=4, server_name="localhost")
    server.expiration_interval = 0.05
    server.shutdown_timeout = 1
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    stop.wait()
    server.stop()
    thread.join(2)
