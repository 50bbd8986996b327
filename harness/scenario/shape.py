"""The keys of a scenario file, described like the fields of steps: for validation, documentation and the schema."""

from __future__ import annotations

from harness.reference_sp.profiles import PROFILES
from harness.reference_sp.settings import PLANS, ROLES
from harness.steps.app_fields import configure_saml_fields
from harness.steps.fields import (
    Choice,
    Field,
    ListOf,
    Moment,
    Record,
    Text,
    Whole,
    choice,
    flag,
    text,
    texts,
)
from harness.steps.known_names import REQUIREMENT, WEAKNESS
from harness.steps.setting_fields import org_setting_fields, sp_setting_fields

DRIVERS = ("http", "browser")

_PROFILE = (
    "secondEmail", "middleName", "honorificPrefix", "honorificSuffix", "title", "displayName", "nickName", "profileUrl",
    "primaryPhone", "mobilePhone", "streetAddress", "city", "state", "zipCode", "countryCode", "postalAddress",
    "preferredLanguage", "locale", "timezone", "userType", "employeeNumber", "costCenter", "organization", "division",
    "department", "managerId", "manager",
)  # fmt: skip
"""Okta's default user profile, beyond login, email and the two names (developer.okta.com, Users API)."""

PERSON = Record(
    (
        text("login", "Okta username, most often an email address", required=True),
        text("email", "primary email", default="the login"),
        text("firstName", "first name", default="drawn from the seed"),
        text("lastName", "last name", default="drawn from the seed"),
        text("password", "password", default="drawn from the seed"),
        flag("admin", "may use the admin console", default="false"),
        *(text(name, "attribute of Okta's user profile") for name in _PROFILE),
        Field(
            "profile",
            "attributes beyond Okta's own",
            Record((), others=Text(), noun="attributes (name: value)"),
        ),
    ),
    noun="a person (login: ..., email: ...)",
)
GROUP = Record(
    (
        text("name", "name of the group", required=True),
        text("description", "what it is for"),
        texts("members", "logins of its members"),
    ),
    noun="a group (name, members)",
)
MEMBER = Record(
    (
        text("email", "email address, the account's identity", required=True),
        choice("role", "role in the SP's organization", *ROLES, default="viewer"),
        choice("status", "joined, or invited and not yet come", "joined", "pending", default="joined"),
        text("password", "password for the SP's own login form", default="none"),
    ),
    noun="a member (email, role, ...)",
)

OKTA = Record(
    (
        text("name", "name of the org", default="Acme"),
        text("subdomain", "its subdomain", default="acme"),
        Field("people", "people of the org", ListOf(PERSON)),
        Field("groups", "groups of the org", ListOf(GROUP)),
        *org_setting_fields(leave_out=("name", "subdomain")),
    ),
    noun="fields of the org (people: ..., groups: ...)",
)
SP = Record(
    (
        choice("profile", "preset of the reference SP's settings", *PROFILES, default="amplitude"),
        choice("plan", "plan of the SP's organization", *(plan.lower() for plan in PLANS), default="growth"),
        Field("members", "members of the SP's organization besides its admin", ListOf(MEMBER)),
        Field("weaknesses", "checks of the reference SP to switch off, by name", ListOf(WEAKNESS)),
        *sp_setting_fields(leave_out=("plan",)),
    ),
    noun="fields of the SP (profile: ..., plan: ...)",
)
SSO = Record(
    (
        texts("assign", "logins that the app is assigned to", default="everybody in `given.okta.people`"),
        texts("assign_groups", "groups that the app is assigned to"),
        text("App name", "label of the app", default="Amplitude"),
        *configure_saml_fields(required=False),
    ),
    noun="the wizard's fields, where they differ from the article's",
)
GIVEN = Record(
    (
        Field("okta", "the fake Okta before the first step", OKTA),
        Field("sp", "the SP before the first step", SP),
        Field("sso", "SSO is already set up as in the article, with these of Okta's fields changed", SSO),
        Field("clock", "what both clocks show at the first step", Moment(), default="now"),
        flag("https", "both sides speak https, with certificates made for the run", default="false"),
        Field("seed", "seed of names, ids and passwords, instead of the run's", Whole(minimum=0)),
    ),
    noun="what holds before the first step",
)
ONLY = Record(
    (
        Field("only", "the drivers it can run with", ListOf(Choice(DRIVERS)), required=True),
        text("reason", "why no other will do", required=True),
    ),
    noun="only and reason",
)
STEP_EXTRAS = (text("note", "shown with the step in reports and when it fails"),)
"""Fields that every step may have."""

SCENARIO = Record(
    (
        text("id", "stable name: small letters, digits and hyphens", required=True),
        text("title", "one sentence on what it shows", required=True),
        text("source", "the article, thread or specification it comes from"),
        text("about", "anything a reader should know before the first step"),
        Field("given", "what holds before the first step", GIVEN),
        Field(
            "matrix", "rows of variables; the scenario runs once for each", ListOf(Record((), others=Text()))
        ),
        Field("steps", "what people do and what must then hold, in order", ListOf(Record(())), required=True),
        text("twin_of", "the scenario that differs in one thing and ends the other way"),
        Field("drivers", "which drivers it is limited to, and why", ONLY),
        Field("requirements", "ids of the requirements that it exercises", ListOf(REQUIREMENT)),
    ),
    noun="a scenario",
)
