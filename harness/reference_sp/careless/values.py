"""Careless comparisons of times, audiences, addresses, names and attributes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.checks import authn, conditions, correlation, destination, identity, subject
from harness.reference_sp.codes import difference
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.names import BEARER, saml
from harness.reference_sp.xml import Element, ValueRefused

KNOWN_ATTRIBUTES = ("email", "emailaddress", "firstname", "lastname")
_CONFIRMATION = f"{saml('Subject')}/{saml('SubjectConfirmation')}"


# Addresses


def destination_by_prefix(exchange: Exchange) -> Difference | None:
    """Destination only has to begin with the ACS."""
    received = exchange.the_response.get("Destination", "")
    return None if received.startswith(exchange.acs_url) else destination.destination(exchange)


def missing_destination_is_fine(exchange: Exchange) -> Difference | None:
    """Look at Destination only when it is there."""
    return destination.destination(exchange) if exchange.the_response.get("Destination") else None


def similar_recipient(exchange: Exchange, confirmation: Element) -> Difference | None:
    """Recipient only has to contain the ACS, in any case."""
    data = confirmation.find(saml("SubjectConfirmationData"))
    received = "" if data is None else data.get("Recipient", "")
    if exchange.acs_url.casefold() in received.casefold().replace("//10", "/10").replace("//acs", "/acs"):
        return None
    return subject.recipient(exchange, confirmation)


def missing_recipient_is_fine(exchange: Exchange, confirmation: Element) -> Difference | None:
    """Look at Recipient only when it is there."""
    data = confirmation.find(saml("SubjectConfirmationData"))
    given = None if data is None else data.get("Recipient")
    return subject.recipient(exchange, confirmation) if given else None


# Correlation


def any_browser(exchange: Exchange) -> Difference | None:
    """A pending login counts, whoever started it."""
    request_id = exchange.the_response.get("InResponseTo")
    request = exchange.memory.find_request(request_id) if request_id else None
    if request is None or request.org_id != exchange.org_id or request.answered:
        return correlation.in_response_to(exchange)
    exchange.request = request
    return None


def answered_again(exchange: Exchange) -> Difference | None:
    """A login may be answered twice."""
    request_id = exchange.the_response.get("InResponseTo")
    request = exchange.memory.find_request(request_id) if request_id else None
    if request is None or not request.answered or request.browser != exchange.message.browser:
        return correlation.in_response_to(exchange)
    exchange.request = request
    return None


def inner_request_only(exchange: Exchange) -> Difference | None:
    """Never mind InResponseTo of the Response when the inner one is right."""
    data = exchange.the_assertion.find(f"{_CONFIRMATION}/{saml('SubjectConfirmationData')}")
    inner = None if data is None else data.get("InResponseTo")
    request = exchange.memory.find_request(inner) if inner else None
    if request is None or request.browser != exchange.message.browser:
        return correlation.in_response_to(exchange)
    exchange.request = request
    return None


# Times


def _zone_forgotten(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value.strip()[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None


def times_without_zone(exchange: Exchange) -> Difference | None:
    """Read a time's first 19 characters, and take them for UTC."""
    found = exchange.the_assertion.find(saml("Conditions"))
    end = None if found is None else _zone_forgotten(found.get("NotOnOrAfter"))
    for data in exchange.the_assertion.iter(saml("SubjectConfirmationData")):
        until = _zone_forgotten(data.get("NotOnOrAfter"))
        if until is not None:
            data.set("NotOnOrAfter", xml.write_time(until))
    if found is not None and end is not None:
        found.set("NotOnOrAfter", xml.write_time(end))
    return conditions.readable_times(exchange)


def unreadable_times_are_absent(exchange: Exchange) -> Difference | None:
    """Drop every time in Conditions that cannot be read, and never compare the two."""
    found = exchange.the_assertion.find(saml("Conditions"))
    if found is None:
        return None
    for name in ("NotBefore", "NotOnOrAfter"):
        try:
            if found.get(name) is not None:
                xml.read_time(found.get(name))
        except ValueRefused:
            del found.attrib[name]
    return None


def confirmation_times_optional(exchange: Exchange, confirmation: Element) -> Difference | None:
    """Look at the confirmation's NotOnOrAfter only when it is a time."""
    data = confirmation.find(saml("SubjectConfirmationData"))
    try:
        _, end = conditions.window(data)
    except ValueRefused:
        return None
    return None if end is None else subject.in_time(exchange, confirmation)


def last_session_end(exchange: Exchange) -> Difference | None:
    """Of several AuthnStatements the last one says when the session ends."""
    for statement in exchange.the_assertion.findall(saml("AuthnStatement"))[:-1]:
        statement.attrib.pop("SessionNotOnOrAfter", None)
    return authn.session_not_over(exchange)


# Audience


def _audiences(exchange: Exchange) -> list[list[str]]:
    found = exchange.the_assertion.findall(f"{saml('Conditions')}/{saml('AudienceRestriction')}")
    return [[exchange.tools.text(element) for element in one.findall(saml("Audience"))] for one in found]


