"""Who it is: where the email comes from, and what becomes of names and attributes."""

from __future__ import annotations

import json

import pytest

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import difference
from tests.reference_sp.small_idp import EMAIL

CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


def name_id(value: str, name_format: str = UNSPECIFIED, more: str = "") -> str:
    return f'<a:NameID Format="{name_format}"{more}>{value}</a:NameID>'


@pytest.mark.parametrize(
    ("name", "attributes", "email"),
    [
        (name_id("ada@acme.test", EMAIL), {}, "ada@acme.test"),
        (name_id("ada@acme.test", UNSPECIFIED), {}, "ada@acme.test"),
        (name_id("ada@acme.test", UNSPECIFIED), {CLAIM: ["other@acme.test"]}, "ada@acme.test"),
        (
            name_id("7f3", PERSISTENT),
            {CLAIM: ["claim@acme.test"], "email": ["attr@acme.test"]},
            "claim@acme.test",
        ),
        (
            name_id("7f3", PERSISTENT),
            {"EmailAddress": ["a@acme.test"], "email": ["b@acme.test"]},
            "a@acme.test",
        ),
        (name_id("7f3", PERSISTENT), {"EMAIL": ["b@acme.test"]}, "b@acme.test"),
        (name_id("x@acme.test", TRANSIENT), {"email": ["stable@acme.test"]}, "stable@acme.test"),
        (name_id("jdoe"), {"Email": ["jd@acme.test"]}, "jd@acme.test"),
        ("", {"email": ["attr@acme.test"]}, "attr@acme.test"),
        (name_id("o'neil+x@acme.test", EMAIL), {}, "o'neil+x@acme.test"),
        (name_id("zoë@acmé.test", EMAIL), {}, "zoë@acmé.test"),
    ],
)
def test_the_first_valid_email_in_the_documented_order(
    pair: Pair, name: str, attributes: dict[str, list[str]], email: str
) -> None:
    browser = pair.browser()
    pair.deliver(pair.idp.response(name_id_xml=name, attributes=attributes), browser)
    assert browser.signed_in() == email


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        (name_id("jdoe"), {}, "email_invalid"),
        (name_id("jdoe"), {"email": ["also no email"]}, "email_invalid"),
        (name_id("ada@"), {}, "email_invalid"),
        (name_id("ada@acme.test,eve@acme.test"), {}, "email_invalid"),
        (name_id("ada\u200b@acme.test"), {}, "email_invalid"),
        (name_id("7f3", PERSISTENT), {}, "email_missing"),
        (name_id("x@acme.test", TRANSIENT), {}, "email_missing"),
        (name_id(""), {}, "email_missing"),
        (name_id("   "), {}, "email_missing"),
        ("", {}, "email_missing"),
        ("", {"mail": ["ada@acme.test"], "firstName": ["Ada"]}, "email_missing"),
    ],
)
def test_nobody_is_signed_in_without_a_valid_email(
    pair: Pair, name: str, attributes: dict[str, list[str]], code: str
) -> None:
    before = pair.sp.members()
    assert pair.code(pair.idp.response(name_id_xml=name, attributes=attributes)) == code
    assert pair.sp.members() == before


def test_the_admin_learns_what_came_instead_of_an_email(pair: Pair) -> None:
    assert pair.code(pair.idp.response(name_id_xml=name_id("jdoe"), attributes={"User.Email": ["a@b.test"]}))
    found = difference(pair)
    assert "Subject is jdoe" in found.received
    assert "User.Email" in found.received, "the names that came are listed"
    assert found.fixes[0].field == "Application username"


def test_a_fallback_leaves_a_warning_in_the_log(pair: Pair) -> None:
    assert (
        pair.code(pair.idp.response(name_id_xml=name_id("jdoe"), attributes={"Email": ["jd@acme.test"]}))
        == ""
    )
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert [one.code for one in attempt.warnings] == ["email_invalid"]
    assert "attribute Email" in attempt.warnings[0].hint


def test_case_of_the_email_does_not_make_a_second_account(pair: Pair) -> None:
    assert pair.code(pair.idp.response("Ada@Acme.test")) == ""
    assert pair.code(pair.idp.response("ada@ACME.test")) == ""
    assert [member.email for member in pair.sp.members()] == ["admin@acme.test", "Ada@Acme.test"]


def test_an_sp_may_tell_cases_apart(make: Maker) -> None:
    pair = make(fold_email_case=False)
    assert pair.code(pair.idp.response("Ada@acme.test")) == ""
    assert pair.code(pair.idp.response("ada@acme.test")) == ""
    assert len(pair.sp.members()) == 3


def test_lookalikes_are_different_people(pair: Pair) -> None:
    for name in ("zoe\u0301@acme.test", "zo\u00e9@acme.test", "\u0430da@acme.test", "ada@acme.test"):
        assert pair.code(pair.idp.response(name)) == ""
    assert len(pair.sp.members()) == 5


