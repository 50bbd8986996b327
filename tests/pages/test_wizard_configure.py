"""The wizard's step Configure SAML: fields, defaults, refusals, rows, certificates, editing."""

from __future__ import annotations

import datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fake_idp import FakeOkta
from fake_idp.org.model import App
from fake_idp.org.settings import AttributeStatement
from tests.pages.conftest import World
from tests.pages.test_wizard_general import URLS, to_configure
from tests.pages.visitor import Page, Visitor

GENERAL = [
    "Single sign-on URL", "Use this for Recipient URL and Destination URL", "Recipient URL", "Destination URL",
    "Audience URI (SP Entity ID)", "Default RelayState", "Name ID format", "Application username",
    "Custom username expression", "Update application username on",
]  # fmt: skip
ADVANCED = [
    "Response", "Assertion Signature", "Signature Algorithm", "Digest Algorithm", "Assertion Encryption",
    "Encryption Algorithm", "Key Transport Algorithm", "Encryption Certificate", "Signature Certificate",
    "Enable Single Logout", "Single Logout URL", "SP Issuer", "Signed Requests",
]  # fmt: skip
DEFAULTS = {
    "Use this for Recipient URL and Destination URL": "checked",
    "Default RelayState": "",
    "Name ID format": "Unspecified",
    "Application username": "Okta username",
    "Update application username on": "Create and update",
    "Response": "Signed",
    "Assertion Signature": "Signed",
    "Signature Algorithm": "RSA-SHA256",
    "Digest Algorithm": "SHA256",
    "Assertion Encryption": "Unencrypted",
    "Encryption Algorithm": "AES256-CBC",
    "Key Transport Algorithm": "RSA-OAEP",
    "Enable Single Logout": "",
    "Signed Requests": "",
    "Authentication context class": "PasswordProtectedTransport",
    "Honor Force Authentication": "Yes",
    "SAML Issuer ID": "http://www.okta.com/${org.externalKey}",
    "Maximum app session lifetime": "",
}


@cache
def sp_certificate(kind: str = "rsa") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sp.test")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    if kind == "key":
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return built.public_bytes(Encoding.DER if kind == "der" else Encoding.PEM)


def step(page: Page) -> str:
    return str(page.document.xpath("string(//li[@aria-current='step'])"))


def finish(page: Page, okta: FakeOkta) -> App:
    assert step(page) == "Feedback", page.alerts
    page.press("Finish")
    return okta.org.apps()[-1]


def test_labels_stand_in_okta_s_order(admin: Visitor) -> None:
    labels = [" ".join(e.text_content().split()) for e in to_configure(admin).document.xpath("//form//label")]
    assert labels[: len(GENERAL)] == GENERAL
    assert labels[len(GENERAL) : len(GENERAL) + len(ADVANCED)] == ADVANCED


def test_a_new_app_begins_with_okta_s_defaults(admin: Visitor) -> None:
    page = to_configure(admin)
    assert {label: page.value(label) for label in DEFAULTS} == DEFAULTS
    assert page.document.xpath("//details[not(@open)]/summary[.='Show Advanced Settings']")


def test_required_fields_say_so_beside_themselves_and_in_a_list(admin: Visitor) -> None:
    page = to_configure(admin).press("Next")
    assert (
        page.error_of("Single sign-on URL")
        == "This field cannot be left blank. The SP shows it as its ACS URL."
    )
    assert page.error_of("Audience URI (SP Entity ID)").startswith("This field cannot be left blank.")
    assert page.alerts[0].startswith("We found some errors. Please review the form and make corrections.")
    targets = page.document.xpath("//div[@role='alert']//a/@href")
    assert targets == ["#sso_acs_url", "#audience"]
    assert all(page.document.xpath("//*[@id=$i]", i=target[1:]) for target in targets)
    assert step(page.submit("Next", URLS)) == "Feedback"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "localhost:9/acs",
            "Expected a full URL that begins with http:// or https://, received 'localhost:9/acs'",
        ),
        ("http://a b/", "Expected a URL without spaces, received 'http://a b/'"),
        ("http://my_sp/acs", "Expected a host name without underscores, received 'http://my_sp/acs'"),
    ],
)
def test_a_single_sign_on_url_that_is_none_is_refused(admin: Visitor, url: str, message: str) -> None:
    page = to_configure(admin).submit("Next", {**URLS, "Single sign-on URL": url})
    assert page.error_of("Single sign-on URL") == message
    assert page.value("Single sign-on URL") == url
    assert step(page.submit("Next", URLS)) == "Feedback"


