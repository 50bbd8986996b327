"""What must hold before a logout message has any effect (SAML Core 3.7, SAML Profiles 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.codes import difference, okta
from harness.reference_sp.hints import near_miss, shown
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.logout.incoming import Incoming, verified
from harness.reference_sp.names import STATUS, SUCCESS, saml, samlp
from harness.reference_sp.settings import Settings
from harness.reference_sp.xml import Element

Verifier = Callable[[Incoming, tuple[x509.Certificate, ...], Settings, datetime], Element | Difference]
"""What the IdP signed of a message, or why its signature does not hold."""


@dataclass(slots=True)
class LogoutExchange:
    """A logout message and what it is compared with. ``root`` becomes the verified element."""

    settings: Settings
    now: datetime
    idp: IdentityProvider
    slo_url: str
    incoming: Incoming
    root: Element
    was_used: Callable[[str, str], bool]
    is_started: Callable[[str], bool]
    verify: Verifier = verified


def right_issuer(exchange: LogoutExchange) -> Difference | None:
    """The Issuer is the IdP of this organization."""
    issuer = exchange.root.find(saml("Issuer"))
    name = None if issuer is None else xml.text_of(issuer)
    if name == exchange.idp.entity_id:
        return None
    return difference("slo_issuer", expected=exchange.idp.entity_id, received=shown(name))


def signature_holds(exchange: LogoutExchange) -> Difference | None:
    """The IdP signed it; from here on only what it signed is read."""
    result = exchange.verify(exchange.incoming, exchange.idp.certificates, exchange.settings, exchange.now)
    if isinstance(result, Difference):
        return result
    exchange.root = result
    return right_issuer(exchange)


def right_destination(exchange: LogoutExchange) -> Difference | None:
    """Destination is this endpoint; a signed message must have one (SAML Bindings 3.4.5.2, 3.5.5.2)."""
    received = exchange.root.get("Destination")
    if received == exchange.slo_url:
        return None
    return difference(
        "slo_destination",
        okta("Single Logout URL", "enter the Single Logout URL of this SP"),
        expected=exchange.slo_url,
        received=shown(received),
        hint=near_miss(exchange.slo_url, received or ""),
    )


def fresh(exchange: LogoutExchange) -> Difference | None:
    """Issued just now, and not past its own NotOnOrAfter."""
    skew = timedelta(seconds=exchange.settings.clock_skew)
    try:
        issued = xml.read_time(exchange.root.get("IssueInstant"))
        until = exchange.root.get("NotOnOrAfter")
        end = xml.read_time(until) if until is not None else issued + timedelta(minutes=5)
    except xml.ValueRefused as error:
        return difference("slo_expired", expected="UTC times", received=str(error))
    if issued > exchange.now + skew or exchange.now >= end + skew:
        received = f"issued {xml.write_time(issued)}, usable until {xml.write_time(end)}"
        return difference("slo_expired", expected=xml.write_time(exchange.now), received=received)
    return None


def not_used_before(exchange: LogoutExchange) -> Difference | None:
    """A message works once."""
    identifier = exchange.root.get("ID", "")
    if not exchange.was_used(exchange.idp.entity_id, f"logout {identifier}"):
        return None
    return difference("slo_replayed", expected="a new message", received=shown(identifier))


def answers_a_request(exchange: LogoutExchange) -> Difference | None:
    """InResponseTo names a logout that was started in this browser."""
    request_id = exchange.root.get("InResponseTo", "")
    if exchange.is_started(request_id):
        return None
    return difference(
        "slo_correlation", expected="the ID of a sign-out started here", received=shown(request_id)
    )


def succeeded(exchange: LogoutExchange) -> Difference | None:
    """The topmost status is Success."""
    code = exchange.root.find(f"{samlp('Status')}/{samlp('StatusCode')}")
    value = "" if code is None else code.get("Value", "")
    second = None if code is None else code.find(samlp("StatusCode"))
    if value == SUCCESS and second is None:
        return None
    parts = [value] if second is None else [value, second.get("Value", "")]
    received = " / ".join(part.removeprefix(STATUS) for part in parts)
    return difference(
        "slo_status",
        okta("Signature Certificate", "upload the signing certificate of the SP's metadata"),
        expected="Success",
        received=shown(received),
    )


LogoutCheck = Callable[[LogoutExchange], Difference | None]
REQUEST_CHECKS: tuple[LogoutCheck, ...] = (
    right_issuer,
    signature_holds,
    right_destination,
    fresh,
    not_used_before,
)
RESPONSE_CHECKS: tuple[LogoutCheck, ...] = (
    right_issuer,
    signature_holds,
    right_destination,
    fresh,
    answers_a_request,
    succeeded,
)
