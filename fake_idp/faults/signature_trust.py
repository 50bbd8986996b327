"""Faults of signatures: absent, broken, by the wrong key, or in the wrong place."""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from fake_idp.faults.edit import CONDITIONS, CONFIRMATION_DATA, OTHER_SP, change_signing, seconds
from fake_idp.faults.forge import forgery_of
from fake_idp.faults.registry import on
from fake_idp.faults.signing import (
    Recipe,
    any_signature,
    assertion_signature,
    change_signatures,
    own_signature,
    response_signature,
    sign_all_anew,
    signed_elements,
)
from fake_idp.saml.claims import ResponseClaims, format_instant
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature

CORE = "SAML Core 2.3.3, lines 597-601; 3.2.2, lines 1584-1589"
OWASP = "OWASP SAML cheat sheet"


@on("claims", "sig-none", source="SAML Profiles 4.1.4.5, lines 600-601; Errata E26, E93")
def signature_removed(_claims: ResponseClaims, context: FaultContext) -> None:
    """Nothing is signed."""
    change_signing(context, response_signed=False, assertion_signed=False)


@on("signed", "sig-tampered", source=CORE, applies=any_signature)
def tampered_name_id(response: Element, context: FaultContext) -> None:
    """The NameID was changed after signing."""
    name_id = response.one("saml2:NameID")
    name_id.text = forgery_of(response, context).identity


@on("signed", "sig-tampered", source=CORE, applies=any_signature)
def tampered_attribute(response: Element, context: FaultContext) -> None:
    """Attribute values were changed after signing; without attributes, the session index."""
    forgery = forgery_of(response, context)
    values = response.find_all("saml2:AttributeValue")
    for value in values:
        value.text = forgery.texts.get(value.text, forgery.marker)
    if not values:
        response.one("saml2:AuthnStatement").set("SessionIndex", forgery.marker)


@on("signed", "sig-tampered", source=CORE, applies=any_signature)
def tampered_not_on_or_after(response: Element, context: FaultContext) -> None:
    """The IdP signed an assertion that ended an hour ago; its times were put right after signing."""
    parts = [response.one(CONDITIONS), response.one(CONFIRMATION_DATA)]
    good = [part.get("NotOnOrAfter") for part in parts]
    for part in parts:
        part.set("NotOnOrAfter", format_instant(context.now - seconds(context, 3600)))
    sign_all_anew(response, context, Recipe())
    for part, value in zip(parts, good, strict=True):
        part.set("NotOnOrAfter", value)


@on("signed", "sig-tampered", source=CORE, applies=any_signature)
def tampered_audience(response: Element, context: FaultContext) -> None:
    """The IdP signed an assertion for another SP; its Audience was put right after signing."""
    audience = response.one("saml2:Audience")
    good, audience.text = audience.text, f"{OTHER_SP}/saml/metadata"
    sign_all_anew(response, context, Recipe())
    audience.text = good


def _break(signature: Element) -> None:
    value = bytearray(base64.b64decode(signature.one("ds:SignatureValue").text))
    value[len(value) // 2] ^= 1
    signature.one("ds:SignatureValue").text = base64.b64encode(value).decode()


@on("signed", "sig-one-of-two-broken", source="SAML Profiles 4.1.4.3, line 575", applies=response_signature)
def response_signature_broken(response: Element) -> None:
    """One bit of the Response's signature is wrong; that of the assertion, if there is one, is right."""
    signature = own_signature(response)
    if signature:
        _break(signature)


@on(
    "assertion",
    "sig-one-of-two-broken",
    source="SAML Profiles 4.1.4.3, line 575",
    applies=assertion_signature,
)
def assertion_signature_broken(response: Element) -> None:
    """One bit of the assertion's signature is wrong; that of the Response, if there is one, is right."""
    _break(response.one("saml2:Assertion/ds:Signature"))


@on("claims", "sig-untrusted-key", source=f"{OWASP}; Kantara IIP-MD06; saml2int SDP-MD01")
def signed_by_unknown_key(_claims: ResponseClaims, context: FaultContext) -> None:
    """Signed with a key that is not in the metadata; its certificate is in KeyInfo."""
    change_signing(context, key=context.foreign_key)


@on("signed", "sig-untrusted-key", source=f"{OWASP}; Kantara IIP-MD06", applies=any_signature)
def signed_by_unknown_key_no_keyinfo(response: Element, context: FaultContext) -> None:
    """Signed with a key that is not in the metadata, without KeyInfo."""
    change_signing(context, key=context.foreign_key)
    sign_all_anew(response, context, Recipe())
    change_signatures(response, context, _without_key_info)


def _without_key_info(_element: Element, signature: Element) -> None:
    signature.remove(signature.one("ds:KeyInfo"))


def lookalike(key: SigningKey, attacker: SigningKey) -> SigningKey:
    """The attacker's key with a certificate that copies names, serial and dates of the IdP's."""
    real = key.certificate
    certificate = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .serial_number(real.serial_number)
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
        .public_key(attacker.private_key.public_key())
        .sign(attacker.private_key, hashes.SHA256())
    )
    return SigningKey(attacker.private_key, certificate, attacker.kid, attacker.created)