def test_recipient_and_destination_count_only_when_they_are_not_the_same(
    admin: Visitor, okta: FakeOkta
) -> None:
    own = {"Recipient URL": "http://sp.test/r", "Destination URL": "http://sp.test/d"}
    app = finish(to_configure(admin).submit("Next", {**URLS, **own}), okta)
    assert (app.settings.recipient, app.settings.destination) == ("", "")
    unticked = {"Use this for Recipient URL and Destination URL": False}
    app = finish(to_configure(admin).submit("Next", {**URLS, **own, **unticked}), okta)
    assert (app.settings.recipient, app.settings.destination) == ("http://sp.test/r", "http://sp.test/d")


def test_a_custom_username_needs_an_expression_that_can_be_read(admin: Visitor, okta: FakeOkta) -> None:
    page = to_configure(admin).submit("Next", {**URLS, "Application username": "Custom"})
    assert page.error_of("Custom username expression").startswith("This field cannot be left blank.")
    page = page.submit("Next", {"Custom username expression": "String.toUpperCase("})
    assert page.error_of("Custom username expression").startswith("Expected a valid expression, received")
    page = page.submit("Next", {"Custom username expression": "String.toUpperCase(user.login)"})
    assert finish(page, okta).username_expression == "String.toUpperCase(user.login)"


def test_every_choice_is_stored(admin: Visitor, okta: FakeOkta) -> None:
    chosen = {
        "Default RelayState": "/start",
        "Name ID format": "Persistent",
        "Application username": "Email prefix",
        "Update application username on": "Create only",
        "Response": "Unsigned",
        "Signature Algorithm": "RSA-SHA1",
        "Digest Algorithm": "SHA1",
        "Authentication context class": "TLSClient",
        "Honor Force Authentication": "No",
        "SAML Issuer ID": "urn:my:issuer",
        "Maximum app session lifetime": "45",
    }
    app = finish(to_configure(admin).submit("Next", {**URLS, **chosen}), okta)
    s = app.settings
    assert (app.application_username, app.username_update) == ("Email prefix", "Create only")
    assert s.default_relay_state == "/start"
    assert s.subject_name_id_format.endswith(":persistent")
    assert (s.response_signed, s.assertion_signed) == (False, True)
    assert (s.signature_algorithm, s.digest_algorithm) == ("RSA_SHA1", "SHA1")
    assert s.authn_context_class_ref.endswith(":TLSClient")
    assert s.honor_force_authn is False
    assert s.idp_issuer == "urn:my:issuer"
    assert s.max_session_lifetime_minutes == 45


def test_one_of_the_two_signatures_has_to_stay(admin: Visitor) -> None:
    page = to_configure(admin).submit(
        "Next", {**URLS, "Response": "Unsigned", "Assertion Signature": "Unsigned"}
    )
    assert page.error_of("Response") == (
        "Expected Response or Assertion Signature to be Signed, received 'Unsigned'. "
        "At least one of the two has to be signed."
    )
    assert page.document.xpath("//details[@open]/summary[.='Show Advanced Settings']")
    assert step(page.submit("Next", {"Assertion Signature": "Signed"})) == "Feedback"


