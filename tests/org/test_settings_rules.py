"""What Okta refuses to save, each beside the nearest thing that it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fake_idp.org.settings import (
    AcsEndpoint,
    AttributeStatement,
    GroupAttributeStatement,
    InvalidSetting,
    SamlSettings,
    problems,
    validate,
)
from tests.org.material import sp_certificate

GOOD = SamlSettings(sso_acs_url="http://localhost:9000/acs", audience="sp")
PEM = sp_certificate()


def row(name: str = "a", value: str = "user.email") -> AttributeStatement:
    return AttributeStatement(name, (value,))


@pytest.mark.parametrize(
    ("refused", "accepted", "field"),
    [
        ({"sso_acs_url": ""}, {"sso_acs_url": "https://sp.test/acs"}, "sso_acs_url"),
        ({"sso_acs_url": "sp.test/acs"}, {"sso_acs_url": "http://sp.test/acs"}, "sso_acs_url"),
        ({"sso_acs_url": "ftp://sp.test/acs"}, {"sso_acs_url": "http://sp.test/acs"}, "sso_acs_url"),
        ({"sso_acs_url": "http://sp.test/a b"}, {"sso_acs_url": "http://sp.test/a%20b"}, "sso_acs_url"),
        ({"sso_acs_url": "http://sp.test:99999/"}, {"sso_acs_url": "http://sp.test:9999/"}, "sso_acs_url"),
        ({"sso_acs_url": "http://my_sp.test/acs"}, {"sso_acs_url": "http://my-sp.test/a_c_s"}, "sso_acs_url"),
        ({"audience": ""}, {"audience": "urn:sp"}, "audience"),
        ({"recipient": "nowhere"}, {"recipient": "http://sp.test/r"}, "recipient"),
        ({"idp_issuer": ""}, {"idp_issuer": "urn:me"}, "idp_issuer"),
        ({"response_signed": False, "assertion_signed": False}, {"response_signed": False}, "response_signed"),
        ({"assertion_encrypted": True}, {"assertion_encrypted": True, "encryption_certificate": PEM},
         "encryption_certificate"),
        ({"signed_requests": True}, {"signed_requests": True, "sp_certificate": PEM}, "signed_requests"),
        ({"slo_enabled": True, "slo_logout_url": "http://sp.test/", "slo_issuer": "sp"},
         {"slo_enabled": True, "slo_logout_url": "http://sp.test/", "slo_issuer": "sp", "sp_certificate": PEM},
         "slo_enabled"),
        ({"slo_enabled": True, "slo_issuer": "sp", "sp_certificate": PEM},
         {"slo_enabled": True, "slo_issuer": "sp", "sp_certificate": PEM, "slo_logout_url": "http://sp.test/"},
         "slo_logout_url"),
        ({"participate_slo": True}, {"participate_slo": True, "participate_slo_url": "http://sp.test/"},
         "participate_slo_url"),
        ({"acs_endpoints": (AcsEndpoint("nowhere", 0),)}, {"acs_endpoints": (AcsEndpoint("http://b.test", 0),)},
         "acs_endpoints"),
        ({"acs_endpoints": (AcsEndpoint("http://a.test", 1), AcsEndpoint("http://b.test", 1))},
         {"acs_endpoints": (AcsEndpoint("http://a.test", 1), AcsEndpoint("http://b.test", 2))}, "acs_endpoints"),
        ({"acs_endpoints": (AcsEndpoint("http://a.test", -1),)}, {"acs_endpoints": (AcsEndpoint("http://a.test", 0),)},
         "acs_endpoints"),
        ({"acs_endpoints": tuple(AcsEndpoint("http://a.test", i) for i in range(101))},
         {"acs_endpoints": tuple(AcsEndpoint("http://a.test", i) for i in range(100))}, "acs_endpoints"),
        ({"assertion_lifetime_seconds": 0}, {"assertion_lifetime_seconds": 1}, "assertion_lifetime_seconds"),
        ({"max_session_lifetime_minutes": 0}, {"max_session_lifetime_minutes": 1}, "max_session_lifetime_minutes"),
        ({"signature_algorithm": "MD5"}, {"signature_algorithm": "RSA_SHA1"}, "signature_algorithm"),
        ({"attribute_statements": (row(""),)}, {"attribute_statements": (row("a"),)}, "attribute_statements"),
        ({"attribute_statements": (row("a" * 513),)}, {"attribute_statements": (row("a" * 512),)},
         "attribute_statements"),
        ({"attribute_statements": (row(value="a" * 1025),)}, {"attribute_statements": (row(value="a" * 1024),)},
         "attribute_statements"),
        ({"attribute_statements": (row(value="String.nope(user.email)"),)},
         {"attribute_statements": (row(value="String.len(user.email)"),)}, "attribute_statements"),
        ({"attribute_statements": (row("a"), row("a"))}, {"attribute_statements": (row("a"), row("b"))},
         "attribute_statements"),
        ({"attribute_statements": (row("a"),), "group_attribute_statements": (GroupAttributeStatement("a"),)},
         {"attribute_statements": (row("a"),), "group_attribute_statements": (GroupAttributeStatement("b"),)},
         "group_attribute_statements"),
        ({"group_attribute_statements": (GroupAttributeStatement("a", "REGEX", "("),)},
         {"group_attribute_statements": (GroupAttributeStatement("a", "STARTS_WITH", "("),)},
         "group_attribute_statements"),
    ],
)  # fmt: skip
def test_a_setting_is_refused_and_its_neighbour_taken(
    refused: dict[str, Any], accepted: dict[str, Any], field: str
) -> None:
    validate(replace(GOOD, **accepted))
    found = problems(replace(GOOD, **refused))
    assert [problem.field for problem in found] == [field]
    with pytest.raises(InvalidSetting):
        validate(replace(GOOD, **refused))


def test_problems_come_in_the_order_of_the_wizard() -> None:
    found = problems(
        SamlSettings(assertion_lifetime_seconds=0, response_signed=False, assertion_signed=False)
    )
    assert [p.field for p in found] == [
        "sso_acs_url",
        "audience",
        "response_signed",
        "assertion_lifetime_seconds",
    ]


def test_a_bad_expression_is_refused_with_its_column() -> None:
    with pytest.raises(InvalidSetting, match=r"column 7: unknown function 'nope'"):
        validate(replace(GOOD, attribute_statements=(row(value='"a" + nope(1)'),)))