@on("claims", "sig-lookalike-certificate", source=f"{OWASP}; SAML Raider, certificate cloning")
def signed_by_lookalike_certificate(_claims: ResponseClaims, context: FaultContext) -> None:
    """Signed with another key whose certificate in KeyInfo has the IdP's names, serial number and dates."""
    change_signing(context, key=lookalike(context.signing.key, context.foreign_key))


@on("signed", "sig-keyinfo-absent", source="SAML Core 5.4.5, lines 2952-2954", applies=any_signature)
def keyinfo_absent(response: Element, context: FaultContext) -> None:
    """Signatures have no KeyInfo."""
    change_signatures(response, context, _without_key_info)


def _key_info(signature: Element, *content: Element) -> None:
    signature.one("ds:KeyInfo").children = list(content)


@on("signed", "sig-keyinfo-absent", source="SAML Core 5.4.5, lines 2952-2954", applies=any_signature)
def keyinfo_key_name_only(response: Element, context: FaultContext) -> None:
    """KeyInfo holds a KeyName and no certificate."""
    name = context.signing.key.kid
    change_signatures(response, context, lambda _, sig: _key_info(sig, Element("ds:KeyName", {}, [name])))


@on(
    "signed",
    "sig-keyinfo-unrelated",
    source="SAML Core 5.4.5",
    applies=any_signature,
)
def keyinfo_unrelated_certificate(response: Element, context: FaultContext) -> None:
    """Signed with the right key, but the certificate in KeyInfo is a stranger's."""
    stranger = context.foreign_key.certificate_b64_wrapped

    def change(_element: Element, signature: Element) -> None:
        signature.one("ds:X509Certificate").text = stranger

    change_signatures(response, context, change)


@on("signed", "sig-empty", source=CORE, applies=any_signature)
def signature_element_empty(response: Element) -> None:
    """Signature elements are there, but empty."""
    for element in signed_elements(response):
        signature = own_signature(element)
        if signature:
            signature.children = []


@on("signed", "sig-empty", source=CORE, applies=any_signature)
def signature_value_empty(response: Element, context: FaultContext) -> None:
    """Every SignatureValue is empty."""
    change_signatures(
        response, context, lambda _, signature: signature.one("ds:SignatureValue").children.clear()
    )


@on("signed", "sig-empty", source=CORE, applies=any_signature)
def signature_signedinfo_only(response: Element, context: FaultContext) -> None:
    """Signature elements hold SignedInfo and nothing else."""

    def change(_element: Element, signature: Element) -> None:
        signature.children = [signature.one("ds:SignedInfo")]

    change_signatures(response, context, change)


@on("signed", "sig-empty", source=f"{CORE}; XML Namespaces", applies=any_signature)
def signature_foreign_namespace(response: Element, context: FaultContext) -> None:
    """Signature elements stand in a namespace that is not that of XML Signature."""
    change_signatures(
        response, context, lambda _, signature: signature.set("xmlns:ds", "http://www.w3.org/2000/09/xmldsig")
    )


@on("signed", "sig-position", source="SAML Core 5.4.1, lines 2925-2926", applies=any_signature)
def signature_at_end(response: Element, context: FaultContext) -> None:
    """Each Signature is the last child of what it signs instead of following the Issuer."""

    def change(element: Element, signature: Element) -> None:
        element.remove(signature)
        element.append(signature)

    change_signatures(response, context, change)


@on("signed", "sig-position", source="SAML Core 5.4.1, lines 2925-2926", applies=any_signature)
def signature_in_grandchild(response: Element, context: FaultContext) -> None:
    """Each Signature stands in a child of what it signs: the Subject, or the Status."""

    def change(element: Element, signature: Element) -> None:
        remove_signature(element)
        child = element.child("Subject") or element.child("Status") or element
        child.append(signature)

    change_signatures(response, context, change)


@on("signed", "sig-position", source="SAML Core 5, lines 2891-2892", applies=any_signature)
def signature_twice(response: Element, context: FaultContext) -> None:
    """Each signed element has its Signature twice."""
    change_signatures(
        response, context, lambda element, signature: element.insert_after(signature, signature.copy())
    )
