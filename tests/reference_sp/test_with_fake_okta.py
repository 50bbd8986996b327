"""The SP and the fake Okta on real sockets, by plain HTTP and in a real browser with its cookie rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fake_idp import FakeOkta
from harness.drivers import DRIVERS, Agent, Drivers
from harness.reference_sp import ReferenceSP

PASSWORD = "Long-enough-1234"


@dataclass
class World:
    okta: FakeOkta
    sp: ReferenceSP
    app: Any

    def trust(self) -> None:
        self.sp.upload_metadata(self.app.metadata.text)
        self.sp.save()


@pytest.fixture
def world() -> Iterator[World]:
    with FakeOkta() as okta, ReferenceSP() as sp:
        app = okta.create_saml_app(
            "Charts", acs_url=sp.acs_url, audience=sp.entity_id, application_username="Email"
        )
        okta.add_person("ada@acme.test", password=PASSWORD)
        app.assign("ada@acme.test")
        yield World(okta, sp, app)


@pytest.fixture(scope="module")
def drivers() -> Iterator[Drivers]:
    with Drivers() as drivers:
        yield drivers


@pytest.fixture(params=DRIVERS)
def agent(request: pytest.FixtureRequest, drivers: Drivers) -> Iterator[Agent]:
    window = drivers.window(request.param, "Ada")
    yield window
    window.close()


def okta_sign_in(agent: Agent) -> None:
    agent.fill("Username", "ada@acme.test")
    agent.press("Next")
    agent.fill("Password", PASSWORD)
    agent.press("Verify")


def test_the_admin_sets_sso_up_on_the_page_and_a_member_signs_in(
    world: World, agent: Agent, drivers: Drivers
) -> None:
    sp = world.sp
    agent.open(sp.settings_url)
    agent.fill("Email", sp.admin_email)
    agent.fill("Password", sp.admin_password)
    agent.press("Log in")
    assert agent.heading == "Access & SSO Settings"
    assert agent.value("Entity ID") == sp.entity_id
    assert agent.value("Assertion Consumer Service URL") == sp.acs_url
    agent.choose("Identity Provider", "Okta")
    agent.attach("Upload Metadata XML", "amplitude.xml", world.app.metadata.bytes, "text/xml")
    agent.press("Upload Metadata File")
    assert "You have unsaved changes." in agent.text
    agent.choose("User Role", "Viewer")
    agent.press("Save")
    assert "Single sign-on is on." in agent.text
    agent.follow("Show uploaded metadata")
    assert agent.heading == "Uploaded metadata"
    agent.press("Log out")
    agent.press("Sign in with SSO")
    okta_sign_in(agent)
    assert agent.heading == "Signed in as ada@acme.test"
    me = json.loads(agent.fetch(f"{sp.me_url}.json").content)
    assert (me["role"], me["session"]["method"]) == ("viewer", "sso")


def test_a_deep_link_survives_the_round_trip(world: World, agent: Agent) -> None:
    world.trust()
    agent.open(f"{world.sp.url}/10001/charts/7?from=2026-01")
    agent.press("Sign in with SSO")
    okta_sign_in(agent)
    assert agent.url == f"{world.sp.url}/10001/charts/7?from=2026-01"


def test_the_tile_signs_in_without_a_request(world: World, agent: Agent) -> None:
    world.trust()
    agent.open(world.okta.url)
    okta_sign_in(agent)
    agent.follow("Charts")
    assert agent.heading == "Signed in as ada@acme.test"


def test_a_wrong_audience_is_explained_to_the_admin_and_only_named_to_the_member(
    world: World, agent: Agent
) -> None:
    world.trust()
    world.app.update(audience=f"{world.sp.entity_id}/")
    agent.open(world.sp.login_url)
    agent.press("Sign in with SSO")
    okta_sign_in(agent)
    assert agent.heading == "We could not sign you in"
    assert "aud_mismatch" in agent.text
    assert "trailing slash" not in agent.text
    page = agent.url
    agent.open(world.sp.login_url)
    agent.fill("Email", world.sp.admin_email)
    agent.fill("Password", world.sp.admin_password)
    agent.press("Log in")
    agent.open(page)
    assert "differs only by a trailing slash" in agent.text
    assert "Audience URI (SP Entity ID)" in agent.text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"response_signed": False},
        {"assertion_signed": False},
        {"subject_name_id_format": "emailAddress"},
        {"assertion_encrypted": True},
        {"assertion_encrypted": True, "encryption_algorithm": "AES128_GCM", "assertion_signed": False},
    ],
    ids=str,
)
def test_the_settings_of_the_wizard(world: World, drivers: Drivers, changes: dict[str, Any]) -> None:
    if changes.get("assertion_encrypted"):
        changes = {**changes, "encryption_certificate": world.sp.encryption_certificate}
    world.app.update(**changes)
    world.trust()
    agent = drivers.window("http", "Ada")
    agent.open(f"{world.sp.sso_login_url}?next=/me")
    okta_sign_in(agent)
    assert agent.heading == "Signed in as ada@acme.test", world.sp.last_login()


def test_signed_requests_are_verified_by_okta(world: World, drivers: Drivers) -> None:
    world.sp.change_settings(
        sign_requests=True, name_id_policy="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    )
    world.app.update(sp_certificate=world.sp.signing_certificate, signed_requests=True)
    world.trust()
    for binding in ("redirect", "post"):
        world.sp.change_settings(request_binding=binding)
        agent = drivers.window("http", "Ada")
        agent.open(world.sp.sso_login_url)
        okta_sign_in(agent)
        assert agent.heading == "Signed in as ada@acme.test"


def test_a_test_login_lists_what_is_wrong_and_makes_no_session(world: World, agent: Agent) -> None:
    world.trust()
    world.app.update(audience="https://wrong.test/sp")
    agent.open(world.sp.settings_url)
    agent.fill("Email", world.sp.admin_email)
    agent.fill("Password", world.sp.admin_password)
    agent.press("Log in")
    agent.press("Test sign-on")
    okta_sign_in(agent)
    assert agent.heading == "Sign-on log"
    assert "This is your test." in agent.text
    assert "aud_mismatch" in agent.text
    assert [session.method for session in world.sp.sessions()] == ["password"]
    agent.open(world.sp.me_url)
    assert agent.heading == f"Signed in as {world.sp.admin_email}"


def test_logging_out_everywhere_ends_both_sessions(world: World, agent: Agent) -> None:
    world.app.update(
        sp_certificate=world.sp.signing_certificate,
        slo_enabled=True,
        slo_logout_url=world.sp.slo_url,
        slo_issuer=world.sp.entity_id,
    )
    world.trust()
    agent.open(world.sp.sso_login_url)
    okta_sign_in(agent)
    agent.press("Log out everywhere")
    assert "You are logged out here and at your identity provider." in agent.text
    assert world.sp.sessions() == []
    agent.open(world.sp.sso_login_url)
    assert agent.has("field", "Username"), "Okta asks again"


def test_a_rotated_certificate_needs_new_metadata(world: World, drivers: Drivers) -> None:
    world.trust()
    world.app.rotate()
    agent = drivers.window("http", "Ada")
    agent.open(world.sp.sso_login_url)
    okta_sign_in(agent)
    assert "sig_untrusted_key" in agent.text
    world.trust()
    agent.open(world.sp.sso_login_url)
    assert agent.heading == "Signed in as ada@acme.test"
