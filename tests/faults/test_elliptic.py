"""Signatures with elliptic curve keys verify with the key that the metadata then has, and with no other."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fake_idp.faults import fault
from fake_idp.faults.elliptic import elliptic_key
from tests.faults.messages import issue
from tests.faults.test_metadata_faults import publish
from tests.saml import examples

DS = "{http://www.w3.org/2000/09/xmldsig#}"
METHODS = {
    "sha256": SignatureMethod.ECDSA_SHA256,
    "sha384": SignatureMethod.ECDSA_SHA384,
    "sha512": SignatureMethod.ECDSA_SHA512,
}


def certificate_in(xml: bytes) -> x509.Certificate:
    """The first certificate of an IdP role or a Signature."""
    role = etree.fromstring(xml).find("{urn:oasis:names:tc:SAML:2.0:metadata}IDPSSODescriptor")
    text = (etree.fromstring(xml) if role is None else role).findtext(f".//{DS}X509Certificate")
    assert text is not None
    return x509.load_der_x509_certificate(base64.b64decode(text))


def verify(xml: bytes, certificate: x509.Certificate, method: SignatureMethod) -> None:
    config = SignatureConfiguration(
        location="./",
        signature_methods=frozenset({method}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    XMLVerifier().verify(xml, x509_cert=certificate, id_attribute="ID", expect_config=config)


@pytest.mark.parametrize("name", METHODS)
def test_the_key_of_the_metadata_verifies_the_response(name: str) -> None:
    certificate = certificate_in(publish(fault("metadata-elliptic-key")))
    message = issue("both", fault(f"signature-ecdsa-{name}"))

    assert certificate_in(message.xml) == certificate
    assert certificate.public_key() == elliptic_key()[0].public_key()
    verify(message.xml, certificate, METHODS[name])


def test_the_apps_own_key_does_not_verify_it() -> None:
    message = issue("response", fault("signature-ecdsa-sha256"))

    with pytest.raises(SignXMLException):
        verify(message.xml, examples.signing_key().certificate, SignatureMethod.ECDSA_SHA256)


def test_a_changed_message_is_noticed() -> None:
    message = issue("response", fault("signature-ecdsa-sha256"))

    with pytest.raises(SignXMLException):
        verify(
            message.xml.replace(b"ada@acme.test", b"eve@acme.test"),
            certificate_in(message.xml),
            METHODS["sha256"],
        )
