"""Does the signature verify, and with which key? signxml answers; only what it saw signed goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from lxml import etree
from signxml import (  # type: ignore[attr-defined]
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureMethod,
    XMLVerifier,
)
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.certificates import BadCertificate, describe, load_certificate
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.hints import listed
from harness.reference_sp.names import ds
from harness.reference_sp.signature.structure import Rules, check_structure, malformed
from harness.reference_sp.xml import Element


@dataclass(frozen=True, slots=True)
class Verified:
    """What was signed, read again from the signed bytes; its signature is no longer in it."""

    element: Element
    certificate: x509.Certificate
    warning: Difference | None = None


def verify_element(
    element: Element,
    certificates: tuple[x509.Certificate, ...],
    rules: Rules,
    now: datetime,
) -> Verified | Difference:
    """The signed content of ``element``, whose own signature one of ``certificates`` must have made."""
    signature = element.find(ds("Signature"))
    if signature is None:
        return difference("sig_none", expected="ds:Signature", received="(none)")
    broken = check_structure(element, signature, rules)
    if broken is not None:
        return broken
    data = xml.serialize(element)
    for certificate in certificates:
        try:
            signed = _signed_content(data, certificate, rules)
        except InvalidDigest:
            return _changed("the digest of the signed element differs")
        except (InvalidSignature, _OtherKeyType):
            continue
        except (SignXMLException, etree.LxmlError, ValueError, TypeError) as error:
            return malformed("a signature that can be verified", type(error).__name__)
        if signed.tag != element.tag or signed.get("ID") != element.get("ID"):
            return difference("sig_reference", expected=str(element.tag), received=str(signed.tag))
        return _with_dates(Verified(signed, certificate), rules, now)
    return _no_key(signature, certificates)


class _OtherKeyType(Exception):
    """The certificate's key cannot have made this kind of signature."""


def _signed_content(data: bytes, certificate: x509.Certificate, rules: Rules) -> Element:
    try:
        # The dates of the certificate are a policy of their own (_with_dates), so signxml is told a good one.
        config = _config(rules, certificate.not_valid_before_utc)
        result = XMLVerifier().verify(data, x509_cert=certificate, id_attribute="ID", expect_config=config)
    except SignXMLException as error:
        if "key value does not match" in str(error):
            raise _OtherKeyType from None
        raise
    signed = None if isinstance(result, list) else result.signed_xml
    if signed is None:
        raise SignXMLException("nothing was signed")
    return signed


@lru_cache(maxsize=64)
def _config(rules: Rules, at: datetime) -> SignatureConfiguration:
    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(SignatureMethod(uri) for uri in rules.signature_algorithms),
        digest_algorithms=frozenset(DigestAlgorithm(uri) for uri in rules.digest_algorithms),
        ignore_ambiguous_key_info=True,
        verification_time=at,
    )


def _changed(received: str) -> Difference:
    return difference("sig_digest", expected="the content as it was signed", received=received)


def _with_dates(verified: Verified, rules: Rules, now: datetime) -> Verified | Difference:
    certificate = verified.certificate
    if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return verified
    found = difference(
        "cert_expired",
        okta("Generate new certificate", "activate it, then upload the new metadata at the SP"),
        expected=f"a certificate that is valid on {now:%F}",
        received=describe(certificate),
    )
    return found if rules.refuse_expired else Verified(verified.element, certificate, found)


def _no_key(signature: Element, certificates: tuple[x509.Certificate, ...]) -> Difference:
    carried = signature.find(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    try:
        seen = load_certificate("".join(xml.text_of(carried).split())) if carried is not None else None
    except BadCertificate:
        seen = None
    if seen in certificates:
        return _changed("the signature value does not fit the signed information")
    return difference(
        "sig_untrusted_key",
        sp("Upload Metadata XML", "upload the metadata of the certificate that is Active in Okta"),
        okta("SAML Signing Certificates", "use the metadata of the Active certificate"),
        expected=f"signed by {listed([describe(certificate) for certificate in certificates])}",
        received=f"signed by {describe(seen)}"
        if seen is not None
        else "signed by a key that is not in the metadata",
    )
