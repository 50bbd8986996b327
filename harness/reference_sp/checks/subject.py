"""Is the person who brings the assertion the one it speaks of: bearer confirmation (SAML Profiles 4.1.4.2, 4.1.4.3)."""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.checks.conditions import clock_text, early, expired, window
from harness.reference_sp.checks.destination import address_difference
from harness.reference_sp.codes import difference, user
from harness.reference_sp.exchange import Exchange, Rule
from harness.reference_sp.hints import listed, shown
from harness.reference_sp.names import BEARER, saml
from harness.reference_sp.xml import Element, ValueRefused


def has_bearer_confirmation(exchange: Exchange) -> Difference | None:
    """There is a Subject with a bearer confirmation that has data."""
    subject = exchange.the_assertion.find(saml("Subject"))
    if subject is None:
        return difference("sc_missing", expected="a Subject", received="(none)")
    confirmations = subject.findall(saml("SubjectConfirmation"))
    methods = [confirmation.get("Method") for confirmation in confirmations]
    if not any(method == BEARER for method in methods):
        return difference(
            "sc_missing", expected=BEARER, received=listed([shown(method) for method in methods])
        )
    if not any(_data(confirmation) is not None for confirmation in _bearers(exchange)):
        return difference("sc_missing", expected="SubjectConfirmationData", received="(none)")
    return None


def one_confirmation_holds(exchange: Exchange) -> Difference | None:
    """One bearer confirmation fulfils every condition by itself (SAML Core 2.4.1)."""
    bearers = _bearers(exchange)
    failures = [_failure(exchange, confirmation) for confirmation in bearers]
    return None if None in failures or not failures else failures[0]


def _bearers(exchange: Exchange) -> list[Element]:
    found = exchange.the_assertion.findall(f"{saml('Subject')}/{saml('SubjectConfirmation')}")
    return [confirmation for confirmation in found if confirmation.get("Method") == BEARER]


def _data(confirmation: Element) -> Element | None:
    return confirmation.find(saml("SubjectConfirmationData"))


def _failure(exchange: Exchange, confirmation: Element) -> Difference | None:
    for rule in exchange.confirmation_rules:
        found = rule(exchange, confirmation)
        if found is not None:
            return found
    return None


def recipient(exchange: Exchange, confirmation: Element) -> Difference | None:
    """Recipient is the ACS that received the message, compared exactly."""
    data = _data(confirmation)
    received = None if data is None else data.get("Recipient")
    field = "Recipient URL"
    if not received:
        return address_difference("rcpt_missing", field, exchange.acs_url, received, exchange.entity_id)
    if received == exchange.acs_url or received in exchange.settings.accepted_recipients:
        return None
    return address_difference("rcpt_mismatch", field, exchange.acs_url, received, exchange.entity_id)


def in_time(exchange: Exchange, confirmation: Element) -> Difference | None:
    """NotOnOrAfter is given and has not passed; a NotBefore in the future is refused."""
    try:
        start, end = window(_data(confirmation))
    except ValueRefused as error:
        return difference(
            "time_invalid", expected="UTC times in SubjectConfirmationData", received=str(error)
        )
    if end is None:
        return difference(
            "time_invalid", expected="SubjectConfirmationData NotOnOrAfter", received="(missing)"
        )
    return early(exchange, start, "SubjectConfirmationData") or expired(
        exchange, end, "SubjectConfirmationData"
    )


def same_request(exchange: Exchange, confirmation: Element) -> Difference | None:
    """The inner InResponseTo names the same login as the outer one."""
    data = _data(confirmation)
    inner = None if data is None else data.get("InResponseTo")
    outer = exchange.the_response.get("InResponseTo")
    if inner == outer:
        return None
    again = user("Sign in with SSO", "start again")
    if inner is None:
        return difference(
            "irt_missing", again, expected="InResponseTo in SubjectConfirmationData", received="(missing)"
        )
    return difference("irt_mismatch", again, expected=shown(outer), received=shown(inner))


RULES: tuple[Rule, ...] = (recipient, in_time, same_request)
"""What one confirmation must fulfil, in this order."""


def not_used_before(exchange: Exchange) -> Difference | None:
    """No login was made with this assertion yet (SAML Profiles 4.1.4.5)."""
    assertion = exchange.the_assertion
    issuer = assertion.find(saml("Issuer"))
    name = "" if issuer is None else xml.text_of(issuer)
    if not exchange.memory.was_used(name, assertion.get("ID", "")):
        return None
    return difference(
        "replayed",
        user("Sign in with SSO", "start again; do not go back to the page that sent the answer"),
        expected="an assertion that was not used before",
        received=f"{shown(assertion.get('ID'))} used before {clock_text(exchange.now)}",
    )
