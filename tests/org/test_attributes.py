"""Attribute statements, group attribute statements, and the preview of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fake_idp.org.attributes import attributes_of
from fake_idp.org.errors import InvalidSetting
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org
from fake_idp.org.org_settings import OrgSettings
from fake_idp.org.settings import AttributeStatement, GroupAttributeStatement, SamlSettings
from fake_idp.saml.names import ATTRNAME_BASIC, ATTRNAME_UNSPECIFIED, ATTRNAME_URI


def attributes(org: Org, app: App, person: Person, **settings: object) -> dict[str, list[str]]:
    changed = replace(app.settings, **settings)  # type: ignore[arg-type]
    context = org.expression_context(app, person)
    return {a.name: a.values for a in attributes_of(changed, context, org.settings)}


def test_each_row_becomes_an_attribute_in_its_name_format(org: Org, app: App, ada: Person) -> None:
    settings = replace(
        app.settings,
        attribute_statements=(
            AttributeStatement("mail", ("user.email",), ATTRNAME_BASIC),
            AttributeStatement("urn:name", ('user.firstName + " " + user.lastName',), ATTRNAME_URI),
            AttributeStatement("static", ("Hello world",)),
        ),
    )
    found = attributes_of(settings, org.expression_context(app, ada), OrgSettings())
    assert [(a.name, a.name_format, a.values) for a in found] == [
        ("mail", ATTRNAME_BASIC, ["ada@acme.test"]),
        ("urn:name", ATTRNAME_URI, ["Ada Lovelace"]),
        ("static", ATTRNAME_UNSPECIFIED, ["Hello world"]),
    ]


def test_an_array_becomes_several_values_or_one_joined_by_commas(org: Org, app: App) -> None:
    person = org.add_person("x@acme.test", first_name="X", last_name="Y", roles=["a", "b"])
    rows = (
        AttributeStatement("roles", ("user.roles",)),
        AttributeStatement("two", ("user.login", "user.email")),
    )
    assert attributes(org, app, person, attribute_statements=rows) == {
        "roles": ["a", "b"],
        "two": ["x@acme.test", "x@acme.test"],
    }
    org.change_settings(array_attributes=False)
    assert attributes(org, app, person, attribute_statements=rows)["roles"] == ["a,b"]


def test_an_attribute_without_a_value_is_left_out_or_sent_empty(org: Org, app: App, ada: Person) -> None:
    rows = (
        AttributeStatement("none", ("user.nothing",)),
        AttributeStatement("bad", ("Convert.toInt(user.login)",)),
    )
    assert attributes(org, app, ada, attribute_statements=rows) == {}
    org.change_settings(empty_attributes="send_empty")
    assert attributes(org, app, ada, attribute_statements=rows) == {"none": [""], "bad": [""]}


@pytest.mark.parametrize(
    ("filter_type", "value", "expected"),
    [
        ("STARTS_WITH", "Adm", ["Admins EU", "Admins US"]),
        ("STARTS_WITH", "adm", []),
        ("EQUALS", "Admins EU", ["Admins EU"]),
        ("EQUALS", "Admins", []),
        ("CONTAINS", "EU", ["Admins EU", "Users EU"]),
        ("CONTAINS", "Asia", []),
        ("REGEX", ".*", ["Everyone", "Admins EU", "Admins US", "Users EU"]),
        ("REGEX", "Admins (EU|US)", ["Admins EU", "Admins US"]),
        ("REGEX", "Admins", []),
    ],
)
def test_the_four_filters(
    org: Org, app: App, ada: Person, filter_type: str, value: str, expected: list[str]
) -> None:
    for name in ("Users EU", "Admins US", "Admins EU"):
        org.add_member(org.add_group(name), ada)
    org.add_group("Admins Elsewhere")
    rows = (GroupAttributeStatement("groups", filter_type, value),)  # type: ignore[arg-type]
    assert attributes(org, app, ada, group_attribute_statements=rows) == (
        {"groups": expected} if expected else {}
    )


def test_a_filter_that_matches_nothing_has_a_twin_that_does(org: Org, app: App, ada: Person) -> None:
    org.add_member(org.add_group("Staff"), ada)
    rows = (GroupAttributeStatement("groups", "EQUALS", "Staff"),)
    assert attributes(org, app, ada, group_attribute_statements=rows) == {"groups": ["Staff"]}
    org.remove_member("Staff", ada)
    assert attributes(org, app, ada, group_attribute_statements=rows) == {}


def test_the_preview_knows_nobody(org: Org, settings: SamlSettings) -> None:
    rich = replace(
        settings,
        attribute_statements=(
            AttributeStatement("mail", ("user.email",)),
            AttributeStatement("full", ('user.firstName + " " + user.lastName',)),
            AttributeStatement("static", ("Hello",)),
        ),
        group_attribute_statements=(GroupAttributeStatement("groups", "REGEX", ".*"),),
    )
    xml = org.preview_assertion(rich)
    for expected in (
        "http://www.okta.com/Issuer</saml2:Issuer>", ">userName</saml2:NameID>", ">user.email</saml2:AttributeValue>",
        ">Hello</saml2:AttributeValue>", 'Recipient="http://localhost:9000/acs"', "<saml2:Audience>sp</saml2:Audience>",
        'Name="full"', 'Name="groups"', 'NotOnOrAfter="2026-03-01T12:05:00.000Z"',
    ):  # fmt: skip
        assert expected in xml
    for absent in ("Signature", "SessionIndex", "firstName", "ada@"):
        assert absent not in xml
    with pytest.raises(InvalidSetting):
        org.preview_assertion(replace(settings, audience=""))


def test_the_preview_follows_an_own_issuer(org: Org, settings: SamlSettings) -> None:
    assert ">urn:me</saml2:Issuer>" in org.preview_assertion(replace(settings, idp_issuer="urn:me"))
