"""The Response comes out in the serialization of recorded Okta responses."""

from __future__ import annotations

import base64
from random import Random

import pytest

from fake_idp.saml.claims import Attribute, format_instant
from fake_idp.saml.names import ATTRNAME_BASIC, STATUS_NO_PASSIVE, STATUS_RESPONDER
from fake_idp.saml.pipeline import IssuedResponse, issue_response
from fake_idp.saml.xml import read_tree
from tests.saml.examples import (
    ACS_URL,
    AUDIENCE,
    ISSUER,
    NOW,
    REQUEST_ID,
    claims,
    encryption,
    signing,
    signing_key,
    sp_key,
)
from tests.saml.skeleton import match

KNOWN = {
    "acs": ACS_URL,
    "audience": AUDIENCE,
    "issuer": ISSUER,
    "request": REQUEST_ID,
    "user": "ada@acme.test",
}


def issue(*, sp_initiated: bool = True, attributes: bool = True, **options: object) -> IssuedResponse:
    return issue_response(
        claims(sp_initiated=sp_initiated, attributes=attributes), signing(**options), rng=Random("bytes")
    )


def test_both_signed_response_has_the_bytes_of_the_recorded_ones() -> None:
    parts = match("response_both_signed", issue().xml, KNOWN)
    assert parts["now"] == "2026-03-29T07:42:22.136Z"
    assert parts["from"] == "2026-03-29T07:37:22.136Z"
    assert parts["until"] == "2026-03-29T07:47:22.136Z"
    assert parts["authenticated"] == "2026-03-29T07:07:22.136Z"
    assert parts["certificate"] == signing_key().certificate_b64_wrapped
    assert parts["response-id"][:11] == parts["assertion-id"][:11]
    assert parts["response-id"] != parts["assertion-id"]


def test_idp_initiated_response_without_attributes_has_no_in_response_to_no_xs_and_an_own_session_index() -> (
    None
):
    response = issue(sp_initiated=False, attributes=False, assertion_signed=False)
    parts = match("response_only_signed_no_attributes", response.xml, KNOWN)
    assert parts["session"].startswith("id1774770142136.")


def test_encrypted_response_has_the_sibling_layout_and_no_xs() -> None:
    parts = match("response_encrypted", issue(encryption=encryption()).xml, KNOWN)
    assert parts["sp-certificate"] == sp_key().certificate_b64_wrapped
    assert parts["data-id"] != parts["key-id"]


def test_form_value_is_the_base64_of_the_bytes_on_one_line() -> None:
    response = issue()
    assert base64.b64decode(response.saml_response) == response.xml
    assert "\n" not in response.saml_response


def test_same_claims_key_and_seed_give_the_same_bytes() -> None:
    assert issue().xml == issue().xml
    other = issue_response(claims(name_id="bob@acme.test"), signing(), rng=Random("bytes"))
    assert other.xml != issue().xml


@pytest.mark.parametrize("signed_assertion", [True, False])
def test_children_of_a_signed_assertion_repeat_saml2_and_those_of_an_unsigned_one_do_not(
    signed_assertion: bool,
) -> None:
    assertion = issue(assertion_signed=signed_assertion).tree.one("saml2:Assertion")
    children = [c for c in assertion.elements if c.name != "ds:Signature"]
    assert [c.local_name for c in children] == [
        "Issuer",
        "Subject",
        "Conditions",
        "AuthnStatement",
        "AttributeStatement",
    ]
    assert {"xmlns:saml2" in c.attributes for c in children} == {signed_assertion}
    assert "xmlns:saml2" in assertion.attributes


@pytest.mark.parametrize(
    ("attributes", "response_signed", "assertion_signed", "encrypted", "on_response", "on_assertion"),
    [
        (True, True, True, False, True, True),
        (True, True, False, False, True, False),
        (True, False, True, False, False, True),
        (True, True, True, True, False, True),
        (True, True, False, True, False, False),
        (False, True, True, False, False, False),
        (False, True, True, True, False, False),
    ],
)
def test_xs_is_declared_and_named_in_the_transform_where_a_signed_element_holds_attribute_values(
    attributes: bool,
    response_signed: bool,
    assertion_signed: bool,
    encrypted: bool,
    on_response: bool,
    on_assertion: bool,
) -> None:
    response = issue(
        attributes=attributes,
        response_signed=response_signed,
        assertion_signed=assertion_signed,
        encryption=encryption() if encrypted else None,
    )
    assert ("xmlns:xs" in response.tree.attributes) is on_response
    own = response.tree.child("Signature")
    assert (own is not None and own.find("ec:InclusiveNamespaces") is not None) is on_response
    if not encrypted:
        assertion = response.tree.one("saml2:Assertion")
        assert ("xmlns:xs" in assertion.attributes) is on_assertion
        inner = assertion.child("Signature")
        assert (inner is not None and inner.find("ec:InclusiveNamespaces") is not None) is on_assertion