@pytest.mark.parametrize("kind", ["rsa", "der"])
def test_a_certificate_is_kept_while_the_form_is_corrected(admin: Visitor, okta: FakeOkta, kind: str) -> None:
    upload = {"Assertion Encryption": "Encrypted", "Encryption Certificate": ("sp.crt", sp_certificate(kind))}
    page = to_configure(admin).submit("Next", upload)
    assert "Uploaded: CN=sp.test, expires Dec 30, 2035" in " ".join(page.document.text_content().split())
    app = finish(page.submit("Next", URLS), okta)
    assert app.settings.encryption_certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert app.settings.assertion_encrypted


BAD_CERTIFICATES = {
    "text": (b"hello", "Expected a PEM certificate, received"),
    "an empty file": (b"", "Expected a PEM certificate, received 'the empty file sp.pem'"),
    "broken base64": (
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "Expected a PEM certificate",
    ),
    "too large": (b"x" * 70_000, "Expected a PEM certificate of at most 64 KB"),
}


@pytest.mark.parametrize(("data", "message"), BAD_CERTIFICATES.values(), ids=BAD_CERTIFICATES.keys())
@pytest.mark.parametrize("field", ["Encryption Certificate", "Signature Certificate"])
def test_a_file_that_is_no_certificate_is_refused(
    admin: Visitor, field: str, data: bytes, message: str
) -> None:
    page = to_configure(admin).submit("Next", {**URLS, field: ("sp.pem", data)})
    assert page.error_of(field).startswith(message)
    assert step(page.submit("Next", {field: ("sp.pem", sp_certificate())})) == "Feedback"


def test_a_private_key_and_an_elliptic_curve_are_refused_with_the_reason(admin: Visitor) -> None:
    page = to_configure(admin).submit(
        "Next", {**URLS, "Signature Certificate": ("k.pem", sp_certificate("key"))}
    )
    assert "Upload the certificate alone; a private key stays at the SP." in page.error_of(
        "Signature Certificate"
    )
    page = page.submit("Next", {"Signature Certificate": ("k.pem", sp_certificate("ec"))})
    assert "a certificate with an RSA key" in page.error_of("Signature Certificate")


def test_encryption_needs_a_certificate(admin: Visitor) -> None:
    page = to_configure(admin).submit("Next", {**URLS, "Assertion Encryption": "Encrypted"})
    assert page.error_of("Encryption Certificate").startswith("This field cannot be left blank.")


def test_single_logout_and_signed_requests_need_a_signature_certificate(
    admin: Visitor, okta: FakeOkta
) -> None:
    page = to_configure(admin).submit("Next", {**URLS, "Signed Requests": True, "Enable Single Logout": True})
    assert "a Signature Certificate first" in page.error_of("Signed Requests")
    assert "a Signature Certificate first" in page.error_of("Enable Single Logout")
    assert page.error_of("Single Logout URL").startswith("This field cannot be left blank.")
    assert page.error_of("SP Issuer").startswith("This field cannot be left blank.")
    page = page.submit(
        "Next",
        {
            "Signature Certificate": ("sp.pem", sp_certificate()),
            "Single Logout URL": "http://sp.test/slo",
            "SP Issuer": "sp",
        },
    )
    settings = finish(page, okta).settings
    assert (settings.signed_requests, settings.slo_enabled, settings.slo_logout_url, settings.slo_issuer) == (
        True, True, "http://sp.test/slo", "sp",
    )  # fmt: skip


def test_attribute_rows_are_stored_and_empty_ones_ignored(admin: Visitor, okta: FakeOkta) -> None:
    rows = {
        "Name 1": "mail", "Value 1": "user.email", "Name format 1": "Basic",
        "Name 3": "env", "Value 3": "test",
        "Group name 2": "groups", "Filter 2": "Matches regex", "Filter value 2": ".*",
        "Group name format 2": "URI Reference",
    }  # fmt: skip
    settings = finish(to_configure(admin).submit("Next", {**URLS, **rows}), okta).settings
    assert [(s.name, s.values, s.name_format.rpartition(":")[2]) for s in settings.attribute_statements] == [
        ("mail", ("user.email",), "basic"), ("env", ("test",), "unspecified"),
    ]  # fmt: skip
    (group,) = settings.group_attribute_statements
    assert (group.name, group.filter_type, group.filter_value, group.name_format.rpartition(":")[2]) == (
        "groups", "REGEX", ".*", "uri",
    )  # fmt: skip


