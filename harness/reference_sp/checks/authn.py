"""What the IdP says about the sign-in itself (SAML Core 2.7.2)."""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.checks.conditions import clock_text, skew
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import shown
from harness.reference_sp.names import saml
from harness.reference_sp.xml import ValueRefused

_STATEMENT = saml("AuthnStatement")
_CLASS = f"{saml('AuthnContext')}/{saml('AuthnContextClassRef')}"


def says_signed_in(exchange: Exchange) -> Difference | None:
    """There is an AuthnStatement (SAML Profiles 4.1.4.2), and a class reference in it is not blank."""
    statements = exchange.the_assertion.findall(_STATEMENT)
    if not statements:
        return difference("authn_missing", expected="an AuthnStatement", received="(none)")
    for statement in statements:
        reference = statement.find(_CLASS)
        if reference is not None and not xml.text_of(reference).strip():
            return difference("authn_missing", expected="an AuthnContextClassRef", received="(empty)")
    return None


def authenticated_in_the_past(exchange: Exchange) -> Difference | None:
    """AuthnInstant is not in the future; after ForceAuthn it is later than the request."""
    for statement in exchange.the_assertion.findall(_STATEMENT):
        try:
            instant = xml.read_time(statement.get("AuthnInstant"))
        except ValueRefused as error:
            return difference("time_invalid", expected="AuthnInstant: a UTC time", received=str(error))
        if instant > exchange.now + skew(exchange):
            expected = f"up to {clock_text(exchange.now)}"
            return difference("authn_too_old", expected=expected, received=clock_text(instant))
        request = exchange.request
        if request is not None and request.force_authn and instant < request.created - skew(exchange):
            return difference(
                "authn_too_old",
                okta("Honor Force Authentication", "set it to Yes"),
                expected=f"signed in after {clock_text(request.created)}",
                received=clock_text(instant),
            )
    return None


def session_not_over(exchange: Exchange) -> Difference | None:
    """The nearest SessionNotOnOrAfter has not passed."""
    ends = []
    for statement in exchange.the_assertion.findall(_STATEMENT):
        value = statement.get("SessionNotOnOrAfter")
        if value is None:
            continue
        try:
            ends.append(xml.read_time(value))
        except ValueRefused as error:
            return difference("time_invalid", expected="SessionNotOnOrAfter: a UTC time", received=str(error))
    exchange.session_not_on_or_after = min(ends, default=None)
    end = exchange.session_not_on_or_after
    if end is None or exchange.now < end:
        return None
    return difference(
        "sess_expired",
        okta("Maximum app session lifetime", "send a longer one"),
        expected=f"after {clock_text(exchange.now)}",
        received=clock_text(end),
    )


def not_ended_by_the_idp(exchange: Exchange) -> Difference | None:
    """No LogoutRequest for this very session came before the assertion (SAML Core 3.7.3.1)."""
    issuer = exchange.the_assertion.find(saml("Issuer"))
    for statement in exchange.the_assertion.findall(_STATEMENT):
        index = statement.get("SessionIndex", "")
        name = "" if issuer is None else xml.text_of(issuer)
        if index and exchange.memory.was_ended(name, exchange.name_id, index):
            expected = "a session that the identity provider has not ended"
            return difference("sess_expired", expected=expected, received=shown(index))
    return None


def requested_context(exchange: Exchange) -> Difference | None:
    """The class that the request asked for, compared exactly (SAML Core 3.3.2.2.1)."""
    wanted = exchange.request.authn_context if exchange.request is not None else ""
    if not wanted:
        return None
    found = [xml.text_of(element) for element in exchange.the_assertion.findall(f"{_STATEMENT}/{_CLASS}")]
    if wanted in found:
        return None
    return difference(
        "authn_context",
        okta("Authentication context class", "choose the one that the SP asks for"),
        expected=wanted,
        received=shown(found[0] if found else None),
    )
