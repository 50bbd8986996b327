"""The front door: a fake Okta in a few plain calls."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

import fake_idp
from fake_idp import FakeOkta
from fake_idp.org.clock import Clock
from fake_idp.org.errors import InvalidSetting, InvalidValue, NotFound
from fake_idp.org.settings import SamlSettings
from fake_idp.saml.bindings import redirect_url
from fake_idp.saml.messages import AuthnRequest
from fake_idp.saml.names import NAMEID_EMAIL
from fake_idp.server import PortInUse
from fake_idp.sso import SsoRefused

ACS = "http://localhost:9000/acs"
REQUEST = (
    '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" '
    'IssueInstant="2026-03-01T12:00:00Z"/>'
)


@pytest.fixture
def okta() -> Iterator[FakeOkta]:
    okta = FakeOkta(seed="front")
    yield okta
    okta.stop()


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url) as response:
        return response.status, response.read()


def test_the_thinnest_line_from_an_app_to_a_signed_response(okta: FakeOkta) -> None:
    app = okta.create_saml_app("Amplitude", acs_url=ACS, audience="amp", application_username="Email")
    ada = okta.add_person("ada@acme.test")
    app.assign(ada)
    signed_on = app.sign_in(ada)
    assert base64.b64decode(signed_on.saml_response) == signed_on.xml
    assert b">ada@acme.test</saml2:NameID>" in signed_on.xml
    assert (signed_on.acs_url, signed_on.relay_state) == (ACS, "")
    assert [event.event_type for event in okta.log("user.authentication.*")] == ["user.authentication.sso"]


def test_as_a_context_manager_it_is_served_on_a_free_port() -> None:
    with FakeOkta() as okta:
        app = okta.create_saml_app("X", acs_url=ACS, audience="x")
        assert okta.running
        assert okta.url.startswith("http://127.0.0.1:")
        assert get(app.metadata.url) == (200, app.metadata.bytes)
        assert get(okta.admin_url)[0] == 200
        assert okta.admin_url == f"{okta.url}/admin"
        host = okta.url.removeprefix("http://")
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection(host, timeout=2).request("GET", "/")
    assert not okta.running


def test_a_taken_port_is_a_clear_error_that_leaves_nothing_running() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortInUse, match="is in use"), FakeOkta(port=taken.getsockname()[1]):
            pass


def test_an_org_on_disk_comes_back_at_the_same_url_if_it_can(tmp_path: Path) -> None:
    with FakeOkta(data_dir=tmp_path) as okta:
        url = okta.url
        metadata = okta.create_saml_app("X", acs_url=ACS, audience="x").metadata.bytes
    with FakeOkta(data_dir=tmp_path) as okta:
        assert okta.url == url
        assert okta.app("X").metadata.bytes == metadata
        port = int(url.rpartition(":")[2])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with FakeOkta(data_dir=tmp_path) as okta:
            assert okta.url != url


def test_with_a_base_url_it_opens_no_socket() -> None:
    with FakeOkta(base_url="http://127.0.0.1:5555/") as okta:
        assert not okta.running
        assert okta.url == "http://127.0.0.1:5555"
        client = okta.wsgi.test_client()
        app = okta.create_saml_app("X", acs_url=ACS, audience="x")
        answer = client.get(f"/app/{app.info.external_key}/sso/saml/metadata")
        assert answer.data == app.metadata.bytes
        assert app.sso_url.startswith("http://127.0.0.1:5555/app/acme_x_1/")


def test_https_is_trusted_by_its_own_authority() -> None:
    with FakeOkta(https=True) as okta:
        assert okta.url.startswith("https://127.0.0.1:")
        assert okta.tls is not None
        assert str(okta.tls.ca_certificate) in okta.trust_hint
        app = okta.create_saml_app("X", acs_url=ACS, audience="x")
        trusting = ssl.create_default_context(cafile=str(okta.tls.ca_certificate))
        with urllib.request.urlopen(app.metadata.url, context=trusting) as response:
            assert response.read() == app.metadata.bytes
        with pytest.raises(urllib.error.URLError, match="certificate"):
            urllib.request.urlopen(app.metadata.url)


def test_the_same_seed_is_the_same_org() -> None:
    def describe(okta: FakeOkta) -> list[str]:
        app = okta.create_saml_app("X", acs_url=ACS, audience="x")
        ada = okta.add_person()
        return [
            okta.seed,
            okta.admin_password,
            app.id,
            app.entity_id,
            ada.id,
            ada.login,
            ada.password,
            okta.org.id,
        ]

    descriptions = []
    for seed in (7, "7", 8, None):
        okta = FakeOkta(seed=seed)
        descriptions.append(describe(okta))
        okta.stop()
    first, second, third, fourth = descriptions
    assert first == second
    assert first != third != fourth
    again = FakeOkta(seed=fourth[0])
    assert describe(again) == fourth
    again.stop()


@pytest.mark.parametrize(
    "arguments",
    [
        {
            "acs_url": ACS,
            "audience": "a",
            "subject_name_id_format": "EmailAddress",
            "default_relay_state": "/x",
        },
        {
            "settings": {
                "Single sign-on URL": ACS,
                "Audience URI (SP Entity ID)": "a",
                "Name ID format": "EmailAddress",
                "Default RelayState": "/x",
            }
        },
        {
            "acs_url": ACS,
            "settings": {"audience": "a", "subjectNameIdFormat": NAMEID_EMAIL, "defaultRelayState": "/x"},
        },
        {
            "settings": SamlSettings(
                ACS, audience="a", subject_name_id_format=NAMEID_EMAIL, default_relay_state="/x"
            )
        },
    ],
)
def test_settings_go_in_by_keyword_label_api_name_or_whole(
    okta: FakeOkta, arguments: dict[str, object]
) -> None:
    app = okta.create_saml_app("X", **arguments)  # type: ignore[arg-type]
    assert app.settings == SamlSettings(
        sso_acs_url=ACS, audience="a", subject_name_id_format=NAMEID_EMAIL, default_relay_state="/x"
    )


def test_a_misspelt_setting_is_refused_with_a_suggestion(okta: FakeOkta) -> None:
    with pytest.raises(InvalidSetting, match="Did you mean 'default_relay_state'"):
        okta.create_saml_app("X", acs_url=ACS, audience="a", default_relaystat="/x")
    with pytest.raises(InvalidValue, match="did you mean 'sign_metadata'"):
        FakeOkta(sing_metadata=False)


def test_an_app_changes_and_ends(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    ada = okta.add_person("ada@acme.test")
    app.assign(ada)
    app.update({"Audience URI (SP Entity ID)": "b"}, label="Y", default_relay_state="/home")
    assert (app.label, app.settings.audience, app.sign_in(ada).relay_state) == ("Y", "b", "/home")
    app.update(application_username="Email prefix")
    assert b">ada</saml2:NameID>" in app.sign_in(ada).xml
    app.deactivate()
    with pytest.raises(SsoRefused):
        app.sign_in(ada)
    app.activate()
    app.sign_in(ada)
    app.delete()
    with pytest.raises(NotFound):
        okta.app(app.id)


def test_an_update_of_one_field_leaves_the_username_form_alone(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a", application_username="Email")
    app.update(audience="b")
    assert app.info.application_username == "Email"


def test_people_and_groups_are_assigned_by_handle_or_by_name(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    ada, bob, eve = (okta.add_person(f"{name}@acme.test") for name in ("ada", "bob", "eve"))
    staff = okta.add_group("Staff", members=[bob])
    app.assign(ada, staff)
    for person in (ada, bob):
        app.sign_in(person)
    with pytest.raises(SsoRefused):
        app.sign_in(eve)
    app.assign("Everyone")
    app.sign_in("eve@acme.test")
    assert [(row.scope, row.target_name) for row in app.assignments()][1:] == [
        ("GROUP", "Staff"),
        ("GROUP", "Everyone"),
    ]
    app.unassign("Everyone", staff, ada)
    for person in (ada, bob, eve):
        with pytest.raises(SsoRefused):
            app.sign_in(person)
    with pytest.raises(NotFound):
        app.assign("nobody@acme.test")
    app.assign("ada@acme.test", user_name="countess")
    assert b">countess</saml2:NameID>" in app.sign_in(ada).xml


def test_groups_gain_and_lose_members(okta: FakeOkta) -> None:
    staff = okta.add_group("Staff")
    ada = okta.add_person("ada@acme.test", groups=[staff])
    assert [person.login for person in staff.members()] == ["ada@acme.test"]
    staff.remove(ada)
    assert staff.members() == []
    assert okta.group("Everyone").name == "Everyone"


@pytest.mark.parametrize("form", ["xml", "text", "url", "query", "base64", "object"])
def test_a_request_is_taken_in_any_form(okta: FakeOkta, form: str) -> None:
    from fake_idp.sso import read_request

    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    app.assign(okta.add_person("ada@acme.test"))
    url = redirect_url(app.sso_url, "SAMLRequest", REQUEST.encode())
    forms: dict[str, AuthnRequest | bytes | str] = {
        "xml": REQUEST.encode(), "text": REQUEST, "url": url, "query": url.partition("?")[2],
        "base64": base64.b64encode(REQUEST.encode()).decode(), "object": read_request(url.partition("?")[2]),
    }  # fmt: skip
    signed_on = app.sign_in("ada@acme.test", request=forms[form], relay_state="/x")
    assert etree.fromstring(signed_on.xml).get("InResponseTo") == "_r1"
    assert signed_on.relay_state == "/x"


def test_faults_are_named_for_one_response_or_for_all_to_come(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    app.assign(okta.add_person("ada@acme.test"))
    assert b" Destination=" not in app.sign_in("ada@acme.test", faults=["destination-missing"]).xml
    assert b" Destination=" in app.sign_in("ada@acme.test").xml
    okta.misbehave("destination-missing", app=app, times=1)
    assert b" Destination=" not in app.sign_in("ada@acme.test").xml
    assert b" Destination=" in app.sign_in("ada@acme.test").xml
    okta.misbehave("destination-missing")
    assert b" Destination=" not in app.sign_in("ada@acme.test").xml
    okta.behave()
    assert b" Destination=" in app.sign_in("ada@acme.test").xml
    with pytest.raises(LookupError, match="destination-missing"):
        okta.misbehave("destination-mising")


def test_metadata_is_text_bytes_a_url_and_a_file(okta: FakeOkta, tmp_path: Path) -> None:
    metadata = okta.create_saml_app("X", acs_url=ACS, audience="a").metadata
    assert metadata.text.encode() == metadata.bytes == str(metadata).encode()
    assert metadata.write_to(tmp_path / "idp.xml").read_bytes() == metadata.bytes
    assert metadata.write_to(tmp_path) == tmp_path / "metadata.xml"
    with metadata.tempfile() as path:
        assert path.read_bytes() == metadata.bytes
    assert not path.exists()


def test_a_rotated_key_is_in_the_metadata_and_signs(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    before = app.certificate
    new = app.generate_key()
    assert new.key.certificate_b64_wrapped in app.metadata_for(new.kid).text
    assert app.certificate == before
    app.activate_key(new.kid)
    assert app.certificate == new.key.certificate_pem
    assert app.rotate() == app.key
    assert len(app.keys) == 4


def test_people_are_changed_through_their_handles(okta: FakeOkta) -> None:
    ada = okta.add_person("ada@acme.test", first_name="Ada", last_name="L", department="R&D")
    assert (ada.login, ada.email, ada.first_name, ada.last_name, ada.status) == (
        "ada@acme.test", "ada@acme.test", "Ada", "L", "ACTIVE",
    )  # fmt: skip
    ada.update(firstName="Augusta")
    ada.set_status("SUSPENDED")
    again = okta.person("ada@acme.test")
    assert (again.first_name, again.status) == ("Augusta", "SUSPENDED")
    assert okta.org.check_password(ada.login, ada.password) is None


def test_one_person_signs_in_within_one_session_until_it_is_ended(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    ada = okta.add_person("ada@acme.test")
    app.assign(ada)
    app.sign_in(ada)
    app.sign_in(ada)
    assert len(okta.log("user.session.start")) == 1
    ada.sign_out()
    app.sign_in(ada)
    assert len(okta.log("user.session.start")) == 2


def test_everybody_with_a_generated_password_is_listed_for_the_greeting(okta: FakeOkta) -> None:
    ada = okta.add_person("ada@acme.test")
    okta.add_person("bob@acme.test", password="secret")
    okta.add_person("eve@acme.test").set_status("SUSPENDED")
    assert okta.credentials() == [("ada@acme.test", ada.password)]
    assert okta.trust_hint == ""


def test_the_clock_is_given_as_a_time_or_a_clock() -> None:
    fixed = FakeOkta(clock="2026-03-01T12:00:00Z")
    assert fixed.clock.frozen and fixed.org.now().isoformat() == "2026-03-01T12:00:00+00:00"
    fixed.stop()
    shared = Clock()
    other = FakeOkta(clock=shared)
    assert other.clock is shared
    other.stop()


def test_the_package_has_one_name_and_imports_it_late() -> None:
    assert fake_idp.__all__ == ["FakeOkta"]
    with pytest.raises(AttributeError, match="nothing"):
        _ = fake_idp.nothing


def test_handles_show_what_they_stand_for(okta: FakeOkta) -> None:
    app = okta.create_saml_app("X", acs_url=ACS, audience="a")
    assert repr(app) == f"<SamlApp X {app.id}>"
    assert repr(okta.add_person("ada@acme.test")) == "<Person ada@acme.test>"
    assert repr(okta.add_group("Staff")) == "<Group Staff>"
    assert "seed 'front'" in repr(okta)
    assert [each.id for each in okta.apps()] == [app.id]
    assert app.slo_url.endswith("/slo/saml") and f"/home/acme_x_1/{app.id}/aln" in app.embed_link