@pytest.mark.parametrize(
    ("response_signed", "assertion_signed"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_only_what_is_to_be_signed_is_signed_right_after_the_issuer(
    response_signed: bool, assertion_signed: bool
) -> None:
    tree = issue(response_signed=response_signed, assertion_signed=assertion_signed).tree
    expected = {tree: response_signed, tree.one("saml2:Assertion"): assertion_signed}
    for element, signed in expected.items():
        names = [e.local_name for e in element.elements][:2]
        assert (names == ["Issuer", "Signature"]) is signed


def test_status_repeats_its_namespace_in_every_combination() -> None:
    for options in (
        {},
        {"assertion_signed": False},
        {"response_signed": False},
        {"encryption": encryption()},
    ):
        status = issue(**options).tree.one("saml2p:Status")
        assert status.attributes == {"xmlns:saml2p": "urn:oasis:names:tc:SAML:2.0:protocol"}


def test_without_any_attribute_value_the_whole_statement_is_missing() -> None:
    values = claims(attributes=False)
    values.attributes = [Attribute("nickname"), Attribute("middleName", values=[])]
    tree = issue_response(values, signing(), rng=Random(1)).tree
    assert tree.find("saml2:AttributeStatement") is None
    assert "xmlns:xs" not in tree.attributes


def test_an_attribute_without_values_is_left_out_and_an_empty_value_is_sent_empty() -> None:
    values = claims(attributes=False)
    values.attributes = [Attribute("nickname"), Attribute("cleared", ATTRNAME_BASIC, [""])]
    response = issue_response(values, signing(), rng=Random(1))
    assert [a.get("Name") for a in response.tree.find_all("saml2:Attribute")] == ["cleared"]
    assert b'Name="cleared" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"' in response.xml
    assert b'xsi:type="xs:string"></saml2:AttributeValue>' in response.xml


def test_session_not_on_or_after_appears_only_when_the_app_sends_it() -> None:
    assert b"SessionNotOnOrAfter" not in issue().xml
    response = issue_response(claims(session_not_on_or_after=NOW), signing(), rng=Random(1))
    assert (
        b'AuthnStatement AuthnInstant="2026-03-29T07:07:22.136Z" SessionIndex="'
        + REQUEST_ID.encode()
        + b'" SessionNotOnOrAfter="2026-03-29T07:42:22.136Z" xmlns:saml2='
    ) in response.xml


def test_an_error_response_has_nested_status_a_message_and_no_assertion() -> None:
    failed = claims(status=STATUS_RESPONDER, sub_status=STATUS_NO_PASSIVE, status_message="No session")
    tree = issue_response(failed, signing(), rng=Random(1)).tree
    assert tree.one("saml2p:Status/saml2p:StatusCode/saml2p:StatusCode").get("Value") == STATUS_NO_PASSIVE
    assert tree.one("saml2p:Status/saml2p:StatusMessage").text == "No session"
    assert tree.find("saml2:Assertion") is None
    assert tree.child("Signature") is not None


def test_attributes_stand_in_the_order_of_their_names_everywhere() -> None:
    for element in read_tree(issue(encryption=encryption()).xml).walk():
        assert list(element.attributes) == sorted(element.attributes)
    for element in read_tree(issue().xml).walk():
        assert list(element.attributes) == sorted(element.attributes)


def test_times_are_utc_with_three_decimals_cut_not_rounded() -> None:
    assert format_instant(NOW.replace(microsecond=999_999)) == "2026-03-29T07:42:22.999Z"
    assert format_instant(NOW.replace(microsecond=0)) == "2026-03-29T07:42:22.000Z"
