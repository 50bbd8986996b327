"""Who signed, and what: every rule with the message that breaks it and the one that keeps it."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from lxml import etree

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.small_idp import (
    DS,
    EXC,
    MORE,
    NS,
    SAML,
    SAMLP,
    XENC,
    Element,
    SmallIdp,
    find,
    new_id,
    sign,
)
from tests.reference_sp.small_idp import pair as key_pair

ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
EXCLUSIVE = f'<ds:Transform Algorithm="{EXC}"/>'
BOTH = ("both", "response", "assertion")


def signature_of(root: Element, signed: str) -> Element:
    return find(root, "ds:Signature" if signed == "response" else "a:Assertion/ds:Signature")


@pytest.mark.parametrize("signed", BOTH)
def test_a_changed_value_under_an_old_signature(pair: Pair, signed: str) -> None:
    root = pair.idp.response(signed=signed)
    find(root, "a:Assertion/a:Subject/a:NameID").text = "eve@acme.test"
    assert pair.code(root) == "sig_digest"


@pytest.mark.parametrize("part", [".", "a:Assertion"])
def test_both_signatures_count_when_both_are_there(pair: Pair, part: str) -> None:
    root = pair.idp.response(signed="none")
    other = key_pair("attacker")
    assertion = find(root, "a:Assertion")
    sign(assertion, other if part == "a:Assertion" else pair.idp.signer)
    sign(root, other if part == "." else pair.idp.signer)
    assert pair.code(root) == "sig_untrusted_key"


def test_a_changed_signature_value(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion")
    value = find(root, "a:Assertion/ds:Signature/ds:SignatureValue")
    value.text = ("A" if value.text and value.text[0] != "A" else "B") + (value.text or "")[1:]
    assert pair.code(root) == "sig_digest"


def test_the_admin_learns_which_key_signed_and_which_is_trusted(pair: Pair) -> None:
    other = SmallIdp(pair.sp.acs_url, pair.sp.entity_id, signer=key_pair("inactive"))
    assert pair.code(other.response()) == "sig_untrusted_key"
    attempt = pair.sp.last_login()
    assert attempt is not None
    difference = attempt.differences[0]
    assert "SHA-256" in difference.expected
    assert "SHA-256" in difference.received
    assert any("Active" in fix.advice for fix in difference.fixes)


@pytest.mark.parametrize(
    ("key_info", "code"),
    [
        ("", ""),
        ("<ds:KeyInfo><ds:KeyName>okta</ds:KeyName></ds:KeyInfo>", ""),
        (f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key_pair('attacker').body}</ds:X509Certificate>"
         "</ds:X509Data></ds:KeyInfo>", ""),
        ('<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1:9/key"/></ds:KeyInfo>', "sig_malformed"),
    ],
)  # fmt: skip
def test_key_info_has_no_say(pair: Pair, key_info: str, code: str) -> None:
    assert pair.code(pair.idp.response(signed="assertion", options={"key_info": key_info})) == code
    other = SmallIdp(pair.sp.acs_url, pair.sp.entity_id, signer=key_pair("attacker"))
    refused = pair.code(other.response(signed="assertion", options={"key_info": key_info}))
    assert refused == (code or "sig_untrusted_key")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, ""),
        ({"method": f"{MORE}rsa-sha512", "digest": f"{XENC}sha512"}, ""),
        ({"method": f"{DS}rsa-sha1", "digest": f"{DS}sha1"}, "sig_algorithm"),
        ({"method": f"{DS}rsa-sha1"}, "sig_algorithm"),
        ({"digest": f"{DS}sha1"}, "sig_algorithm"),
    ],
)
def test_algorithms(pair: Pair, options: dict[str, str], code: str) -> None:
    assert pair.code(pair.idp.response(options=options)) == code


def test_sha1_is_accepted_only_where_the_setting_says_so(make: Maker) -> None:
    options = {"method": f"{DS}rsa-sha1", "digest": f"{DS}sha1"}
    lenient = make(signature_algorithms=("rsa-sha256", "rsa-sha1"), digest_algorithms=("sha256", "sha1"))
    assert lenient.code(lenient.idp.response(options=options)) == ""


@pytest.mark.parametrize(
    "algorithm", ["", " ", "urn:unknown", f"{DS}hmac-sha1", f"{MORE}hmac-sha256", f"{MORE}rsa-md5"]
)
def test_no_algorithm_is_put_in_the_place_of_an_unknown_one(pair: Pair, algorithm: str) -> None:
    root = pair.idp.response(signed="assertion")
    find(root, "a:Assertion/ds:Signature/ds:SignedInfo/ds:SignatureMethod").set("Algorithm", algorithm)
    assert pair.code(root) == "sig_algorithm"


@pytest.mark.parametrize(
    ("reference", "code"),
    [("", "sig_reference"), ("#xpointer(/)", "sig_reference"), ("http://127.0.0.1:9/x", "sig_reference"),
     ("file:///etc/hostname", "sig_reference"), ("#nobody", "sig_reference"), ("#x' or '1'='1", "sig_reference")],
)  # fmt: skip
def test_the_reference_names_the_element_by_its_id(pair: Pair, reference: str, code: str) -> None:
    assert pair.code(pair.idp.response(signed="assertion", options={"reference": reference})) == code


def test_a_signature_over_another_element_is_no_cover(pair: Pair) -> None:
    root = pair.idp.response(signed="none")
    other = pair.idp.response("eve@acme.test", signed="assertion")
    find(root, "a:Assertion").insert(1, copy.deepcopy(find(other, "a:Assertion/ds:Signature")))
    assert pair.code(root) == "sig_reference"


XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    f'<ds:XPath xmlns:a="{SAML}">not(ancestor-or-self::a:NameID)</ds:XPath></ds:Transform>'
)


@pytest.mark.parametrize(
    ("transforms", "code"),
    [
        (ENVELOPED + EXCLUSIVE, ""),
        (ENVELOPED + f'<ds:Transform Algorithm="{EXC}WithComments"/>', ""),
        (ENVELOPED + f'<ds:Transform Algorithm="{EXC}"><ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="xs"/>'
         "</ds:Transform>", ""),
        (EXCLUSIVE, "sig_reference"),
        (ENVELOPED, "sig_reference"),
        ("", "sig_reference"),
        (EXCLUSIVE + ENVELOPED, "sig_reference"),
        (ENVELOPED + XPATH + EXCLUSIVE, "sig_reference"),
        (ENVELOPED + EXCLUSIVE * 1000, "sig_reference"),
        (ENVELOPED + '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>', "sig_reference"),
        (ENVELOPED + '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>', "sig_reference"),
    ],
)  # fmt: skip
def test_transforms(pair: Pair, transforms: str, code: str) -> None:
    assert pair.code(pair.idp.response(signed="assertion", options={"transforms": transforms})) == code


Change = Callable[[Element], None]


def doubled_info(signature: Element) -> None:
    signature.insert(0, copy.deepcopy(signature[0]))


def doubled_reference(signature: Element) -> None:
    info = signature[0]
    info.append(copy.deepcopy(info[-1]))


def no_reference(signature: Element) -> None:
    signature[0].remove(signature[0][-1])


def an_object(signature: Element) -> None:
    signature.append(etree.Element(f"{{{DS}}}Object"))


def without_value(signature: Element) -> None:
    signature.remove(signature[1])


def empty(signature: Element) -> None:
    for part in list(signature):
        signature.remove(part)


def empty_value(signature: Element) -> None:
    signature[1].text = ""


def comment_in(path: str) -> Change:
    def change(signature: Element) -> None:
        find(signature, path).insert(0, etree.Comment("x"))

    return change


def instruction_in_info(signature: Element) -> None:
    signature[0].append(etree.ProcessingInstruction("x", "y"))


def inclusive_info(signature: Element) -> None:
    signature[0][0].set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")


def manifest_type(signature: Element) -> None:
    signature[0][-1].set("Type", f"{DS}Manifest")


@pytest.mark.parametrize("signed", ["response", "assertion"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _: None, ""),
        (doubled_info, "sig_malformed"),
        (doubled_reference, "sig_reference"),
        (no_reference, "sig_algorithm"),
        (an_object, "sig_malformed"),
        (without_value, "sig_malformed"),
        (empty, "sig_malformed"),
        (empty_value, "sig_malformed"),
        (comment_in("ds:SignedInfo/ds:Reference/ds:DigestValue"), "sig_malformed"),
        (comment_in("ds:SignatureValue"), "sig_malformed"),
        (comment_in("ds:SignedInfo"), "sig_malformed"),
        (instruction_in_info, "resp_schema"),
        (inclusive_info, "sig_malformed"),
        (manifest_type, "sig_reference"),
    ],
)
def test_the_shape_of_the_signature(pair: Pair, signed: str, change: Change, code: str) -> None:
    root = pair.idp.response(signed=signed)
    change(signature_of(root, signed))
    assert pair.code(root) == code


def test_the_signature_stands_right_after_the_issuer(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion")
    assertion = find(root, "a:Assertion")
    signature = find(assertion, "ds:Signature")
    assertion.append(signature)
    assert pair.code(root) == "resp_schema"
    assertion.insert(1, signature)
    assert pair.code(root) == ""


def test_two_signatures_in_one_element(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion")
    assertion = find(root, "a:Assertion")
    assertion.insert(1, copy.deepcopy(find(assertion, "ds:Signature")))
    assert pair.code(root) == "resp_schema"


def test_a_signature_element_of_another_namespace_is_none(pair: Pair) -> None:
    root = pair.idp.response(signed="none")
    find(root, "a:Assertion").insert(1, etree.fromstring('<Signature xmlns="urn:lookalike"/>'))
    assert pair.code(root) == "resp_schema"


def test_ids_are_unique_in_every_spelling(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion")
    identifier = find(root, "a:Assertion").get("ID", "")
    for name in ("Id", "ID", "id", "{urn:x}ID", "{http://www.w3.org/XML/1998/namespace}id"):
        forged = copy.deepcopy(root)
        extensions = etree.fromstring(f'<p:Extensions xmlns:p="{SAMLP}"><x xmlns="urn:x"/></p:Extensions>')
        extensions[0].set(name, identifier)
        forged.insert(1, extensions)
        assert pair.code(forged) == "sig_reference", name
    assert pair.code(root) == ""


def test_response_and_assertion_may_not_share_an_id(pair: Pair) -> None:
    def same(root: Element) -> None:
        find(root, "a:Assertion").set("ID", root.get("ID", ""))

    assert pair.code(pair.idp.response(edit=same, signed="response")) == "sig_reference"


def test_a_relative_namespace_that_breaks_canonicalization(pair: Pair) -> None:
    text = etree.tostring(pair.idp.response(signed="assertion")).decode()
    assert pair.code(text.replace("<a:NameID ", '<a:NameID xmlns:x="1" ', 1).encode()) == "sig_malformed"


def wrapped(pair: Pair, place: Callable[[Element, Element, Element], None]) -> Element:
    """A forged assertion, and the signed one put where ``place`` wants it."""
    root = pair.idp.response(signed="assertion")
    genuine = find(root, "a:Assertion")
    forged = copy.deepcopy(genuine)
    forged.set("ID", new_id())
    find(forged, "a:Subject/a:NameID").text = "eve@acme.test"
    forged.remove(find(forged, "ds:Signature"))
    root.remove(genuine)
    root.append(forged)
    place(root, forged, genuine)
    return root


def in_object(root: Element, forged: Element, genuine: Element) -> None:
    signature = find(genuine, "ds:Signature")
    genuine.remove(signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(genuine)
    forged.insert(1, signature)


def moved(root: Element, forged: Element, genuine: Element) -> None:
    signature = find(genuine, "ds:Signature")
    genuine.remove(signature)
    forged.insert(1, signature)
    root.append(genuine)


def in_extensions(root: Element, forged: Element, genuine: Element) -> None:
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(genuine)
    root.insert(1, extensions)


@pytest.mark.parametrize(
    "place",
    [
        lambda root, forged, genuine: root.append(genuine),
        lambda root, forged, genuine: root.insert(2, genuine),
        lambda root, forged, genuine: forged.append(genuine),
        moved,
        in_object,
        in_extensions,
        lambda root, forged, genuine: find(root, "p:Status").append(genuine),
    ],
    ids=["before", "behind", "around", "signature moved", "in an object", "in extensions", "in the status"],
)
def test_wrapping(pair: Pair, place: Callable[[Element, Element, Element], None]) -> None:
    browser = pair.browser()
    page = pair.deliver(wrapped(pair, place), browser)
    assert browser.signed_in() == ""
    assert page.status == 303
    assert "eve@acme.test" not in browser.get(page.location).text


def test_a_signed_response_inside_an_unsigned_one(pair: Pair) -> None:
    signed = pair.idp.response(signed="response")
    outer = pair.idp.response("eve@acme.test", signed="none")
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(signed)
    outer.insert(1, extensions)
    assert pair.code(outer) == "resp_many_assertions"


def test_required_signatures(make: Maker) -> None:
    response = make(require_response_signed=True)
    assert response.code(response.idp.response(signed="assertion")) == "sig_response_required"
    assert response.code(response.idp.response(signed="response")) == ""
    assertion = make(require_assertion_signed=True)
    assert assertion.code(assertion.idp.response(signed="response")) == "sig_assertion_required"
    assert assertion.code(assertion.idp.response(signed="assertion")) == ""


def test_an_expired_certificate_warns_by_default_and_refuses_by_setting(make: Maker) -> None:
    from datetime import timedelta

    for policy, code in (("warn", ""), ("ignore", ""), ("reject", "cert_expired")):
        idp = SmallIdp(signer=key_pair("soon", days=(-10, 10)))
        pair = make(idp=idp, expired_certificate=policy)
        pair.sp.move_clock(timedelta(days=30))
        assert pair.code(idp.response()) == code
        attempt = pair.sp.last_login()
        assert attempt is not None
        assert [one.code for one in attempt.warnings] == (["cert_expired"] if policy == "warn" else [])


def test_prefixes_that_only_values_use_survive_the_signature_of_the_response(pair: Pair) -> None:
    """Exclusive canonicalization of the Response drops xmlns:xs, which the assertion's own signature covers."""
    xs, xsi = "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/2001/XMLSchema-instance"
    root = pair.idp.response(signed="none", attributes={"note": ["x"]})
    value = find(root, "a:Assertion/a:AttributeStatement/a:Attribute/a:AttributeValue")
    declared = f'xmlns:a="{SAML}" xmlns:xs="{xs}" xmlns:xsi="{xsi}"'
    typed = etree.fromstring(f'<a:AttributeValue {declared} xsi:type="xs:string">x</a:AttributeValue>')
    parent = value.getparent()
    assert parent is not None
    parent.replace(value, typed)
    pair.idp.sign(root, "both")
    assert root.find("ds:Signature", NS) is not None
    assert pair.code(root) == ""
