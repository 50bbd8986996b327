"""Whatever combination is signed, signxml and xmlsec1 verify it, and neither takes a changed message."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from signxml.exceptions import InvalidSignature

from fake_idp.saml.pipeline import issue_response
from tests.saml.examples import claims, signing, signing_key
from tests.saml.oracles import needs_xmlsec1, verify_with_signxml, verify_with_xmlsec1

SIGNED = {"both": (True, True), "response": (True, False), "assertion": (False, True)}
MATRIX = [
    pytest.param(signed, signature, digest, attributes, id=f"{signed}-{signature}-{digest}-{attributes}")
    for signed, signature, digest, attributes in product(
        SIGNED, ("RSA_SHA256", "RSA_SHA1"), ("SHA256", "SHA1"), ("attributes", "bare")
    )
]


@needs_xmlsec1
@pytest.mark.parametrize(("signed", "signature", "digest", "attributes"), MATRIX)
def test_every_combination_is_verified_by_signxml_and_xmlsec1(
    signed: str, signature: str, digest: str, attributes: str
) -> None:
    response_signed, assertion_signed = SIGNED[signed]
    options = signing(
        response_signed=response_signed,
        assertion_signed=assertion_signed,
        signature_algorithm=signature,
        digest_algorithm=digest,
    )
    xml = issue_response(claims(attributes=attributes == "attributes"), options, rng=Random(1)).xml
    for element, is_signed in (("Response", response_signed), ("Assertion", assertion_signed)):
        if is_signed:
            verified = verify_with_signxml(
                xml, signing_key(), element, signature_algorithm=signature, digest_algorithm=digest
            )
            assert verified.get("ID") == {"Response": claims().response_id}.get(
                element, claims().assertion_id
            )
            verify_with_xmlsec1(xml, signing_key(), element)


@needs_xmlsec1
@pytest.mark.parametrize("element", ["Response", "Assertion"])
def test_one_changed_letter_is_refused_by_both(element: str) -> None:
    xml = issue_response(claims(), signing(), rng=Random(1)).xml.replace(b"ada@acme.test", b"eve@acme.test")
    with pytest.raises(InvalidSignature):
        verify_with_signxml(xml, signing_key(), element)
    with pytest.raises(AssertionError):
        verify_with_xmlsec1(xml, signing_key(), element)


@needs_xmlsec1
def test_another_key_of_the_same_org_does_not_verify() -> None:
    xml = issue_response(claims(), signing(), rng=Random(1)).xml
    with pytest.raises(InvalidSignature):
        verify_with_signxml(xml, signing_key("another"), "Response")
    with pytest.raises(AssertionError):
        verify_with_xmlsec1(xml, signing_key("another"), "Response")


@needs_xmlsec1
@pytest.mark.parametrize(
    "value", ["R&D <core>", "a\tb\nc\rd", "ümlaut 漢字 𝒳", "  blanks  ", "]]>", "\"quotes\" 'both'", ""]
)
def test_any_text_in_name_and_attributes_survives_signing(value: str) -> None:
    login = claims(name_id=value)
    login.attributes[0].values = [value]
    xml = issue_response(login, signing(), rng=Random(1)).xml
    verify_with_signxml(xml, signing_key(), "Response")
    verify_with_xmlsec1(xml, signing_key(), "Response")
    assertion = verify_with_signxml(xml, signing_key(), "Assertion")
    names = assertion.findall(".//{*}NameID")
    assert [n.text or "" for n in names] == [value]