def test_names_and_attributes_reach_the_application_unchanged(pair: Pair) -> None:
    value = "Ünï <b>&amp;</b> 'q' " + "x" * 256
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    root = pair.idp.response(
        name_id_xml=name_id("  Mixed Case  ", UNSPECIFIED),
        attributes={"email": ["ada@acme.test"], "note": [escaped], "groups": [f"g{n}" for n in range(100)]},
    )
    browser = pair.browser()
    pair.deliver(root, browser)
    me = json.loads(browser.get("/me.json").text)
    assert me["name_id"] == "  Mixed Case  "
    assert me["attributes"]["note"] == [value]
    assert len(me["attributes"]["groups"]) == 100
    page = browser.get("/me").text
    assert "<b>" not in page.replace("<b>Acme", "")
    assert "&lt;b&gt;" in page


def test_many_attributes_fit(pair: Pair) -> None:
    groups = [f"group-{number:04d}-{'x' * 60}" for number in range(500)]
    browser = pair.browser()
    pair.deliver(pair.idp.response(attributes={"groups": groups}), browser)
    assert json.loads(browser.get("/me.json").text)["attributes"]["groups"] == groups


STATEMENT = (
    '<a:AuthnStatement AuthnInstant="2026-01-01T00:00:00Z"><a:AuthnContext>'
    "<a:AuthnContextClassRef>urn:x</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement>"
)


ONE = '<a:AttributeStatement><a:Attribute Name="a"/></a:AttributeStatement>'


@pytest.mark.parametrize(
    ("settings", "statements", "code"),
    [
        ({}, "", ""),
        ({}, "<a:AttributeStatement/>", "attr_empty"),
        ({"attribute_statement": "any"}, "<a:AttributeStatement/>", ""),
        ({"attribute_statement": "required"}, "", "attr_none"),
        ({"attribute_statement": "required"}, ONE, ""),
        ({"duplicate_attributes": "refuse"}, '<a:AttributeStatement><a:Attribute Name="a"/><a:Attribute Name="a"/>'
         "</a:AttributeStatement>", "attr_duplicate"),
        ({"duplicate_attributes": "refuse"}, '<a:AttributeStatement><a:Attribute Name="a"/><a:Attribute Name="b"/>'
         "</a:AttributeStatement>", ""),
    ],
)  # fmt: skip
def test_attribute_statements(make: Maker, settings: dict[str, str], statements: str, code: str) -> None:
    pair = make(**settings)
    assert pair.code(pair.idp.response(statements=STATEMENT + statements)) == code


def test_attributes_of_every_form(pair: Pair) -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    statements = (
        f'{STATEMENT}<a:AttributeStatement><a:Attribute Name="typed" NameFormat="urn:private"><a:AttributeValue {xsi}'
        ' xmlns:q="urn:q" xsi:type="q:odd">x</a:AttributeValue></a:Attribute>'
        '<a:Attribute Name="empty"><a:AttributeValue/></a:Attribute><a:Attribute Name="none"/>'
        f'<a:Attribute Name="nil"><a:AttributeValue {xsi} xsi:nil="true"/></a:Attribute>'
        '<a:Attribute Name="nested"><a:AttributeValue><p xmlns="urn:x">y</p></a:AttributeValue></a:Attribute>'
        '<a:Attribute Name="odd" FriendlyName="email"><a:AttributeValue>eve@acme.test</a:AttributeValue></a:Attribute>'
        '</a:AttributeStatement><a:AttributeStatement><a:Attribute Name="second">'
        "<a:AttributeValue>z</a:AttributeValue></a:Attribute></a:AttributeStatement>"
    )
    browser = pair.browser()
    pair.deliver(pair.idp.response(statements=statements), browser)
    assert json.loads(browser.get("/me.json").text)["attributes"] == {
        "typed": ["x"],
        "empty": [""],
        "none": [],
        "nil": [],
        "nested": [],
        "odd": ["eve@acme.test"],
        "second": ["z"],
    }


def test_a_friendly_name_is_no_name(pair: Pair) -> None:
    attribute = (
        '<a:AttributeStatement><a:Attribute Name="odd" FriendlyName="email">'
        "<a:AttributeValue>eve@acme.test</a:AttributeValue></a:Attribute></a:AttributeStatement>"
    )
    root = pair.idp.response(name_id_xml=name_id("7f3", PERSISTENT), statements=STATEMENT + attribute)
    assert pair.code(root) == "email_missing"


def test_a_name_made_for_another_sp_is_refused(pair: Pair) -> None:
    own, foreign = f' SPNameQualifier="{pair.sp.entity_id}"', ' SPNameQualifier="https://other.test/sp"'
    assert pair.code(pair.idp.response(name_id_xml=name_id("ada@acme.test", more=own))) == ""
    assert pair.code(pair.idp.response(name_id_xml=name_id("ada@acme.test", more=foreign))) == "spnq_mismatch"


def test_accepted_formats_and_a_required_name(make: Maker) -> None:
    picky = make(name_id_formats=(EMAIL,))
    assert picky.code(picky.idp.response(name_id_xml=name_id("ada@acme.test", EMAIL))) == ""
    assert (
        picky.code(picky.idp.response(name_id_xml=name_id("ada@acme.test", UNSPECIFIED))) == "nameid_format"
    )
    needy = make(name_id_required=True)
    assert (
        needy.code(needy.idp.response(name_id_xml="", attributes={"email": ["a@acme.test"]}))
        == "nameid_missing"
    )
    assert needy.code(needy.idp.response()) == ""
