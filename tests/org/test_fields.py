"""One table names every field; forms, files, Python and scenarios all read it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from fake_idp.org.model import App
from fake_idp.org.settings import (
    FIELDS,
    SAME_URLS_LABEL,
    AcsEndpoint,
    AttributeStatement,
    GroupAttributeStatement,
    InvalidSetting,
    SamlSettings,
    app_arguments,
    field_named,
    parse_fields,
    read_fields,
)
from fake_idp.saml import names
from tests.org.material import sp_certificate

NEEDED = {"Single sign-on URL": "http://localhost:9000/acs", "Audience URI (SP Entity ID)": "sp"}


def test_every_field_of_the_settings_has_a_row() -> None:
    rows = {row.attribute for row in FIELDS if not row.on_app}
    assert rows == {field.name for field in dataclasses.fields(SamlSettings)}


def test_every_row_of_the_app_is_a_field_of_the_app() -> None:
    assert {row.attribute for row in FIELDS if row.on_app} <= {
        field.name for field in dataclasses.fields(App)
    }


def test_the_defaults_are_the_wizards() -> None:
    settings = parse_fields(NEEDED)
    assert settings == SamlSettings(sso_acs_url="http://localhost:9000/acs", audience="sp")
    assert settings.effective_recipient == settings.effective_destination == settings.sso_acs_url
    assert settings.response_signed and settings.assertion_signed
    assert (settings.signature_algorithm, settings.digest_algorithm) == ("RSA_SHA256", "SHA256")


@pytest.mark.parametrize(
    "name",
    [
        "Single sign-on URL",
        "single sign-on url",
        "ssoAcsUrl",
        "sso_acs_url",
        "SSO ACS URL",
        "acs_url",
        "ACS URL",
    ],
)
def test_a_field_answers_to_label_api_name_and_python_name(name: str) -> None:
    assert field_named(name).attribute == "sso_acs_url"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Single sing-on URL", "Single sign-on URL"),
        ("defaultRelaySate", "defaultRelayState"),
        ("audiance", "audience"),
    ],
)
def test_a_misspelt_field_is_answered_with_the_closest(wrong: str, right: str) -> None:
    with pytest.raises(InvalidSetting, match=f"Did you mean '{right}'"):
        parse_fields(NEEDED | {wrong: "x"})


def test_a_name_like_no_other_is_answered_with_all_labels() -> None:
    with pytest.raises(InvalidSetting, match="The fields are: Single sign-on URL, Recipient URL"):
        field_named("zzzz")


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("Response", "Unsigned", "response_signed", False),
        ("responseSigned", False, "response_signed", False),
        ("Response", "no", "response_signed", False),
        ("Signature Algorithm", "RSA-SHA1", "signature_algorithm", "RSA_SHA1"),
        ("signatureAlgorithm", "RSA_SHA1", "signature_algorithm", "RSA_SHA1"),
        ("Name ID format", "EmailAddress", "subject_name_id_format", names.NAMEID_EMAIL),
        ("subjectNameIdFormat", names.NAMEID_EMAIL, "subject_name_id_format", names.NAMEID_EMAIL),
        ("Name ID format", "persistent", "subject_name_id_format", names.NAMEID_PERSISTENT),
        ("Honor Force Authentication", "No", "honor_force_authn", False),
        (
            "Authentication context class",
            "Kerberos",
            "authn_context_class_ref",
            names.AUTHN_CONTEXTS["Kerberos"],
        ),
        ("Maximum app session lifetime", "60", "max_session_lifetime_minutes", 60),
        ("Maximum app session lifetime", "", "max_session_lifetime_minutes", None),
        ("Default RelayState", None, "default_relay_state", ""),
        ("samlAssertionLifetimeSeconds", 120, "assertion_lifetime_seconds", 120),
    ],
)
def test_values_read_by_label_and_by_api_value(name: str, value: Any, attribute: str, expected: Any) -> None:
    assert getattr(parse_fields(NEEDED | {name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Signature Algorithm", "MD5", "one of RSA-SHA256, RSA-SHA1"),
        ("Response", "perhaps", "one of Signed, Unsigned"),
        ("Enable Single Logout", "perhaps", "true or false"),
        ("Maximum app session lifetime", "an hour", "a whole number"),
        ("Maximum app session lifetime", True, "a whole number"),
        ("Default RelayState", ["x"], "text"),
        ("Attribute Statements", "email", "a list of rows"),
        ("Attribute Statements", ["email"], "a row with named cells"),
        ("Attribute Statements", [{"name": "a", "vale": "b"}], "Name, Name format and Value"),
        ("Attribute Statements", [{"name": "a", "Name format": "fancy"}], "a name format"),
        ("Group Attribute Statements", [{"name": "a", "Filter": "Ends with"}], "a filter"),
        ("Other Requestable SSO URLs", [{"url": "http://x.test", "index": "one"}], "a whole number as Index"),
    ],
)
def test_other_values_are_refused_with_what_would_do(name: str, value: Any, expected: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_fields(NEEDED | {name: value})
    assert expected in caught.value.expected
    assert caught.value.label == field_named(name).label


def test_the_api_nests_some_fields() -> None:
    certificate = sp_certificate()
    settings = parse_fields(
        NEEDED
        | {
            "slo": {"enabled": True, "issuer": "sp", "logoutUrl": "http://localhost:9000/slo"},
            "spCertificate": {"x5c": ["".join(certificate.splitlines()[1:-1])]},
            "assertionEncryption": {"enabled": False},
        }
    )
    assert (settings.slo_enabled, settings.slo_issuer, settings.slo_logout_url) == (
        True,
        "sp",
        "http://localhost:9000/slo",
    )
    assert settings.sp_certificate == certificate


def test_attribute_statements_of_the_api_mix_both_kinds() -> None:
    settings = parse_fields(
        NEEDED
        | {
            "attributeStatements": [
                {
                    "type": "EXPRESSION",
                    "name": "mail",
                    "namespace": names.ATTRNAME_BASIC,
                    "values": ["user.email"],
                },
                {"type": "GROUP", "name": "groups", "filterType": "REGEX", "filterValue": ".*"},
            ]
        }
    )
    assert settings.attribute_statements == (
        AttributeStatement("mail", ("user.email",), names.ATTRNAME_BASIC),
    )
    assert settings.group_attribute_statements == (GroupAttributeStatement("groups", "REGEX", ".*"),)


def test_attribute_statements_read_as_the_wizards_rows_and_as_a_short_mapping() -> None:
    rows = [{"Name": "mail", "Name format": "URI Reference", "Value": "user.email"}]
    assert parse_fields(NEEDED | {"Attribute Statements": rows}).attribute_statements == (
        AttributeStatement("mail", ("user.email",), names.ATTRNAME_URI),
    )
    assert parse_fields(NEEDED | {"attribute_statements": {"mail": "user.email"}}).attribute_statements == (
        AttributeStatement("mail", ("user.email",)),
    )


def test_plain_statements_leave_the_group_statements_alone() -> None:
    base = parse_fields(
        NEEDED | {"Group Attribute Statements": [{"Name": "groups", "Filter": "Equals", "Value": "A"}]}
    )
    changed = parse_fields({"Attribute Statements": {"mail": "user.email"}}, base)
    assert changed.group_attribute_statements == base.group_attribute_statements


def test_requestable_urls_read_with_and_without_an_index() -> None:
    settings = parse_fields(
        NEEDED | {"acsEndpoints": [{"url": "http://a.test", "index": 7}, "http://b.test"]}
    )
    assert settings.acs_endpoints == (AcsEndpoint("http://a.test", 7), AcsEndpoint("http://b.test", 1))


def test_signed_requests_drop_the_static_urls_as_okta_does() -> None:
    values = NEEDED | {"acsEndpoints": ["http://a.test"], "Signature Certificate": sp_certificate()}
    assert parse_fields(values).acs_endpoints
    assert parse_fields(values | {"Signed Requests": True}).acs_endpoints == ()


def test_the_checkbox_beside_the_url_empties_recipient_and_destination() -> None:
    base = parse_fields(NEEDED | {"Recipient URL": "http://r.test", "Destination URL": "http://d.test"})
    assert parse_fields({SAME_URLS_LABEL: "on"}, base).effective_recipient == base.sso_acs_url
    assert parse_fields({SAME_URLS_LABEL: False}, base).effective_recipient == "http://r.test"


def test_a_certificate_reads_from_pem_der_base64_and_a_path(tmp_path: Path) -> None:
    pem = sp_certificate()
    path = tmp_path / "sp.pem"
    path.write_text(pem)
    body = "".join(pem.splitlines()[1:-1])
    from base64 import b64decode

    for value in (pem, pem.encode(), body, [body], b64decode(body), path):
        assert parse_fields(NEEDED | {"Signature Certificate": value}).sp_certificate == pem


@pytest.mark.parametrize(
    "value", ["no certificate", b"\x30\x82nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END"]
)
def test_what_is_no_certificate_is_refused(value: Any) -> None:
    with pytest.raises(InvalidSetting, match="a PEM certificate"):
        parse_fields(NEEDED | {"Signature Certificate": value})


def test_a_private_key_is_refused_without_being_shown() -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_fields(NEEDED | {"Encryption Certificate": "-----BEGIN PRIVATE KEY-----\nsecret\n"})
    assert "secret" not in str(caught.value)
    assert "a private key" in str(caught.value)


def test_the_apps_own_fields_become_arguments() -> None:
    arguments = app_arguments(
        NEEDED | {"Application username": "email", "Update application username on": "Create only"}
    )
    assert arguments["application_username"] == "Email"
    assert arguments["username_update"] == "Create only"
    assert arguments["settings"].audience == "sp"


def test_a_form_gets_every_problem_at_once() -> None:
    _, _, problems = read_fields({"Signature Algorithm": "MD5", "Audience URI (SP Entity ID)": ""})
    assert {problem.field for problem in problems} >= {"signature_algorithm", "audience", "sso_acs_url"}
