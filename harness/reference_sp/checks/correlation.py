"""The tie between an answer and a login that this browser started here (SAML Profiles 4.1.4.3, 4.1.5)."""

from __future__ import annotations

from datetime import timedelta

from harness.difference import Difference
from harness.reference_sp.codes import difference, sp, user
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import shown
from harness.reference_sp.names import saml

_AGAIN = user("Sign in with SSO", "start again from the login page, in this browser")


def in_response_to(exchange: Exchange) -> Difference | None:
    """InResponseTo names a login of this browser that has not been answered; without one it is unsolicited."""
    outer = exchange.the_response.get("InResponseTo")
    data = exchange.the_assertion.findall(
        f"{saml('Subject')}/{saml('SubjectConfirmation')}/{saml('SubjectConfirmationData')}"
    )
    inner = [value for element in data if (value := element.get("InResponseTo")) is not None]
    if outer is None and inner:
        return difference(
            "irt_missing",
            _AGAIN,
            expected="InResponseTo on the Response too",
            received="only on the SubjectConfirmationData",
        )
    if outer is None:
        return _unsolicited(exchange)
    return _solicited(exchange, outer)


def _unsolicited(exchange: Exchange) -> Difference | None:
    if exchange.settings.allow_unsolicited:
        return None
    return difference(
        "irt_missing",
        sp("Allow IdP-initiated sign-in", "switch it on"),
        user("Sign in with SSO", "start at this application instead of the tile"),
        expected="an answer to a login that was started here",
        received="no InResponseTo",
    )


def _solicited(exchange: Exchange, request_id: str) -> Difference | None:
    request = exchange.memory.find_request(request_id)
    hint = ""
    if request is None or request.org_id != exchange.org_id:
        hint = "no such login was started here"
    elif request.browser != exchange.message.browser:
        hint = (
            "the login was started in another browser"
            if exchange.message.browser
            else "the browser sent no login cookie: are cookies blocked, or sent with SameSite=Strict?"
        )
    elif request.answered:
        hint = "this login has been answered before"
    elif exchange.now - request.created > timedelta(seconds=exchange.settings.request_lifetime):
        hint = f"the login was started at {request.created:%F %T}Z, too long ago"
    elif exchange.idp is not None and request.idp != exchange.idp.entity_id:
        hint = "the login was started at another identity provider"
    if hint or request is None:
        expected = "the ID of a login that this browser started"
        return difference("irt_unknown", _AGAIN, expected=expected, received=shown(request_id), hint=hint)
    exchange.request = request
    return None