def test_add_another_gives_a_row_and_keeps_what_was_typed(admin: Visitor, okta: FakeOkta) -> None:
    page = to_configure(admin)
    assert [page.value(f"Name {n}") for n in (1, 2, 3)] == ["", "", ""]
    typed = {
        **URLS,
        "Name 1": "a",
        "Value 1": "1",
        "Name 2": "b",
        "Value 2": "2",
        "Name 3": "c",
        "Value 3": "3",
    }
    page = page.submit("Add Another", typed, within="Attribute Statements (optional)")
    assert page.alerts == []
    assert page.value("Single sign-on URL") == URLS["Single sign-on URL"]
    page = page.submit(
        "Add Another", {"Name 4": "d", "Value 4": "4"}, within="Attribute Statements (optional)"
    )
    assert page.value("Name 5") == ""
    settings = finish(page.press("Next"), okta).settings
    assert [s.name for s in settings.attribute_statements] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"Name 1": "a", "Value 1": "nope(user.email)"}, "Expected a valid expression for 'a'"),
        ({"Value 1": "user.email"}, "This field cannot be left blank"),
        (
            {"Name 1": "a", "Value 1": "1", "Name 2": "a", "Value 2": "2"},
            "Expected a different Name in each row",
        ),
        ({"Name 1": "a", "Value 1": "1", "Group name 1": "a"}, "Expected a different Name in each row"),
        ({"Name 1": "a" * 513, "Value 1": "1"}, "Expected a Name of at most 512 characters"),
        ({"Name 1": "a", "Value 1": "1" * 1025}, "Expected a Value of at most 1024 characters"),
    ],
)
def test_attribute_rows_that_okta_refuses(admin: Visitor, rows: dict[str, str], message: str) -> None:
    page = to_configure(admin).submit("Next", {**URLS, **rows})
    assert step(page) == "Configure SAML"
    assert any(alert.startswith(message) for alert in page.alerts), page.alerts
    assert {label: page.value(label) for label in rows} == rows


def test_a_group_filter_that_is_no_regular_expression_is_refused(admin: Visitor) -> None:
    row = {"Group name 1": "g", "Filter 1": "Matches regex", "Filter value 1": "("}
    page = to_configure(admin).submit("Next", {**URLS, **row})
    assert any(alert.startswith("Expected a regular expression, received '('") for alert in page.alerts)
    assert step(page.submit("Next", {"Filter value 1": ".*"})) == "Feedback"


def test_other_requestable_sso_urls_are_rows_with_an_index(admin: Visitor, okta: FakeOkta) -> None:
    rows = {
        "Requestable SSO URL 1": "http://sp.test/a", "Index 1": "7",
        "Requestable SSO URL 2": "http://sp.test/b",
    }  # fmt: skip
    settings = finish(to_configure(admin).submit("Next", {**URLS, **rows}), okta).settings
    assert [(e.url, e.index) for e in settings.acs_endpoints] == [
        ("http://sp.test/a", 7),
        ("http://sp.test/b", 0),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"Requestable SSO URL 1": "nope"}, "Expected a full URL"),
        ({"Requestable SSO URL 1": "http://a.test/", "Index 1": "x"}, "Expected a whole number as Index, received 'x'"),
        (
            {
                "Requestable SSO URL 1": "http://a.test/", "Index 1": "1",
                "Requestable SSO URL 2": "http://b.test/", "Index 2": "1",
            },
            "Expected a different Index for each URL",
        ),
    ],
)  # fmt: skip
def test_other_requestable_sso_urls_that_okta_refuses(
    admin: Visitor, rows: dict[str, str], message: str
) -> None:
    page = to_configure(admin).submit("Next", {**URLS, **rows})
    assert any(alert.startswith(message) for alert in page.alerts), page.alerts
    assert {label: page.value(label) for label in rows} == rows


