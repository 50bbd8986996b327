"""The address that the message was sent to (SAML Core 3.2.2, SAML Bindings 3.5.5.2)."""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import near_miss, shown


def address_difference(
    code: str, field: str, expected: str, received: str | None, entity_id: str
) -> Difference:
    """The difference for an address that is not the ACS."""
    hint = near_miss(expected, received or "")
    if received is not None and received == entity_id:
        hint = "this is the Entity ID: the two values look swapped"
    advice = "enter the Assertion Consumer Service URL of this SP"
    return difference(code, okta(field, advice), expected=expected, received=shown(received), hint=hint)


def destination(exchange: Exchange) -> Difference | None:
    """Destination is the ACS, compared as a whole; a signed response must have one."""
    received = exchange.the_response.get("Destination")
    policy = exchange.settings.destination
    field = "Single sign-on URL"
    if received is None:
        needed = policy == "always" or (policy == "if signed" and exchange.response_verified)
        if not needed:
            return None
        return address_difference("dest_missing", field, exchange.acs_url, None, exchange.entity_id)
    if received == exchange.acs_url or received in exchange.settings.accepted_destinations:
        return None
    return address_difference("dest_mismatch", field, exchange.acs_url, received, exchange.entity_id)
