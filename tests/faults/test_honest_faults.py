"""Faults that the IdP signs: everything else about the message is right, its signatures above all."""

from __future__ import annotations

import pytest
from lxml import etree
from signxml.exceptions import InvalidSignature as SignxmlRefused

from fake_idp.faults import CatalogueFault, catalogue, fault
from tests.faults.messages import issue, shapes_of
from tests.saml import examples
from tests.saml.oracles import verify_with_signxml

SIGNED_ELEMENTS = {"both": ("Response", "Assertion"), "assertion": ("Assertion",), "response": ("Response",)}
OTHER_KEY = {"signed_by", "issuer_unknown", "answered_by", "signature_removed"}
NOT_OKTA_ALGORITHMS = {"signature-rsa-sha1", "digest-sha1", "signature-rsa-sha384", "signature-rsa-sha512"}
UNREADABLE = {
    "prefix-default",
    "prefix-saml-samlp",
    "prefix-odd",
    "assertion-saml11-element",
    "duplicate-id-response-assertion",
    "attribute-prefixed-id",
}
"""signxml looks for the assertion by the usual names, and refuses doubled IDs."""


def honest() -> list[CatalogueFault]:
    """Faults before signing, by the IdP's own key and algorithms."""
    return [
        f
        for f in catalogue()
        if f.stage in ("claims", "tree")
        and not f.needs_consent
        and not any(f.id.startswith(prefix.replace("_", "-")) for prefix in OTHER_KEY)
        and f.id not in NOT_OKTA_ALGORITHMS | UNREADABLE
        and not f.id.startswith(("encrypt", "status-message"))
    ]


@pytest.mark.parametrize("shape", SIGNED_ELEMENTS)
def test_every_signature_of_the_good_twin_is_right(shape: str) -> None:
    for element in SIGNED_ELEMENTS[shape]:
        verify_with_signxml(issue(shape).xml, examples.signing_key(), element)


@pytest.mark.parametrize("wrong", honest(), ids=lambda f: f.id)
def test_the_signatures_over_a_wrong_value_are_right(wrong: CatalogueFault) -> None:
    for shape in set(SIGNED_ELEMENTS) & set(shapes_of(wrong)):
        message = issue(shape, wrong)
        has_assertion = b"<saml2:Assertion" in message.xml
        for element in SIGNED_ELEMENTS[shape]:
            if element == "Response" or has_assertion:
                verify_with_signxml(message.xml, examples.signing_key(), element)


@pytest.mark.parametrize(
    "name",
    [
        "signed-by-unknown-key",
        "signed-by-lookalike-certificate",
        "tampered-name-id",
        "response-signature-broken",
    ],
)
def test_the_signatures_of_these_are_wrong(name: str) -> None:
    with pytest.raises(SignxmlRefused):
        verify_with_signxml(issue("response", fault(name)).xml, examples.signing_key(), "Response")


@pytest.mark.parametrize("shape", ["both", "assertion"])
def test_a_broken_assertion_signature_leaves_that_of_the_response_right(shape: str) -> None:
    xml = issue(shape, fault("assertion-signature-broken")).xml

    if shape == "both":
        verify_with_signxml(xml, examples.signing_key(), "Response")
    with pytest.raises(SignxmlRefused):
        verify_with_signxml(xml, examples.signing_key(), "Assertion")


@pytest.mark.parametrize("name", ["signature-rsa-sha1", "signature-rsa-sha384", "signature-rsa-sha512"])
def test_other_algorithms_are_what_they_say(name: str) -> None:
    algorithm = name.removeprefix("signature-").replace("-", "_").upper()
    digest = "SHA1" if algorithm == "RSA_SHA1" else "SHA256"
    verify_with_signxml(
        issue("both", fault(name)).xml,
        examples.signing_key(),
        "Response",
        signature_algorithm=algorithm,
        digest_algorithm=digest,
    )


def test_the_lookalike_certificate_has_the_names_serial_and_dates_of_the_real_one() -> None:
    from cryptography import x509

    xml = issue("both", fault("signed-by-lookalike-certificate")).xml
    text = etree.fromstring(xml).findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    forged = x509.load_pem_x509_certificate(
        f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
    )
    real = examples.signing_key().certificate

    assert (forged.subject, forged.issuer, forged.serial_number) == (
        real.subject,
        real.issuer,
        real.serial_number,
    )
    assert forged.not_valid_after_utc == real.not_valid_after_utc
    assert forged.public_key() != real.public_key()
