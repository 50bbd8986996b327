"""Every form of Application username."""

from __future__ import annotations

import pytest

from fake_idp.org.errors import InvalidSetting
from fake_idp.org.fields import APPLICATION_USERNAMES
from fake_idp.org.model import Person
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from fake_idp.org.username import BUILT_IN_TEMPLATES, known_form


@pytest.fixture
def rich(org: Org) -> Person:
    return org.add_person(
        "ada@acme.test", "Ada.L@mail.test", "Ada", "Lovelace",
        samAccountName="ADA@corp", userName="ada@corp.acme.test", employeeID="0042",
    )  # fmt: skip


FORMS = {
    "Okta username": "ada@acme.test",
    "Okta username prefix": "ada",
    "Email": "Ada.L@mail.test",
    "Email prefix": "Ada.L",
    "AD SAM account name": "ADA@corp",
    "AD SAM account name (lower case)": "ada@corp",
    "AD SAM account name prefix": "ADA",
    "AD user principal name": "ada@corp.acme.test",
    "AD user principal name prefix": "ada",
    "AD employee ID": "0042",
    "(None)": "",
}


def test_every_form_of_the_wizard_is_here() -> None:
    assert {*FORMS, "Custom"} == set(APPLICATION_USERNAMES)
    assert set(BUILT_IN_TEMPLATES) == set(APPLICATION_USERNAMES) - {"Custom", "(None)"}


@pytest.mark.parametrize(("form", "expected"), FORMS.items())
def test_a_form_makes_a_username(
    org: Org, settings: SamlSettings, rich: Person, form: str, expected: str
) -> None:
    app = org.create_saml_app("X", settings, application_username=form)
    assert org.app_user_name(app, rich) == expected


@pytest.mark.parametrize("form", BUILT_IN_TEMPLATES)
def test_the_apis_template_of_a_form_makes_the_same(
    org: Org, settings: SamlSettings, rich: Person, form: str
) -> None:
    app = org.create_saml_app(
        "X", settings, application_username="Custom", username_expression=BUILT_IN_TEMPLATES[form]
    )
    assert org.app_user_name(app, rich) == FORMS[form]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('String.substringBefore(user.email, "@")', "Ada.L"),
        ('user.firstName + "." + user.lastName', "Ada.Lovelace"),
        ("${user.firstName}.${fn:toLowerCase(user.lastName)}", "Ada.lovelace"),
        ("user.samAccountName", "ADA@corp"),
        ("user.nothing", ""),
    ],
)
def test_a_custom_form_is_an_expression_or_a_template(
    org: Org, settings: SamlSettings, rich: Person, expression: str, expected: str
) -> None:
    app = org.create_saml_app("X", settings, application_username="Custom", username_expression=expression)
    assert org.app_user_name(app, rich) == expected


@pytest.mark.parametrize(
    "expression", ["", "  ", "user.firstName +", "nope(user.email)", "${user.email", "${nope(1)}"]
)
def test_a_custom_form_that_is_no_expression_is_refused(
    org: Org, settings: SamlSettings, expression: str
) -> None:
    with pytest.raises(InvalidSetting, match="Custom username expression"):
        org.create_saml_app("X", settings, application_username="Custom", username_expression=expression)


def test_a_form_is_known_in_any_spelling() -> None:
    assert known_form("okta USERNAME prefix") == "Okta username prefix"
    assert known_form("none") == "(None)"
    assert known_form("shoe size") is None
