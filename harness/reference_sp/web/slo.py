"""The single logout endpoint and the page that says how a sign-out ended."""

from __future__ import annotations

from flask import make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from harness.reference_sp.logout.incoming import Arrival
from harness.reference_sp.logout.service import Answer, LogoutRefused
from harness.reference_sp.web.careless import answer_to_failed_logout
from harness.reference_sp.web.refusals import refusal
from harness.reference_sp.web.sending import send
from harness.reference_sp.web.state import SESSION_COOKIE, browser, caller, core, logouts, session, sign_out


def receive(org_id: str) -> BaseResponse:
    """A LogoutRequest or LogoutResponse."""
    if request.method not in ("GET", "POST"):
        return make_response("", 405, {"Allow": "GET, POST"})
    arrival = Arrival(
        method=request.method,
        query=request.query_string.decode("ascii", "replace"),
        form=list(request.form.items(multi=True)),
        browser=browser(),
    )
    live = session()
    if core().weak("logout-answer-ends-sessions") and live is not None and "SAMLResponse" in request.values:
        core().sessions.end(live.id)
    result = logouts().receive(org_id, arrival, caller())
    instead = answer_to_failed_logout(result.problem)
    if instead is not None:
        return instead
    if isinstance(result, Answer):
        response = send(result.outgoing)
        # Only a cookie that came and whose session is over: the IdP's cross-site POST carries none.
        cookie = request.cookies.get(SESSION_COOKIE)
        if cookie and core().sessions.find(cookie) is None:
            sign_out(response)
        return response
    if isinstance(result, LogoutRefused):
        status = 400 if result.problem.code == "slo_message" else 403
        return refusal(result.problem, status=status, title="This sign-out does not count")
    if result.problem is not None:
        return refusal(result.problem, status=200, title="You are signed out here, but not everywhere")
    return redirect("/login?signed_out=everywhere", 303)