def test_editing_opens_the_wizard_filled_in_and_saves_to_the_same_app(world: World, admin: Visitor) -> None:
    world.okta.org.update_app(
        world.app.id,
        recipient="http://sp.test/r",
        sp_certificate=sp_certificate().decode(),
        response_signed=False,
    )
    general = admin.get(f"/admin/app/{world.app.info.name}/instance/{world.app.id}/general")
    page = general.follow("Edit", within="SAML Settings")
    assert page.heading == "Edit SAML Integration"
    assert page.value("App name") == "Notes"
    page = page.press("Next")
    assert page.value("Use this for Recipient URL and Destination URL") == ""
    assert page.value("Recipient URL") == "http://sp.test/r"
    assert page.value("Response") == "Unsigned"
    assert page.value("Application username") == "Email"
    assert page.document.xpath("//details[@open]")
    page = page.submit("Next", {"Audience URI (SP Entity ID)": "new", "Remove Signature Certificate": True})
    page = page.press("Finish")
    assert page.notices == ["SAML settings of 'Notes' saved."]
    settings = world.app.settings
    assert (settings.audience, settings.sp_certificate, settings.recipient) == ("new", "", "http://sp.test/r")
    assert [app.id for app in world.okta.org.apps()] == [world.app.id]


def test_editing_and_cancelling_changes_nothing(world: World, admin: Visitor) -> None:
    before = world.app.info
    page = admin.get(f"/admin/apps/saml-wizard/edit/{before.name}/{before.id}").press("Next")
    page = page.submit("Cancel", {"Audience URI (SP Entity ID)": "new"})
    assert page.path.endswith("/general")
    assert world.app.info == before


def test_several_values_that_the_api_gave_survive_an_edit(world: World, admin: Visitor) -> None:
    both = AttributeStatement("both", ("user.email", "user.login"))
    world.okta.org.update_app(world.app.id, attribute_statements=(both,))
    page = admin.get(f"/admin/apps/saml-wizard/edit/{world.app.info.name}/{world.app.id}").press("Next")
    assert "both has 2 values, set through the API: user.email, user.login." in page.document.text_content()
    page.press("Next").press("Finish")
    settings = world.app.settings
    assert settings.attribute_statements[0].values == ("user.email", "user.login")
    page = admin.get(f"/admin/apps/saml-wizard/edit/{world.app.info.name}/{world.app.id}").press("Next")
    page.submit("Next", {"Value 1": "user.firstName"}).press("Finish")
    settings = world.app.settings
    assert settings.attribute_statements[0].values == ("user.firstName",)


def test_the_preview_shows_the_assertion_of_what_was_typed(admin: Visitor, okta: FakeOkta) -> None:
    page = to_configure(admin).press("Preview the SAML Assertion")
    assert page.error_of("Single sign-on URL")
    assert not page.document.xpath("//pre")
    row = {"Name 1": "mail", "Value 1": "user.email"}
    page = page.submit("Preview the SAML Assertion", {**URLS, **row})
    xml = page.document.xpath("string(//pre[@aria-label='SAML assertion preview'])")
    assert f"<saml2:Audience>{URLS['Audience URI (SP Entity ID)']}</saml2:Audience>" in xml
    assert "http://www.okta.com/Issuer" in xml
    assert ">userName</saml2:NameID>" in xml
    assert 'Name="mail"' in xml
    assert "Signature" not in xml
    assert okta.org.apps() == []
    assert page.value("Name 1") == "mail"
