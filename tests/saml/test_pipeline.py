"""Faults plug into each stage, compose, and get what they need to build attacks."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from signxml.exceptions import InvalidDigest, InvalidSignature

from fake_idp.saml.claims import ResponseClaims
from fake_idp.saml.logout import LogoutResponseClaims, build_logout_response
from fake_idp.saml.metadata import MetadataWire, build_metadata, sign_metadata
from fake_idp.saml.pipeline import Fault, FaultContext, SigningOptions, Wire, issue_response, why_not
from fake_idp.saml.signature import remove_signature
from fake_idp.saml.xml import Comment, Element, canonical, parse
from tests.saml.examples import ISSUER, NOW, claims, encryption, metadata_claims, signing, signing_key, sp_key
from tests.saml.oracles import decrypt_with_xmlsec1, needs_xmlsec1, verify_with_signxml, verify_with_xmlsec1


def fault(stage: Any, apply: Any, **more: Any) -> Fault:
    return Fault(id=f"test-{stage}", title="A test", stage=stage, apply=apply, **more)


def test_without_faults_nothing_is_noted() -> None:
    issued = issue_response(claims(), signing(), rng=Random(1))
    assert issued.faults == ()
    assert issued.fields == {}


def test_a_claims_fault_changes_values_that_are_then_signed_well_and_leaves_the_callers_claims_alone() -> (
    None
):
    def late(value: ResponseClaims, context: FaultContext) -> None:
        value.not_on_or_after = context.now - timedelta(hours=1)
        value.attributes[0].values.append("added")

    asked = claims()
    issued = issue_response(asked, signing(), faults=[fault("claims", late)], rng=Random(1))
    assert issued.claims.not_on_or_after == NOW - timedelta(hours=1)
    assert asked == claims()
    assert issued.faults == ("test-claims",)
    verify_with_signxml(issued.xml, signing_key(), "Response")
    verify_with_signxml(issued.xml, signing_key(), "Assertion")


def test_a_tree_fault_comes_before_the_signatures_so_they_cover_it() -> None:
    def without_audience(response: Element, _context: FaultContext) -> None:
        response.remove(response.one("saml2:AudienceRestriction"))

    issued = issue_response(claims(), signing(), faults=[fault("tree", without_audience)], rng=Random(1))
    assert b"Audience" not in issued.xml
    verify_with_signxml(issued.xml, signing_key(), "Assertion")


@needs_xmlsec1
def test_other_prefixes_given_in_the_tree_are_signed_as_well() -> None:
    def renamed(response: Element, _context: FaultContext) -> None:
        for element in response.walk():
            element.name = element.name.replace("saml2:", "a:").replace("saml2p:", "p:")
            element.attributes = {
                k.replace("saml2", "a") if k == "xmlns:saml2" else "xmlns:p" if k == "xmlns:saml2p" else k: v
                for k, v in element.attributes.items()
            }

    for options in (signing(), signing(encryption=encryption())):
        issued = issue_response(claims(), options, faults=[fault("tree", renamed)], rng=Random(1))
        verify_with_signxml(issued.xml, signing_key(), "Response")
        if not options.encryption:
            verify_with_signxml(issued.xml, signing_key(), "Assertion")
            verify_with_xmlsec1(issued.xml, signing_key(), "Assertion")


@needs_xmlsec1
def test_namespaces_declared_only_at_the_root_are_signed_as_they_are_inherited() -> None:
    def hoisted(response: Element, _context: FaultContext) -> None:
        for element in response.walk():
            for name in [n for n in element.attributes if n.startswith("xmlns:")]:
                response.attributes.setdefault(name, element.attributes[name])
                if element is not response:
                    del element.attributes[name]

    issued = issue_response(claims(), signing(), faults=[fault("tree", hoisted)], rng=Random(1))
    assert issued.xml.count(b"xmlns:saml2=") == 1
    for element in ("Response", "Assertion"):
        verify_with_signxml(issued.xml, signing_key(), element)
        verify_with_xmlsec1(issued.xml, signing_key(), element)


def test_several_assertions_are_each_signed() -> None:
    def doubled(response: Element, context: FaultContext) -> None:
        second = response.one("saml2:Assertion").copy()
        second.set("ID", context.new_id())
        response.append(second)

    issued = issue_response(claims(), signing(), faults=[fault("tree", doubled)], rng=Random(1))
    signatures = [a.child("Signature") for a in issued.tree.find_all("saml2:Assertion")]
    assert len(signatures) == 2
    assert None not in signatures


@needs_xmlsec1
def test_an_assertion_fault_changes_what_is_signed_before_it_is_encrypted() -> None:
    def tampered(response: Element, context: FaultContext) -> None:
        assert context.signed_assertion is not None
        response.one("saml2:Assertion/saml2:Subject/saml2:NameID").text = "eve@acme.test"
        context.data["original"] = context.signed_assertion

    data: dict[str, Any] = {}
    options = signing(encryption=encryption())
    issued = issue_response(
        claims(), options, faults=[fault("assertion", tampered)], rng=Random(1), data=data
    )
    verify_with_signxml(issued.xml, signing_key(), "Response")
    assertion = parse(decrypt_with_xmlsec1(issued.xml, sp_key())).find("{*}EncryptedAssertion/{*}Assertion")
    assert assertion is not None
    assert assertion.findtext("{*}Subject/{*}NameID") == "eve@acme.test"
    with pytest.raises(InvalidDigest):
        verify_with_signxml(canonical(assertion, ("xs",)), signing_key(), "Assertion")
    assert data["original"].one("saml2:NameID").text == "ada@acme.test"


def test_a_wrapping_attack_is_a_few_lines() -> None:
    """XSW3: a forged assertion before the signed one, the Response re-signed as a real IdP never would."""

    def wrapped(response: Element, context: FaultContext) -> None:
        original = response.one("saml2:Assertion")
        forged = original.copy()
        remove_signature(forged)
        forged.set("ID", context.new_id())
        forged.one("saml2:Subject/saml2:NameID").text = "eve@acme.test"
        response.insert_before(original, forged)
        context.resign(response)

    issued = issue_response(claims(), signing(), faults=[fault("signed", wrapped)], rng=Random(1))
    assert [n.text for n in issued.tree.find_all("saml2:NameID")] == ["eve@acme.test", "ada@acme.test"]
    verify_with_signxml(issued.xml, signing_key(), "Response")
    assert len([e for e in issued.tree.elements if e.name == "ds:Signature"]) == 1


def test_a_foreign_key_signs_validly_but_as_somebody_else() -> None:
    def forged(response: Element, context: FaultContext) -> None:
        for element in (response.one("saml2:Assertion"), response):
            context.resign(element, root=response, key=context.foreign_key)

    issued = issue_response(claims(), signing(), faults=[fault("signed", forged)], rng=Random(1))
    context = FaultContext(signing(), Random(1))
    assert context.foreign_key is FaultContext(signing(), Random(2)).foreign_key
    verify_with_signxml(issued.xml, context.foreign_key, "Response")
    verify_with_signxml(issued.xml, context.foreign_key, "Assertion")
    with pytest.raises(InvalidSignature):
        verify_with_signxml(issued.xml, signing_key(), "Response")
    assert context.foreign_key.certificate.subject == signing_key().certificate.subject


def test_a_comment_in_the_name_survives_the_signature() -> None:
    def commented(response: Element, _context: FaultContext) -> None:
        name = response.one("saml2:NameID")
        name.append(Comment("x"))
        name.append(".evil.test")

    issued = issue_response(claims(), signing(), faults=[fault("tree", commented)], rng=Random(1))
    assert b"ada@acme.test<!--x-->.evil.test" in issued.xml
    verify_with_signxml(issued.xml, signing_key(), "Assertion")


def test_wire_faults_change_bytes_encoding_and_fields() -> None:
    def with_doctype(value: Wire, _context: FaultContext) -> None:
        value.xml = value.xml.replace(b"?>", b"?><!DOCTYPE x>", 1)

    def wrapped(value: Wire, _context: FaultContext) -> Wire:
        encoded = base64.encodebytes(value.xml).decode()
        return Wire(value.xml, encoded, {"RelayState": "https://evil.test"})

    issued = issue_response(
        claims(), signing(), faults=[fault("wire", with_doctype), fault("wire", wrapped)], rng=Random(1)
    )
    assert issued.xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE x><saml2p')
    assert "\n" in issued.saml_response
    assert base64.b64decode(issued.saml_response) == issued.xml
    assert issued.fields == {"RelayState": "https://evil.test"}


def test_faults_of_one_stage_run_in_the_order_given() -> None:
    seen: list[str] = []
    stages: list[Any] = ["wire", "signed", "assertion", "tree", "claims"]
    faults = [fault(s, lambda _v, _c, s=s: seen.append(s)) for s in stages]
    issue_response(claims(), signing(), faults=faults, rng=Random(1))
    assert seen == stages[::-1]


def test_the_reasons_why_faults_do_not_apply_are_collected() -> None:
    def needs_signed_assertion(_claims: ResponseClaims, options: SigningOptions) -> str | None:
        return None if options.assertion_signed else "the assertion is not signed"

    conditional = fault("signed", lambda _v, _c: None, applies=needs_signed_assertion)
    always = fault("wire", lambda _v, _c: None)
    assert why_not([conditional, always], claims(), signing()) == {}
    assert why_not([conditional, always], claims(), signing(assertion_signed=False)) == {
        "test-signed": "the assertion is not signed"
    }


@pytest.mark.parametrize(
    ("response_signed", "assertion_signed", "name"),
    [(True, True, "both"), (True, False, "response"), (False, True, "assertion"), (False, False, "none")],
)
def test_what_is_signed_has_the_name_that_reports_use(
    response_signed: bool, assertion_signed: bool, name: str
) -> None:
    assert signing(response_signed=response_signed, assertion_signed=assertion_signed).signed == name


@needs_xmlsec1
def test_a_fault_can_encrypt_for_the_app_or_for_a_certificate_of_its_own() -> None:
    def sealed(response: Element, context: FaultContext) -> None:
        assertion = response.one("saml2:Assertion")
        response.replace(assertion, context.encrypt(assertion, certificate=sp_key().certificate))

    issued = issue_response(claims(), signing(), faults=[fault("signed", sealed)], rng=Random(1))
    assert b"ada@acme.test" in decrypt_with_xmlsec1(issued.xml, sp_key())
    assertion = issued.tree.one("saml2:EncryptedAssertion")
    with pytest.raises(ValueError, match="this app does not encrypt"):
        FaultContext(signing(), Random(1)).encrypt(assertion)
    FaultContext(signing(encryption=encryption()), Random(1)).encrypt(assertion)


def test_signature_over_does_not_change_what_it_signs() -> None:
    issued = issue_response(claims(), signing(), rng=Random(1))
    before = canonical(issued.tree)
    signature = FaultContext(signing(), Random(1)).signature_over(issued.tree)
    assert canonical(issued.tree) == before
    assert signature.one("ds:Reference").get("URI") == f"#{issued.claims.response_id}"


def test_metadata_faults_change_the_tree_before_or_after_it_is_signed() -> None:
    def moved(value: MetadataWire, _context: FaultContext) -> None:
        value.tree.one("md:SingleSignOnService").set("Location", "http://127.0.0.1/elsewhere")

    signed = build_metadata(metadata_claims(), signing_key(), faults=[fault("metadata", moved)])
    assert b"http://127.0.0.1/elsewhere" in signed
    verify_with_signxml(signed, signing_key(), "EntityDescriptor")

    def tampered(value: MetadataWire, context: FaultContext) -> MetadataWire:
        assert value.sign_with is not None
        sign_metadata(value.tree, value.sign_with)
        moved(value, context)
        return MetadataWire(value.tree, None)

    with pytest.raises(InvalidDigest):
        verify_with_signxml(
            build_metadata(metadata_claims(), signing_key(), faults=[fault("metadata", tampered)]),
            signing_key(),
            "EntityDescriptor",
        )
    replaced = fault("metadata", lambda value, _c: MetadataWire(value.tree, None, b"<html/>"))
    assert build_metadata(metadata_claims(), faults=[replaced]) == b"<html/>"


def test_logout_faults_change_the_signed_message() -> None:
    answer = LogoutResponseClaims(id="id1", issue_instant=NOW, destination="http://sp/slo", issuer=ISSUER)
    unsigned = fault("logout", lambda root, _c: remove_signature(root) and None)
    context = FaultContext(signing(), Random(1))
    xml = build_logout_response(answer, signing(), faults=[unsigned], context=context)
    assert b"Signature" not in xml
    assert b"Signature" in build_logout_response(answer, signing())


def test_threads_can_issue_at_the_same_time() -> None:
    expected = issue_response(claims(), signing(), rng=Random(1)).xml
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda _n: issue_response(claims(), signing(), rng=Random(1)).xml, range(80))
        assert set(made) == {expected}
