"""The signer, by example: what it signs, where the signature goes, what it refuses."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fake_idp.saml.signature import make_signature, remove_signature, sign_bytes, sign_element
from fake_idp.saml.xml import Element, wire
from tests.saml.examples import signing_key
from tests.saml.oracles import needs_xmlsec1, verify_with_signxml, verify_with_xmlsec1

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


def response(**attributes: str) -> Element:
    issuer = Element("saml2:Issuer", {"xmlns:saml2": "urn:oasis:names:tc:SAML:2.0:assertion"}, ["me"])
    return Element(
        "saml2p:Response", {"xmlns:saml2p": PROTOCOL} | attributes, [Element("first"), issuer, "\n"]
    )


def test_signature_stands_right_after_the_issuer_or_first_where_there_is_none() -> None:
    signed = response(ID="a")
    sign_element(signed, signing_key())
    assert [e.name for e in signed.elements] == ["first", "saml2:Issuer", "ds:Signature"]
    bare = Element("x", {"ID": "a"}, [Element("y")])
    signature = sign_element(bare, signing_key())
    assert bare.elements[0] is signature


def test_values_are_on_one_line_and_the_certificate_on_76_columns() -> None:
    signature = make_signature(response(ID="a"), signing_key())
    assert "\n" not in signature.one("ds:SignatureValue").text + signature.one("ds:DigestValue").text
    assert signature.one("ds:X509Certificate").text == signing_key().certificate_b64_wrapped
    assert [e.local_name for e in signature.one("ds:KeyInfo").elements] == ["X509Data"]


def test_making_a_signature_leaves_the_element_alone_and_removing_takes_only_its_own() -> None:
    element = response(ID="a")
    before = wire(element)
    make_signature(element, signing_key())
    assert wire(element) == before
    inner = response(ID="b")
    sign_element(inner, signing_key())
    element.append(inner)
    assert remove_signature(element) is None
    assert remove_signature(inner) is not None
    assert inner.find("ds:Signature") is None


@needs_xmlsec1
@pytest.mark.parametrize("digest", ["SHA384", "SHA512"])
@pytest.mark.parametrize("algorithm", ["RSA_SHA384", "RSA_SHA512"])
def test_stronger_algorithms_than_oktas_are_there_for_requirements_beyond_it(
    algorithm: str, digest: str
) -> None:
    element = response(ID="a")
    sign_element(element, signing_key(), algorithm, digest)
    verify_with_signxml(
        wire(element), signing_key(), "Response", signature_algorithm=algorithm, digest_algorithm=digest
    )
    verify_with_xmlsec1(wire(element), signing_key(), "Response")


@needs_xmlsec1
def test_an_element_without_an_id_is_signed_as_the_whole_document() -> None:
    element = response()
    signature = sign_element(element, signing_key())
    assert signature.one("ds:Reference").get("URI", "missing") == ""
    verify_with_xmlsec1(wire(element), signing_key(), "Response")


def test_reference_and_prefixes_can_be_given() -> None:
    signature = make_signature(
        response(ID="a"), signing_key(), inclusive_prefixes=["xs", "xsi"], reference="#elsewhere"
    )
    assert signature.one("ds:Reference").get("URI") == "#elsewhere"
    assert signature.one("ec:InclusiveNamespaces").get("PrefixList") == "xs xsi"


def test_signature_over_bytes_is_pkcs1_v1_5() -> None:
    public = signing_key().certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(sign_bytes(b"data", signing_key()), b"data", padding.PKCS1v15(), hashes.SHA256())
    public.verify(sign_bytes(b"data", signing_key(), "RSA_SHA1"), b"data", padding.PKCS1v15(), hashes.SHA1())
    assert len(base64.b64encode(sign_bytes(b"", signing_key()))) == 344


@pytest.mark.parametrize(
    ("algorithm", "digest", "words"),
    [
        ("RSA-SHA256", "SHA256", r"unknown signature algorithm 'RSA-SHA256'; .*did you mean RSA_SHA256\?"),
        ("RSA_SHA256", "SHA-256", r"unknown digest algorithm 'SHA-256'; .*did you mean SHA256\?"),
        ("rot13", "SHA256", r"unknown signature algorithm 'rot13'; known are RSA_SHA256, RSA_SHA1, .*512$"),
    ],
)
def test_unknown_algorithms_are_refused_with_the_closest_known_one(
    algorithm: str, digest: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        make_signature(response(ID="a"), signing_key(), algorithm, digest)
    if digest == "SHA256":
        with pytest.raises(ValueError, match=words):
            sign_bytes(b"", signing_key(), algorithm)
