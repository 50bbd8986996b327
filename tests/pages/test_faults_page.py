"""Testing, Faults: QA arms the next login with a fault, and the org behaves again afterwards."""

from __future__ import annotations

from tests.pages.conftest import World
from tests.pages.visitor import Visitor

PAGE = "/admin/testing/faults"


def _audience(world: World) -> bool:
    """Whether the next login's response names the SP that it is for."""
    return b">http://localhost:9/saml/metadata</saml2:Audience>" in world.app.sign_in(world.ada).xml


def test_a_fault_is_armed_for_one_message_and_shown_until_then(world: World, admin: Visitor) -> None:
    page = admin.get(PAGE).submit("Arm", {"Fault": "audience-mismatch"})

    assert page.notices == ["Armed: audience-mismatch."]
    assert "audience-mismatch" in page.text.partition("Arm a fault")[0]
    assert not _audience(world)
    assert _audience(world)
    assert "Nothing. The org behaves as Okta does." in admin.get(PAGE).text


def test_a_fault_can_be_armed_for_another_app_alone_and_disarmed(world: World, admin: Visitor) -> None:
    other = world.okta.create_saml_app("Other", acs_url="http://localhost:9/other", audience="other")
    other.assign(world.grace)
    every = "Every message until disarmed"
    page = admin.get(PAGE).submit("Arm", {"Fault": "audience-mismatch", "App": "Other", "How often": every})

    assert _audience(world)
    assert b">other</saml2:Audience>" not in other.sign_in(world.grace).xml
    assert page.press("Disarm").notices == ["Disarmed. The org behaves."]
    assert b">other</saml2:Audience>" in other.sign_in(world.grace).xml


def test_an_unknown_fault_gets_the_nearest_name_and_arms_nothing(world: World, admin: Visitor) -> None:
    page = admin.get(PAGE).submit("Arm", {"Fault": "audience-mismach"})

    assert "'audience-mismatch'" in page.error_of("Fault")
    assert _audience(world)


def test_a_fault_of_metadata_is_not_one_of_a_login(world: World, admin: Visitor) -> None:
    page = admin.get(PAGE).submit("Arm", {"Fault": "logout-expired"})

    assert (
        page.error_of("Fault") == "logout-expired is a fault of metadata or logout messages, not of a login."
    )


def test_the_catalogue_can_be_searched(admin: Visitor) -> None:
    assert "xsw3" in admin.get(f"{PAGE}?q=xsw").text
    assert "audience-mismatch" not in admin.get(f"{PAGE}?q=xsw").text.partition("<tbody>")[2]
    assert "No faults match." in admin.get(f"{PAGE}?q=no+such+fault").text
