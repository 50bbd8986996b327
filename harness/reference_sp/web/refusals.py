"""Pages that say no: the code and a plain sentence for everybody, the details for admins."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from harness.difference import Difference
from harness.reference_sp.attempts import Attempt
from harness.reference_sp.web.state import core, member

_NOT_FOUND = ("org_unknown", "dest_mismatch")
_TITLES = {
    400: "That did not work",
    403: "You may not do that",
    404: "There is no such page",
    413: "That is too large",
}


def refusal(
    public: Difference,
    attempt: Attempt | None = None,
    *,
    status: int = 403,
    detail: tuple[Difference, ...] = (),
    title: str = "We could not sign you in",
    next_page: str = "",
) -> Response:
    """The page for a refused login. ``detail`` is shown to whoever looks; admins see the attempt's besides."""
    person = member()
    admin = person is not None and person.role == "admin"
    if attempt is not None and admin and person is not None and person.org_id == attempt.org_id:
        detail = attempt.differences
    if core().settings.verbosity == "opaque" and not admin:
        return make_response(render_template("opaque.html", text=core().settings.opaque_text), 500)
    page = render_template(
        "refusal.html",
        title=title,
        code=public.code,
        sentence=public.message,
        reference=attempt.reference if attempt is not None else "",
        details=detail,
        warnings=attempt.warnings if attempt is not None and detail else (),
        next_page=next_page,
    )
    return make_response(page, status)


def status_of(public: Difference) -> int:
    """The HTTP status that fits a refused login."""
    if public.code in _NOT_FOUND:
        return 404
    return 400 if public.code.startswith("resp_") and public.code != "resp_status" else 403


def install(app: Flask) -> None:
    """Pages for HTTP errors, in the same look and without internals."""

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> Response:
        code = error.code or 500
        if core().weak("shows-internals"):
            return make_response(f"<pre>{error!r}\n{request.path}</pre>", code)
        title = _TITLES.get(code, "Something went wrong")
        response = make_response(render_template("plain.html", title=title, text=error.name), code)
        if code == 405 and isinstance(error, HTTPException) and error.response is None:
            response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
        return response
