"""Error pages in Okta's form: a big number, its name, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

_WORDING = {
    400: ("BAD REQUEST", "Your request resulted in an error."),
    403: ("Access Forbidden", "You do not have permission to access this page."),
    404: ("Page Not Found", "The page you requested could not be found. It may have been moved or deleted."),
    405: ("Method Not Allowed", "This page does not answer this kind of request."),
    413: ("Request Too Large", "The request is larger than this server accepts. The limit is 4 MB."),
    500: (
        "Internal Server Error",
        "Something went wrong inside the fake Okta. The program's log has the details.",
    ),
}


class PageError(HTTPException):
    """Stops a view and shows an error page instead.

    ``description`` comes out as "Description: ..." below the sentence, as on Okta's own 400 page.
    """

    def __init__(self, status: int, title: str = "", sentence: str = "", description: str = "") -> None:
        super().__init__(description)
        self.code = status
        default_title, default_sentence = _WORDING[status]
        self.title = title or default_title
        self.sentence = sentence or default_sentence


def error_page(
    status: int,
    title: str,
    sentence: str,
    description: str = "",
    code: str = "",
    reasons: Mapping[str, str] | None = None,
) -> Response:
    """The error page.

    ``code`` is the short stable name that tests and drivers look for. ``reasons`` says what a real Okta keeps to
    itself; it stands folded below what Okta shows.
    """
    page = render_template(
        "web/error.html",
        status=status,
        title=title,
        sentence=sentence or _WORDING[status][1],
        description=description,
        code=code,
        reasons=reasons or {},
    )
    return make_response(page, status)


def install(app: Flask) -> None:
    """Show every HTTP error as a page."""
    app.register_error_handler(HTTPException, _show)


def _show(error: HTTPException) -> Any:
    status = error.code or 500
    if isinstance(error, PageError):
        return error_page(status, error.title, error.sentence, error.description or "")
    if status not in _WORDING:
        return error if status < 400 else error_page(status, error.name, error.description or "")
    title, sentence = _WORDING[status]
    page = error_page(status, title, sentence, request.path if status == 404 else "")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        page.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return page
