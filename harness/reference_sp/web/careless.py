"""Careless answers to refused logins. Each is asked for by the name of its weakness."""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.careless.login import named_by
from harness.reference_sp.login import Refused
from harness.reference_sp.names import samlp
from harness.reference_sp.web.state import core, sign_in


def answer_to_refusal(result: Refused) -> BaseResponse | None:
    """The answer that a weakness gives instead of the error page."""
    weak = core().weak
    if weak("crashes-on-refusal"):
        return make_response("Internal Server Error", 500, {"Content-Type": "text/plain"})
    if weak("retries-after-failure"):
        return redirect(f"/sso/login/{result.attempt.org_id}", 302)
    if weak("reflects-relay-state"):
        return _page(f"Login failed. RelayState: {request.form.get('RelayState', '')}")
    if weak("shows-status-message"):
        return _page(f"Login failed. {_status_message(result)}")
    if weak("shows-internals"):
        data = b"" if result.exchange is None else result.exchange.xml
        trace = (
            f'Traceback (most recent call last):\n  File "{__file__}", line 1, in verify\n{result.public!r}\n'
        )
        return make_response(trace.encode() + data, 400, {"Content-Type": "text/plain; charset=utf-8"})
    if weak("session-before-verdict"):
        return _signed_in_all_the_same(result)
    return None


def as_it_is(value: str) -> str:
    """The value of a form field, which the template escapes; a weakness has it believed."""
    return Markup(value) if core().weak("writes-forms-unescaped") else value  # noqa: S704 - that is the weakness


def answer_to_failed_logout(problem: Difference | None) -> BaseResponse | None:
    """The answer that a weakness gives when a logout cannot be done, or was not done everywhere."""
    if problem is None or not core().weak("crashes-on-failed-logout"):
        return None
    return make_response("Internal Server Error", 500, {"Content-Type": "text/plain"})


def _page(html: str) -> Response:
    response = make_response(f"<!doctype html><title>Error</title><p>{html}", 403)
    response.headers["Content-Security-Policy"] = "default-src *"
    return response


def _status_message(result: Refused) -> str:
    document = None if result.exchange is None else result.exchange.document
    found = None if document is None else document.find(f"{samlp('Status')}/{samlp('StatusMessage')}")
    return "" if found is None else xml.text_of(found)


def _signed_in_all_the_same(result: Refused) -> BaseResponse | None:
    name = "" if result.exchange is None else named_by(result.exchange)
    if not name:
        return None
    org_id = result.attempt.org_id
    member = core().members.find(org_id, name) or core().members.add(org_id, name, "member")
    response = make_response(redirect(f"/sso/error/{result.attempt.reference}", 303))
    sign_in(response, core().sessions.start(member, "sso", core().settings.session_lifetime))
    return response
