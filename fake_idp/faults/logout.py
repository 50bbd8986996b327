"""Faults of logout messages. Where the message carries a signature it is signed again, unless that is the fault.

The value is the LogoutRequest or LogoutResponse; what only one of them has is left alone in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from fake_idp.faults.edit import FOREIGN_NS, OTHER_IDP, OTHER_SP
from fake_idp.faults.encryption import encryption_options
from fake_idp.faults.other_idp import other_idp
from fake_idp.faults.registry import on, register
from fake_idp.faults.signing import own_signature
from fake_idp.saml.claims import format_instant
from fake_idp.saml.encryption import encrypt_bytes
from fake_idp.saml.names import (
    NAMEID_TRANSIENT,
    NS_SAML2,
    NS_SAML2P,
    STATUS_AUTHN_FAILED,
    STATUS_PARTIAL_LOGOUT,
    STATUS_RESPONDER,
    STATUS_SUCCESS,
)
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.response import build_status, issuer_element
from fake_idp.saml.signature import remove_signature
from fake_idp.saml.xml import wire

REQUEST, RESPONSE = "saml2p:LogoutRequest", "saml2p:LogoutResponse"
CORE = "SAML Core 3.7.3.1, lines 2590-2616"
PROFILE = "SAML Profiles 4.4.4.1, lines 1294-1310"
Change = Callable[[Element, FaultContext], None]


def _renew(message: Element, context: FaultContext) -> None:
    if own_signature(message):
        context.resign(message)


def _signed(
    fault_id: str, title: str, change: Change, *requirements: str, source: str = PROFILE, only: str = ""
) -> None:
    """A fault that the IdP signs."""

    def apply(message: Element, context: FaultContext) -> None:
        if only in ("", message.name):
            change(message, context)
            _renew(message, context)

    register(fault_id, title, "logout", apply, *requirements, source=source)


@on("logout", "slo-inbound-unauthenticated", "slo-response-authenticated", source=CORE)
def logout_unsigned(message: Element) -> None:
    """The message is not signed (by HTTP-POST; for HTTP-Redirect see redirect-signature-missing)."""
    remove_signature(message)


@on("logout", "slo-inbound-unauthenticated", "slo-response-authenticated", source=CORE)
def logout_signed_by_unknown_key(message: Element, context: FaultContext) -> None:
    """The message is signed with a key that is not in the metadata."""
    context.resign(message, key=context.foreign_key)


@on("logout", "slo-inbound-unauthenticated", "slo-response-authenticated", source=CORE)
def logout_tampered(message: Element) -> None:
    """The message was changed after signing."""
    message.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:prior")


@on("logout", "slo-inbound-other-idp", source=CORE)
def logout_from_other_idp(message: Element, context: FaultContext) -> None:
    """Another IdP that the SP knows sends the message, with its own Issuer and key."""
    other = other_idp(context)
    message.one("saml2:Issuer").text = other["entity_id"]
    context.resign(message, key=other["key"])


@on("logout", "redirect-embedded-signature", source="SAML Bindings 3.4.4.1, lines 578-593")
def logout_signature_embedded(message: Element, context: FaultContext) -> None:
    """The message has a Signature inside, by HTTP-Redirect too; goes with redirect-signature-missing."""
    context.resign(message)


def _issuer(message: Element, _context: FaultContext) -> None:
    message.one("saml2:Issuer").text = OTHER_IDP


def _attribute(name: str, value: str | None) -> Change:
    return lambda message, _context: message.set(name, value)


def _past(name: str, minutes: int) -> Change:
    return lambda message, context: message.set(
        name, format_instant(context.now - timedelta(minutes=minutes))
    )


_signed(
    "logout-issuer-wrong",
    "The Issuer is another IdP.",
    _issuer,
    "slo-response-correlation",
    "slo-inbound-other-idp",
)
_signed(
    "logout-destination-wrong",
    "The Destination is another SP.",
    _attribute("Destination", f"{OTHER_SP}/slo"),
    "slo-inbound-destination",
    "slo-response-correlation",
    source="SAML Bindings 3.4.5.2 and 3.5.5.2",
)
_signed(
    "logout-destination-missing",
    "There is no Destination.",
    _attribute("Destination", None),
    "slo-inbound-destination",
    source="SAML Bindings 3.4.5.2 and 3.5.5.2",
)
_signed(
    "logout-expired",
    "NotOnOrAfter of the LogoutRequest passed ten minutes ago.",
    _past("NotOnOrAfter", 10),
    "slo-inbound-expired",
    source="SAML Core 3.7.1, lines 2536-2538",
    only=REQUEST,
)
_signed(
    "logout-issue-instant-old",
    "The message was issued a day ago.",
    _past("IssueInstant", 1440),
    "slo-inbound-expired",
    source="saml2int SDP-G01",
)
_signed(
    "logout-irt-unknown",
    "InResponseTo of the LogoutResponse names a request that was never made.",
    lambda message, context: message.set("InResponseTo", context.new_id()),
    "slo-response-correlation",
    source="SAML Core 3.2.2, lines 1542-1547",
    only=RESPONSE,
)
_signed(
    "logout-irt-missing",
    "The LogoutResponse has no InResponseTo.",
    _attribute("InResponseTo", None),
    "slo-response-correlation",
    source="SAML Core 3.2.2, lines 1542-1547",
    only=RESPONSE,
)
_signed(
    "logout-version-1-1",
    "The message says version 1.1.",
    _attribute("Version", "1.1"),
    "slo-inbound-error-answer",
)


def _status(code: str, second: str | None = None) -> Change:
    return lambda message, _context: message.replace(message.one("saml2p:Status"), build_status(code, second))


for _name, _code, _second in (
    ("partial", STATUS_SUCCESS, STATUS_PARTIAL_LOGOUT),
    ("responder", STATUS_RESPONDER, None),
    ("authn-failed", STATUS_RESPONDER, STATUS_AUTHN_FAILED),
    ("unknown", "urn:okta-harness:status:NeverHeardOf", None),
):
    _signed(
        f"logout-status-{_name}",
        f"The LogoutResponse says {(_second or _code).rpartition(':')[2]}.",
        _status(_code, _second),
        "slo-response-status",
        source="SAML Core 3.2.2.2; 3.7.3.2",
        only=RESPONSE,
    )


def _name_id(change: Callable[[Element], None]) -> Change:
    return lambda message, _context: change(message.one("saml2:NameID"))


def _other_text(name_id: Element) -> None:
    name_id.text = f"not-{name_id.text}"


_MISMATCH = ("slo-inbound-nameid-mismatch",)
_signed(
    "logout-name-id-other",
    "The NameID is somebody else.",
    _name_id(_other_text),
    *_MISMATCH,
    source=CORE,
    only=REQUEST,
)
_signed(
    "logout-name-id-format-other",
    "The NameID has another Format than in the login.",
    _name_id(lambda name_id: name_id.set("Format", NAMEID_TRANSIENT)),
    *_MISMATCH,
    source=CORE,
    only=REQUEST,
)
_signed(
    "logout-name-id-qualifier-other",
    "The NameID of the LogoutRequest is qualified for another SP.",
    _name_id(lambda name_id: name_id.set("SPNameQualifier", f"{OTHER_SP}/saml/metadata")),
    *_MISMATCH,
    source=CORE,
    only=REQUEST,
)


def _indexes(*values: str) -> Change:
    def change(message: Element, _context: FaultContext) -> None:
        for index in message.find_all("saml2p:SessionIndex"):
            message.remove(index)
        message.children += [Element("saml2p:SessionIndex", {}, [value]) for value in values]

    return change


_signed(
    "logout-session-index-unknown",
    "The SessionIndex is that of no session.",
    _indexes("id0.0"),
    "slo-inbound-session-index",
    source=CORE,
    only=REQUEST,
)
_signed(
    "logout-session-index-missing",
    "There is no SessionIndex: all sessions of the person are meant.",
    _indexes(),
    "slo-inbound-session-index",
    source=CORE,
    only=REQUEST,
)


@on("logout", "slo-inbound-encrypted-id", source="Kantara IIP-SP16")
def logout_encrypted_name_id(message: Element, context: FaultContext) -> None:
    """The LogoutRequest has an EncryptedID instead of a NameID."""
    name_id = message.find("saml2:NameID")
    if name_id is None:
        return
    name_id.set("xmlns:saml2", NS_SAML2)
    sealed = encrypt_bytes(wire(name_id, declaration=False), encryption_options(context), context.rng)
    sealed.name = "saml2:EncryptedID"
    message.replace(name_id, sealed)
    _renew(message, context)


def signed_assertion(message: Element, context: FaultContext) -> Element:
    """An assertion of this IdP such as an attacker may have kept: ``data["captured_assertion"]``, else a small one."""
    given = context.data.get("captured_assertion")
    if isinstance(given, Element):
        return given.copy()
    name_id = message.find("saml2:NameID")
    text = name_id.text if name_id is not None else "somebody@example.test"
    assertion = Element(
        "saml2:Assertion",
        {
            "ID": context.new_id(),
            "IssueInstant": message.get("IssueInstant"),
            "Version": "2.0",
            "xmlns:saml2": NS_SAML2,
        },
        [
            issuer_element(message.one("saml2:Issuer").text),
            Element("saml2:Subject", {}, [Element("saml2:NameID", {}, [text])]),
        ],
    )
    context.sign(assertion)
    return assertion


@on("logout", "slo-inbound-wrapped", source="SAML Core 5.4.2, lines 2929-2935")
def logout_with_assertion_as_child(message: Element, context: FaultContext) -> None:
    """The message is not signed; a signed assertion is its last child."""
    assertion = signed_assertion(message, context)
    remove_signature(message)
    message.append(assertion)


@on("logout", "slo-inbound-wrapped", source="SAML Core 5.4.2, lines 2929-2935")
def logout_with_assertion_in_extensions(message: Element, context: FaultContext) -> None:
    """The message is not signed; its Extensions hold a signed assertion."""
    assertion = signed_assertion(message, context)
    remove_signature(message)
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P}, [assertion])
    message.insert_after(message.one("saml2:Issuer"), extensions)


@on("logout", "slo-inbound-wrapped", source="SAML Core 5.4.2, lines 2929-2935")
def logout_with_signature_of_assertion(message: Element, context: FaultContext) -> None:
    """The message carries the Signature of an assertion, which stands in its Extensions."""
    assertion = signed_assertion(message, context)
    remove_signature(message)
    signature = remove_signature(assertion)
    assert signature is not None  # noqa: S101 - a captured assertion is signed
    extensions = Element("saml2p:Extensions", {"xmlns:saml2p": NS_SAML2P, "xmlns:x": FOREIGN_NS}, [assertion])
    message.insert_after(message.one("saml2:Issuer"), extensions)
    message.insert_after(message.one("saml2:Issuer"), signature)
