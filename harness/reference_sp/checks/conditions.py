"""Validity now, and for this SP (SAML Core 2.5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.difference import Difference, Fix
from harness.reference_sp import xml
from harness.reference_sp.codes import difference, okta, user
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.hints import length, listed, near_miss
from harness.reference_sp.names import saml
from harness.reference_sp.xml import Element, ValueRefused

_CLOCK = okta("clock", "compare the clocks of the identity provider and of this server")
_AGAIN = user("Sign in with SSO", "start again: an answer is good once, and not for long")
_FURTHEST_ZONE = 14
_AUDIENCE = okta("Audience URI (SP Entity ID)", "enter the Entity ID of this SP")
_KNOWN = ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")


def skew(exchange: Exchange) -> timedelta:
    """How far the clocks may differ."""
    return timedelta(seconds=exchange.settings.clock_skew)


def clock_text(moment: datetime) -> str:
    """A time as the log shows it."""
    return xml.write_time(moment)


def issued_just_now(exchange: Exchange) -> Difference | None:
    """IssueInstant of response and assertion is neither in the future nor long ago."""
    limit = timedelta(seconds=exchange.settings.max_issue_age)
    for element in (exchange.the_response, exchange.the_assertion):
        try:
            issued = xml.read_time(element.get("IssueInstant"))
        except ValueRefused as error:
            return difference("time_invalid", expected="IssueInstant: a UTC time", received=str(error))
        if issued > exchange.now + skew(exchange) or issued < exchange.now - limit - skew(exchange):
            return difference(
                "issue_delay",
                *_time_fixes(exchange, issued),
                expected=f"issued between {clock_text(exchange.now - limit)} and {clock_text(exchange.now)}",
                received=clock_text(issued),
                hint=_age(exchange, issued),
            )
    return None


def _issued(exchange: Exchange) -> datetime:
    """When the assertion was issued; now, of which nothing is told, when that is unreadable."""
    try:
        return xml.read_time(exchange.the_assertion.get("IssueInstant"))
    except ValueRefused:
        return exchange.now


def _age(exchange: Exchange, issued: datetime) -> str:
    """What the age of a message says: more often than a clock that is off, somebody sends an answer of before."""
    late = exchange.now - issued
    if abs(late) <= skew(exchange):
        return ""
    if late < timedelta(0):
        text = f"it was issued {length(late)} from now: clocks that differ"
    else:
        text = f"it was issued {length(late)} ago: a saved or replayed answer, or clocks that differ"
    hours = round(late / timedelta(hours=1))
    zone = 0 < abs(hours) <= _FURTHEST_ZONE and abs(late - timedelta(hours=hours)) <= skew(exchange)
    return f"{text}; whole hours look like local time that was written as UTC" if zone else text


def _time_fixes(exchange: Exchange, issued: datetime) -> tuple[Fix, ...]:
    return (_AGAIN, _CLOCK) if exchange.now - issued > skew(exchange) else (_CLOCK,)


def readable_times(exchange: Exchange) -> Difference | None:
    """NotBefore and NotOnOrAfter, where given, are times, in this order (SAML Core 2.5.1.2)."""
    conditions = exchange.the_assertion.find(saml("Conditions"))
    try:
        start, end = window(conditions)
    except ValueRefused as error:
        return difference("time_invalid", expected="UTC times in Conditions", received=str(error))
    if start is not None and end is not None and start >= end:
        received = f"NotBefore {clock_text(start)}, NotOnOrAfter {clock_text(end)}"
        return difference("time_invalid", expected="NotBefore before NotOnOrAfter", received=received)
    return None


def window(element: Element | None) -> tuple[datetime | None, datetime | None]:
    """NotBefore and NotOnOrAfter of an element.

    :raises ValueRefused: when one is given and no time.
    """
    if element is None:
        return None, None
    times = [
        xml.read_time(v) if (v := element.get(n)) is not None else None for n in ("NotBefore", "NotOnOrAfter")
    ]
    return times[0], times[1]


def not_too_early(exchange: Exchange) -> Difference | None:
    """Conditions NotBefore has come."""
    start, _ = window(exchange.the_assertion.find(saml("Conditions")))
    return early(exchange, start, "Conditions")


def early(exchange: Exchange, start: datetime | None, where: str) -> Difference | None:
    """The difference when ``start`` lies further ahead than the clocks may differ."""
    if start is None or start <= exchange.now + skew(exchange):
        return None
    allowance = f"{exchange.settings.clock_skew} s allowed"
    return difference(
        "time_early",
        _CLOCK,
        expected=f"{where} NotBefore up to {clock_text(exchange.now)} ({allowance})",
        received=clock_text(start),
    )


def not_expired(exchange: Exchange) -> Difference | None:
    """Conditions NotOnOrAfter has not passed."""
    _, end = window(exchange.the_assertion.find(saml("Conditions")))
    return expired(exchange, end, "Conditions")


def expired(exchange: Exchange, end: datetime | None, where: str) -> Difference | None:
    """The difference when ``end`` passed longer ago than the clocks may differ."""
    if end is None or exchange.now < end + skew(exchange):
        return None
    allowance = f"{exchange.settings.clock_skew} s allowed"
    issued = _issued(exchange)
    return difference(
        "time_expired",
        *_time_fixes(exchange, issued),
        expected=f"{where} NotOnOrAfter after {clock_text(exchange.now)} ({allowance})",
        received=clock_text(end),
        hint=_age(exchange, issued),
    )


def not_valid_too_long(exchange: Exchange) -> Difference | None:
    """The validity is bounded, and with it the time for which used assertions are remembered."""
    assertion = exchange.the_assertion
    data = f"{saml('Subject')}/{saml('SubjectConfirmation')}/{saml('SubjectConfirmationData')}"
    limit = exchange.now + timedelta(seconds=exchange.settings.max_validity)
    ends: list[datetime] = []
    for element in (assertion.find(saml("Conditions")), *assertion.findall(data)):
        try:
            _, end = window(element)
        except ValueRefused:
            continue  # refused where that element is checked
        ends += [] if end is None else [end]
    exchange.usable_until = max(ends, default=limit)
    if exchange.usable_until <= limit:
        return None
    received = clock_text(exchange.usable_until)
    return difference("time_too_long", expected=f"valid until {clock_text(limit)} at most", received=received)


def known_conditions(exchange: Exchange) -> Difference | None:
    """An unknown condition makes the assertion unusable (SAML Core 2.5.1.1)."""
    for condition in exchange.the_assertion.findall(f"{saml('Conditions')}/*"):
        name = str(condition.tag).rpartition("}")[2]
        if condition.tag not in [saml(known) for known in _KNOWN]:
            return difference("cond_unknown", expected=listed(_KNOWN), received=name)
    return None


def has_audience(exchange: Exchange) -> Difference | None:
    """The assertion says for whom it is (SAML Profiles 4.1.4.2)."""
    if _restrictions(exchange):
        return None
    return difference(
        "aud_missing", _AUDIENCE, expected=exchange.entity_id, received="(no AudienceRestriction)"
    )


def right_audience(exchange: Exchange) -> Difference | None:
    """Each restriction names this SP, among others or alone; compared exactly (SAML Core 2.5.1.4)."""
    accepted = (exchange.entity_id, *exchange.settings.extra_audiences)
    received = next((names for names in _restrictions(exchange) if not set(names) & set(accepted)), None)
    if received is None:
        return None
    hint = next((hint for name in received if (hint := near_miss(exchange.entity_id, name))), "")
    if exchange.acs_url in received:
        hint = "this is the Assertion Consumer Service URL: the two values look swapped"
    return difference(
        "aud_mismatch", _AUDIENCE, expected=listed(accepted), received=listed(received), hint=hint
    )


def _restrictions(exchange: Exchange) -> list[list[str]]:
    found = exchange.the_assertion.findall(f"{saml('Conditions')}/{saml('AudienceRestriction')}")
    return [[exchange.tools.text(element) for element in one.findall(saml("Audience"))] for one in found]
