"""An org as a YAML file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from fake_idp import FakeOkta
from fake_idp.org.clock import Clock
from fake_idp.org.errors import InvalidOrgFile
from fake_idp.org.org import Org
from fake_idp.org.orgfile import export_org, import_org, org_arguments, read_org_file
from fake_idp.org.settings import AcsEndpoint, AttributeStatement, GroupAttributeStatement, SamlSettings
from fake_idp.saml.names import ATTRNAME_BASIC, NAMEID_EMAIL
from tests.org.conftest import NOON
from tests.org.material import sp_certificate

WRITTEN_BY_HAND = """\
users:
  - login: ada@acme.test
    firstName: Ada
    department: R&D
  - login: bob@acme.test
    password: secret
    status: SUSPENDED
groups:
  - name: Staff
    members: [ada@acme.test]
apps:
  - label: Amplitude
    Single sign-on URL: http://localhost:9000/acs
    audience: amp
    Application username: Email
    attributeStatements:
      mail: user.email
    users:
      - {login: bob@acme.test, userName: bobby}
    groups: [Staff]
"""


def rich_org() -> Org:
    org = Org(seed="rich", clock=Clock(NOON), name="Acme Ltd", unlisted_acs_url="refuse")
    ada = org.add_person("ada@acme.test", "a@x.test", "Ada", "Lovelace", roles=["a", "b"], nickname="ü")
    bob = org.add_person(
        "bob@acme.test", first_name="Bob", last_name="B", password="secret", status="SUSPENDED"
    )
    staff = org.add_group("Staff", "Those who work")
    org.add_member(staff, bob)
    org.add_member(staff, ada)
    org.add_inline_hook("Hook", "http://127.0.0.1:1/", "X-Key", "hook secret")
    plain = org.create_saml_app("Plain", SamlSettings(sso_acs_url="http://sp.test/acs", audience="sp"))
    org.deactivate_app(plain)
    settings = SamlSettings(
        sso_acs_url="http://sp.test/acs", recipient="http://sp.test/r", destination="http://sp.test/d", audience="sp",
        default_relay_state="/x", subject_name_id_format=NAMEID_EMAIL, response_signed=False,
        signature_algorithm="RSA_SHA1", digest_algorithm="SHA1", assertion_encrypted=True,
        encryption_algorithm="AES128_GCM", key_transport_algorithm="RSA_15", encryption_certificate=sp_certificate(),
        sp_certificate=sp_certificate(), slo_enabled=True, slo_logout_url="http://sp.test/slo", slo_issuer="sp",
        participate_slo=True, participate_slo_url="http://sp.test/out", participate_slo_binding="REDIRECT",
        participate_slo_session_index=False, acs_endpoints=(AcsEndpoint("http://sp.test/2", 7),), inline_hook="Hook",
        honor_force_authn=False, idp_issuer="urn:me", assertion_lifetime_seconds=60, max_session_lifetime_minutes=30,
        attribute_statements=(AttributeStatement("a", ("user.email", "user.login"), ATTRNAME_BASIC),),
        group_attribute_statements=(GroupAttributeStatement("g", "REGEX", ".*"),),
    )  # fmt: skip
    full = org.create_saml_app(
        "Full", settings, application_username="Custom", username_expression="user.login",
        username_update="Create only", hidden=True, notes="n", access_error_url="http://sp.test/err",
    )  # fmt: skip
    org.activate_key(full, org.generate_key(full).kid)
    org.assign_person(full, ada, "countess")
    org.assign_person(full, bob)
    org.assign_group(full, staff)
    org.assign_group(full, "Everyone")
    return org


def org_like(text: str) -> Org:
    return Org(clock=Clock(NOON), **org_arguments(read_org_file(text)))


@pytest.mark.parametrize("secrets", [False, True])
def test_a_round_trip_is_exact(secrets: bool) -> None:
    with rich_org() as org:
        text = export_org(org, secrets=secrets)
        with org_like(text) as again:
            import_org(again, text)
            assert export_org(again, secrets=secrets) == text
            assert [app.settings for app in again.apps()] == [app.settings for app in org.apps()]
            assert [app.id for app in again.apps()] == [app.id for app in org.apps()]
            assert again.settings == org.settings


def test_with_secrets_the_other_org_is_the_same_to_an_sp() -> None:
    with rich_org() as org:
        text = export_org(org, secrets=True)
        with org_like(text) as again:
            import_org(again, text)
            for before, after in zip(org.apps(), again.apps(), strict=True):
                assert again.metadata(after) == org.metadata(before)
            assert again.password_of("ada@acme.test") == org.password_of("ada@acme.test")
            again.set_person_status("bob@acme.test", "ACTIVE")
            assert again.check_password("bob@acme.test", "secret") is not None


def test_without_asking_there_are_no_secrets() -> None:
    with rich_org() as org:
        text = export_org(org)
        for secret in ("PRIVATE KEY", "scrypt", "hook secret", "rich", org.password_of("ada@acme.test")):
            assert secret not in text
        assert "PRIVATE KEY" in export_org(org, secrets=True)


def test_a_file_written_by_hand_makes_an_org(org: Org) -> None:
    import_org(org, WRITTEN_BY_HAND)
    app = org.app("Amplitude")
    assert app.settings.sso_acs_url == "http://localhost:9000/acs"
    assert app.application_username == "Email"
    assert app.settings.attribute_statements == (AttributeStatement("mail", ("user.email",)),)
    assert org.person("ada@acme.test").attributes["department"] == "R&D"
    assert org.is_assigned(app, "ada@acme.test")
    assert org.app_user_name(app, "bob@acme.test") == "bobby"
    assert org.person("bob@acme.test").status == "SUSPENDED"


@pytest.mark.parametrize(
    ("wrong", "place", "message"),
    [
        ("users: {}", "1:1", "users: expected a list"),
        ("user: []", "1:1", "unknown key; did you mean 'users'"),
        ("- x", "1:1", "expected the keys org, users"),
        ("users:\n  - ada", "2:5", "expected keys and values"),
        ("users:\n  - login: ada", "2:5", "must be in the form of an email address"),
        ("users:\n  - firstname: Ada", "2:5", "did you mean 'firstName'"),
        ("users:\n  - login: a@b\n    login: c@d", "3:5", "this key is there twice"),
        ("groups:\n  - name: A\n    members: [x@y]", "2:5", "the org has no person 'x@y'"),
        ("groups:\n  - nam: A", "2:5", "did you mean 'name'"),
        ("groups:\n  - name: Everyone", "2:5", "in the org already"),
        ("apps:\n  - label: A\n    audience: x", "2:5", "Single sign-on URL: expected a URL"),
        ("apps:\n  - label: A\n    audience: x\n    ssoAcsUrl: nowhere", "4:5", "begins with http://"),
        ("apps:\n  - label: A\n    Audience: x\n    ssoAcsUrll: y", "4:5", "Did you mean 'ssoAcsUrl'"),
        ("apps:\n  - audience: x\n    ssoAcsUrl: http://a.test", "2:5", "App name: expected 1 to 100"),
        ("apps:\n  - label: A\n    slo: {enabled: maybe}", "3:5", "expected true or false"),
        (
            "apps:\n  - {label: A, audience: x, ssoAcsUrl: 'http://a.test', groups: [None such]}",
            "2:5",
            "no group 'None such'",
        ),
        ("apps:\n  - {label: A, audience: x, ssoAcsUrl: 'http://a.test', keys: [{kid: x}]}", "2:64", "no privateKey"),
        (
            "apps:\n  - {label: A, audience: x, ssoAcsUrl: 'http://a.test', "
            "keys: [{kid: x, created: 2026-01-01, privateKey: x, certificate: x}]}",
            "2:64",
            "no key with its certificate",
        ),
        ("inlineHooks:\n  - {name: H, url: nonsense}", "2:15", "URL"),
        ("org: {settings: {signMetadatum: true}}", "1:18", "did you mean 'signMetadata'"),
        ("org: {settings: {signMetadata: please}}", "1:18", "expected bool"),
        ("org: {subdomian: x}", "1:7", "did you mean 'subdomain'"),
        ("org: {keys: {other: {kid: x}}}", "1:14", "no privateKey"),
        ("users: [", "2:1", "no YAML"),
        ("users:\n\t- x", "2:1", "no YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_shown_with_its_place_and_nothing_is(
    org: Org, wrong: str, place: str, message: str
) -> None:
    before = export_org(org)
    with pytest.raises(InvalidOrgFile) as caught:
        import_org(org, wrong + "\n")
    assert message in caught.value.message
    assert caught.value.where == place
    assert export_org(org) == before


def test_a_file_is_taken_whole_or_not_at_all(org: Org) -> None:
    with pytest.raises(InvalidOrgFile, match="ssoAcsUrl"):
        import_org(org, WRITTEN_BY_HAND + "  - {label: B, audience: x, ssoAcsUrl: nowhere}\n")
    assert [person.login for person in org.people()] == ["admin@acme.test"]
    assert org.apps() == []
    import_org(org, WRITTEN_BY_HAND)
    with pytest.raises(InvalidOrgFile, match="is in the org already"):
        import_org(org, WRITTEN_BY_HAND)


def test_an_empty_file_is_told_as_such_and_an_empty_mapping_is_an_empty_org(org: Org, tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_text("# nothing yet\n")
    with pytest.raises(InvalidOrgFile, match=r"org\.yaml:1:1: the file is empty; an org file has .*users"):
        read_org_file(path)
    import_org(org, "{}\n")
    assert org.apps() == []


def test_a_file_that_is_not_utf_8_is_told_with_place_byte_and_cure(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_bytes("users:\n  - {firstName: Zoë, login: zoë@acme.test}\n".encode("latin-1"))
    with pytest.raises(
        InvalidOrgFile, match=r"org\.yaml:2:19: byte 0xeb is not UTF-8 .* save the file as UTF-8"
    ):
        read_org_file(path)


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_text("users: [{login: ada@acme.test}]\n", encoding="utf-8-sig")
    assert read_org_file(path).value["users"] == [{"login": "ada@acme.test"}]


def test_what_cannot_be_read_is_told_with_what_is_expected(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "none.yaml", "No such file")):
        with pytest.raises(InvalidOrgFile, match=rf"cannot be read: {reason}.*one YAML file"):
            read_org_file(path)


def test_the_front_door_begins_with_a_file_and_writes_one(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_text(
        "org: {subdomain: globex, name: Globex, seed: 5, settings: {signMetadata: false}}\n" + WRITTEN_BY_HAND
    )
    okta = FakeOkta(org_file=path)
    assert (okta.org.subdomain, okta.org.name, okta.seed) == ("globex", "Globex", "5")
    assert okta.app("Amplitude").info.name == "globex_amplitude_1"
    assert b"Signature" not in okta.app("Amplitude").metadata.bytes
    text = okta.dump(tmp_path / "out.yaml", secrets=True)
    assert yaml.safe_load((tmp_path / "out.yaml").read_text()) == yaml.safe_load(text)
    assert stat.S_IMODE((tmp_path / "out.yaml").stat().st_mode) == 0o600
    okta.load_org_file("users:\n  - login: carl@globex.test\n")
    assert okta.person("carl@globex.test").first_name
    okta.stop()
    other = FakeOkta(org_file=path, seed=6, sign_metadata=True)
    assert (other.seed, other.org.settings.sign_metadata) == ("6", True)
    other.stop()


def test_an_org_on_disk_takes_the_file_only_when_it_is_new(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_text(WRITTEN_BY_HAND)
    for _ in range(2):
        okta = FakeOkta(org_file=path, data_dir=tmp_path / "data")
        assert len(okta.apps()) == 1
        okta.stop()


def test_a_bad_file_leaves_no_org_open(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    path.write_text("apps:\n  - label: A\n")
    with pytest.raises(InvalidOrgFile, match=r"org\.yaml:2:5"):
        FakeOkta(org_file=path, data_dir=tmp_path / "data")
    Org(data_dir=tmp_path / "data").close()
