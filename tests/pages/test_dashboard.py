"""The End-User Dashboard."""

from __future__ import annotations

from tests.pages.conftest import World, signed_in


def test_a_tile_for_each_assigned_app_is_its_embed_link(world: World) -> None:
    page = signed_in(world.okta, "ada@acme.test").get("/app/UserHome")
    tiles = page.document.xpath("//main//ul//a")
    assert [(t.text_content().split()[-1], t.get("href")) for t in tiles] == [
        ("Notes", world.app.embed_link.removeprefix(world.okta.url))
    ]


def test_somebody_without_apps_is_told_so(world: World) -> None:
    page = signed_in(world.okta, "grace@acme.test").get("/app/UserHome")
    assert "No apps are assigned to you yet." in page.text


def test_hidden_and_inactive_apps_have_no_tile(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    org = world.okta.org
    org.update_app(world.app.id, hidden=True)
    assert "Notes" not in ada.get("/app/UserHome").text
    org.update_app(world.app.id, hidden=False)
    assert "Notes" in ada.get("/app/UserHome").text
    org.deactivate_app(world.app.id)
    assert "Notes" not in ada.get("/app/UserHome").text


def test_only_admins_see_the_way_to_the_console(world: World) -> None:
    assert "Admin" not in signed_in(world.okta, "ada@acme.test").get("/app/UserHome").links()
    page = signed_in(world.okta, world.okta.admin_username).get("/app/UserHome")
    assert page.follow("Admin").heading == "Dashboard"