def similar_audience(exchange: Exchange) -> Difference | None:
    """The audience only has to contain the entity ID, or the other way round, in any case."""
    own = exchange.entity_id.casefold()
    for names in _audiences(exchange):
        if any(name and (own in name.casefold() or name.casefold() in own) for name in names):
            return None
    return conditions.right_audience(exchange)


def one_restriction_is_enough(exchange: Exchange) -> Difference | None:
    """One of several AudienceRestrictions has to hold, not all."""
    if any(exchange.entity_id in names for names in _audiences(exchange)):
        return None
    return conditions.right_audience(exchange)


def first_audience_only(exchange: Exchange) -> Difference | None:
    """Read the first Audience and no other."""
    names = [name for group in _audiences(exchange) for name in group]
    if names and names[0] != exchange.entity_id:
        return difference("aud_mismatch", expected=exchange.entity_id, received=names[0])
    return conditions.right_audience(exchange)


# Subject confirmation


def _all_confirmations(exchange: Exchange) -> list[Element]:
    return exchange.the_assertion.findall(_CONFIRMATION)


def mixed_confirmations(exchange: Exchange) -> Difference | None:
    """Each condition may be fulfilled by another confirmation."""
    bearers = [one for one in _all_confirmations(exchange) if one.get("Method") == BEARER]
    for rule in exchange.confirmation_rules:
        failures = [rule(exchange, confirmation) for confirmation in bearers]
        if failures and None not in failures:
            return failures[0]
    return None


def first_confirmation_only(exchange: Exchange) -> Difference | None:
    """Read the first confirmation and no other."""
    for confirmation in _all_confirmations(exchange)[:1]:
        for rule in exchange.confirmation_rules:
            found = rule(exchange, confirmation)
            if found is not None:
                return found
    return None


def confirmation_when_given(exchange: Exchange) -> Difference | None:
    """Check bearer confirmations with data; when there are none, do without."""
    bearers = [one for one in _all_confirmations(exchange) if one.get("Method") == BEARER]
    with_data = [one for one in bearers if one.find(saml("SubjectConfirmationData")) is not None]
    return subject.one_confirmation_holds(exchange) if with_data else None


# Names and attributes


def lowered_name_id(exchange: Exchange) -> Difference | None:
    """Trim the NameID and write it in lower case."""
    found = identity.names_the_subject(exchange)
    exchange.name_id = exchange.name_id.strip().lower()
    return found


def email_names_only(exchange: Exchange) -> Difference | None:
    """Refuse a NameID that is no email address, whatever its Format."""
    found = identity.names_the_subject(exchange)
    if found is not None or identity.is_email(exchange.name_id.strip()):
        return found
    return difference("email_invalid", expected="an email address", received=exchange.name_id)


def first_value_of_each_attribute(exchange: Exchange) -> Difference | None:
    """Keep one value of each attribute."""
    found = identity.usable_attributes(exchange)
    for name, values in exchange.attributes.items():
        exchange.attributes[name] = values[:1]
    return found


def first_statement_only(exchange: Exchange) -> Difference | None:
    """Read the first AttributeStatement and no other."""
    for statement in exchange.the_assertion.findall(saml("AttributeStatement"))[1:]:
        exchange.the_assertion.remove(statement)
    return identity.usable_attributes(exchange)


def known_attributes_only(exchange: Exchange) -> Difference | None:
    """Refuse attributes that nobody asked for."""
    found = identity.usable_attributes(exchange)
    unknown = [name for name in exchange.attributes if name.lower() not in KNOWN_ATTRIBUTES]
    return difference("attr_duplicate", received=", ".join(unknown)) if unknown else found


def friendly_names(exchange: Exchange) -> Difference | None:
    """An attribute may go by its FriendlyName."""
    found = identity.usable_attributes(exchange)
    path = f"{saml('AttributeStatement')}/{saml('Attribute')}"
    for attribute in exchange.the_assertion.findall(path):
        name = attribute.get("FriendlyName")
        if name:
            exchange.attributes[name] = exchange.attributes.get(attribute.get("Name", ""), [])
    return found


def empty_name_is_the_first_account(exchange: Exchange) -> Difference | None:
    """Look the account up by what is there; nothing matches the first one."""
    found = identity.has_email(exchange)
    if found is not None and not exchange.name_id.strip():
        exchange.email, exchange.email_source = exchange.settings.admin_email, "Subject"
        return None
    return found


def used_by_response_id(exchange: Exchange) -> Difference | None:
    """Remember the IDs of responses instead of assertions."""
    if exchange.memory.was_used("response", exchange.the_response.get("ID", "")):
        return difference("replayed")
    return None


def used_for_five_minutes(exchange: Exchange) -> Difference | None:
    """Forget an assertion five minutes after it was made, as most are good for no longer."""
    made = xml.read_time(exchange.the_assertion.get("IssueInstant"))
    return subject.not_used_before(exchange) if exchange.now < made + timedelta(minutes=5) else None


def used_until_expiry(exchange: Exchange) -> Difference | None:
    """Forget an assertion at its NotOnOrAfter, although it is accepted some minutes longer."""
    _, end = conditions.window(exchange.the_assertion.find(saml("Conditions")))
    if end is not None and exchange.now >= end - timedelta(0):
        return None
    return subject.not_used_before(exchange)
