"""Careless ways to find the assertion, and to combine what is signed with what is not."""

from __future__ import annotations

import base64
import binascii

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.careless.signature import naively_verifies
from harness.reference_sp.checks import signatures, transport
from harness.reference_sp.codes import difference
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.names import ds, saml
from harness.reference_sp.xml import Element


def parse_with_dtd(data: bytes) -> Element:
    """XML as lenient parsers read it: with its DTD, with its entities."""
    return xml.parse(data, allow_dtd=True)


def parse_metadata_with_dtd(data: bytes, encodings: tuple[str, ...] = ("utf-8",)) -> Element:
    """Metadata as lenient parsers read it."""
    return xml.parse(data, allow_dtd=True, encodings=encodings)


def some_issuer(exchange: Exchange) -> Difference | None:
    """Never mind the Issuer: there is only one IdP."""
    exchange.idp = next(iter(exchange.idps.values()))
    return None


def similar_issuer(exchange: Exchange) -> Difference | None:
    """Compare the Issuer without regard to case, blanks and a trailing slash."""

    def folded(text: str) -> str:
        return "".join(text.split()).casefold().rstrip("/")

    for issuer in exchange.the_response.iter(saml("Issuer")):
        idp = next((i for n, i in exchange.idps.items() if folded(n) == folded(xml.text_of(issuer))), None)
        if idp is None:
            return difference("iss_mismatch", received=xml.text_of(issuer))
        exchange.idp = idp
    return None if exchange.idp is not None else difference("iss_mismatch", received="(none)")


def any_issuer_format(exchange: Exchange) -> Difference | None:
    """Compare the Issuer's text, never its Format."""
    for issuer in exchange.the_response.iter(saml("Issuer")):
        if xml.text_of(issuer) not in exchange.idps:
            return difference("iss_mismatch", received=xml.text_of(issuer))
        exchange.idp = exchange.idps[xml.text_of(issuer)]
    return None if exchange.idp is not None else difference("iss_mismatch", received="(none)")


def only_assertion_signature(exchange: Exchange) -> Difference | None:
    """Do not look at the response's signature when the assertion has one."""
    if exchange.the_response.find(f"{saml('Assertion')}/{ds('Signature')}") is not None:
        return None
    return signatures.response_signature(exchange)


def only_response_signature(exchange: Exchange) -> Difference | None:
    """Do not look at the assertion's signature when the response was signed."""
    if exchange.response_verified:
        exchange.decrypting = False
        return None
    return signatures.assertion_signature(exchange)


def signature_not_needed(exchange: Exchange) -> Difference | None:
    """Verify a signature when there is one; do without when there is none."""
    if exchange.the_assertion.find(ds("Signature")) is None:
        exchange.decrypting = False
        return None
    return signatures.assertion_signature(exchange)


def encryption_counts_as_signature(exchange: Exchange) -> Difference | None:
    """Whoever could encrypt for us must be the IdP."""
    return signature_not_needed(exchange) if exchange.encrypted else signatures.assertion_signature(exchange)


def any_signature_in_the_document(exchange: Exchange) -> Difference | None:
    """Some signature somewhere in the document verifies: then all of it is believed."""
    for signature in exchange.the_response.iter(ds("Signature")):
        keys = exchange.tools.keys(exchange, exchange.the_response)
        if any(naively_verifies(signature, certificate) for certificate in keys):
            exchange.response_verified = True
            return None
    return difference("sig_none", received="none that verifies")


def first_assertion_in_the_document(exchange: Exchange) -> Difference | None:
    """The first assertion that a search finds, wherever it stands."""
    exchange.assertion = next(exchange.the_response.iter(saml("Assertion")), None)
    return None if exchange.assertion is not None else difference("resp_no_assertion", received="none")


def last_assertion_in_the_document(exchange: Exchange) -> Difference | None:
    """The last assertion that a search finds, wherever it stands."""
    found = list(exchange.the_response.iter(saml("Assertion")))
    exchange.assertion = found[-1] if found else None
    return None if found else difference("resp_no_assertion", received="none")


def first_signed_of_many(exchange: Exchange) -> Difference | None:
    """Of several assertions take the first one that verifies, but keep the others for their attributes."""
    response = exchange.the_response
    for assertion in response.findall(saml("Assertion")):
        exchange.assertion = assertion
        if signatures.assertion_signature(exchange) is None:
            others = [one for one in response.findall(saml("Assertion")) if one is not assertion]
            for statement in [s for one in others for s in one.findall(saml("AttributeStatement"))]:
                exchange.the_assertion.append(statement)
            return None
    return signatures.assertion_signature(exchange) if exchange.assertion is not None else None


def attributes_beside_the_assertion(exchange: Exchange) -> Difference | None:
    """Verify the assertion, then read the attributes that stand beside it as well."""
    beside = exchange.the_response.findall(saml("AttributeStatement"))
    found = signatures.assertion_signature(exchange)
    if found is None:
        exchange.the_assertion.extend(beside)
    return found


def original_element(exchange: Exchange) -> Difference | None:
    """Verify, then go on with the element as it came, comments and all."""
    before = exchange.assertion
    found = signatures.assertion_signature(exchange)
    if found is None:
        exchange.assertion = before
        original = None if exchange.document is None else exchange.document.find(saml("Assertion"))
        exchange.assertion = original if original is not None else before
    return found


def last_parameter(exchange: Exchange) -> Difference | None:
    """Verify the first SAMLResponse of the form, then read the last."""
    found = signatures.assertion_signature(exchange)
    texts = exchange.message.values("SAMLResponse")
    if found is not None or len(texts) < 2:
        return found
    try:
        other = xml.parse(base64.b64decode(texts[-1])).find(saml("Assertion"))
    except (binascii.Error, ValueError):
        return None
    exchange.assertion = other if other is not None else exchange.assertion
    return None


def first_value_is_base64(exchange: Exchange) -> Difference | None:
    """Decode the first SAMLResponse of the form."""
    text = exchange.message.values("SAMLResponse")[0]
    only = type(exchange.message)(exchange.message.method, [("SAMLResponse", text)])
    whole, exchange.message = exchange.message, only
    try:
        return transport.is_base64(exchange)
    finally:
        exchange.message = whole


def decryption_told_apart(exchange: Exchange) -> Difference | None:
    """Say to everybody at which step decryption failed."""
    found = signatures.found_assertion(exchange)
    exchange.decrypting = False
    return found


def nothing(exchange: Exchange) -> Difference | None:
    """Check nothing at all."""
    exchange.decrypting = False
    return None


def response_signature_of_anyone(exchange: Exchange) -> Difference | None:
    """Verify the response's signature; never mind that it names nobody."""
    found = signatures.response_signature(exchange)
    return None if found is not None and found.code == "iss_mismatch" else found


def assertion_signature_of_anyone(exchange: Exchange) -> Difference | None:
    """Verify the assertion's signature; never mind whom it names."""
    found = signatures.assertion_signature(exchange)
    return None if found is not None and found.code == "iss_mismatch" else found


def encrypted_beside_plain(exchange: Exchange) -> Difference | None:
    """Verify the plain assertion, then read the encrypted one that stands beside it."""
    found = signatures.assertion_signature(exchange)
    encrypted = exchange.the_response.find(saml("EncryptedAssertion"))
    if found is not None or encrypted is None or exchange.encrypted:
        return found
    exchange.response_verified, exchange.assertion = True, None
    return signatures.take_decrypted(exchange, encrypted)
