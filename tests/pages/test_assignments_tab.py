"""Assigning an app to people and groups by the pages."""

from __future__ import annotations

from tests.pages.conftest import World
from tests.pages.visitor import Page, Visitor, squeeze


def tab(world: World, admin: Visitor) -> Page:
    return admin.get(f"/admin/app/{world.app.info.name}/instance/{world.app.id}/assignments")


def rows(page: Page) -> list[list[str]]:
    return [[squeeze(td.text_content()) for td in tr.xpath("td")] for tr in page.document.xpath("//tbody/tr")]


def test_assign_a_person_save_and_go_back_then_done(world: World, admin: Visitor) -> None:
    page = tab(world, admin).follow("Assign to People")
    assert page.heading == "Assign Notes to People"
    page = page.press("Assign", within="grace@acme.test")
    assert page.value("User Name") == "grace@acme.test"
    page = page.press("Save and Go Back")
    assert page.heading == "Assign Notes to People"
    assert ["Grace Hopper", "grace@acme.test", "Assigned"] in rows(page)
    page = page.follow("Done")
    assert [row[:3] for row in rows(page)] == [
        ["Ada Lovelace", "Individual", "ada@acme.test"], ["Grace Hopper", "Individual", "grace@acme.test"],
    ]  # fmt: skip
    assert world.okta.org.is_assigned(world.app.id, "grace@acme.test")


def test_a_typed_user_name_is_what_assertions_carry(world: World, admin: Visitor) -> None:
    page = tab(world, admin).follow("Assign to People").press("Assign", within="grace@acme.test")
    page.submit("Save and Go Back", {"User Name": "ghopper"})
    assert world.okta.org.app_user_name(world.app.id, "grace@acme.test") == "ghopper"
    page = tab(world, admin).follow("Edit", within="Grace")
    assert page.value("User Name") == "ghopper"
    page.press("Save and Go Back")
    assert world.okta.org.app_user_name(world.app.id, "grace@acme.test") == "ghopper"
    page = tab(world, admin).follow("Edit", within="Grace").submit("Save and Go Back", {"User Name": ""})
    assert page.error_of("User Name") == "This field cannot be left blank"
    page.submit("Save and Go Back", {"User Name": "grace"})
    assert world.okta.org.app_user_name(world.app.id, "grace@acme.test") == "grace"


def test_a_user_name_that_is_not_typed_follows_the_profile(world: World, admin: Visitor) -> None:
    tab(world, admin).follow("Assign to People").press("Assign", within="grace@acme.test").press(
        "Save and Go Back"
    )
    world.grace.update(email="g.hopper@acme.test")
    assert world.okta.org.app_user_name(world.app.id, "grace@acme.test") == "g.hopper@acme.test"


def test_no_user_name_at_all_is_refused_with_the_reason(world: World, admin: Visitor) -> None:
    world.okta.org.update_app(world.app.id, application_username="AD employee ID")
    page = tab(world, admin).follow("Assign to People").press("Assign", within="grace@acme.test")
    page = page.press("Save and Go Back")
    assert "gives grace@acme.test no username" in page.error_of("User Name")
    assert page.submit("Save and Go Back", {"User Name": "7"}).heading == "Assign Notes to People"


def test_people_can_be_searched(world: World, admin: Visitor) -> None:
    page = tab(world, admin).follow("Assign to People").submit("Find", {"Search": "hopper"})
    assert [row[0] for row in rows(page)] == ["Grace Hopper"]
    assert "No people found." in page.submit("Find", {"Search": "nobody"}).text


def test_cancel_assigns_nobody(world: World, admin: Visitor) -> None:
    page = (
        tab(world, admin).follow("Assign to People").press("Assign", within="grace@acme.test").press("Cancel")
    )
    assert page.heading == "Assign Notes to People"
    assert not world.okta.org.is_assigned(world.app.id, "grace@acme.test")


def test_a_group_gives_the_app_to_its_members(world: World, admin: Visitor) -> None:
    group = world.okta.add_group("Engineering")
    group.add(world.grace)
    page = tab(world, admin).follow("Assign to Groups")
    assert page.heading == "Assign Notes to Groups"
    page = page.press("Assign", within="Engineering").press("Save and Go Back").follow("Done")
    assert ["Engineering", "Group"] in [row[:2] for row in rows(page)]
    assert world.okta.org.is_assigned(world.app.id, "grace@acme.test")
    page = page.press("Remove", within="Engineering")
    assert not world.okta.org.is_assigned(world.app.id, "grace@acme.test")


def test_people_and_groups_can_be_shown_apart(world: World, admin: Visitor) -> None:
    world.app.assign(world.okta.add_group("Engineering"))
    page = tab(world, admin)
    assert [row[0] for row in rows(page)] == ["Ada Lovelace", "Engineering"]
    nav = page.document.xpath("//nav[@aria-label='Assignment filters']//a")
    assert [squeeze(a.text_content()) for a in nav] == ["All", "People", "Groups"]
    assert [row[0] for row in rows(admin.get(nav[1].get("href")))] == ["Ada Lovelace"]
    assert [row[0] for row in rows(admin.get(nav[2].get("href")))] == ["Engineering"]


def test_remove_takes_the_app_away_and_nobody_left_is_said(world: World, admin: Visitor) -> None:
    page = tab(world, admin).press("Remove", within="Ada Lovelace")
    assert "Nobody can sign in to Notes until they are assigned." in page.text
    assert not world.okta.org.is_assigned(world.app.id, "ada@acme.test")


def test_assigning_something_unknown_is_a_404(world: World, admin: Visitor) -> None:
    base = f"/admin/app/{world.app.info.name}/instance/{world.app.id}"
    for path in ("/assign/robots", "/assign/people/00u", "/assign/groups/00g"):
        assert admin.get(base + path).status == 404
    assert admin.post(f"{base}/assignments/robots/x/remove", {}).status == 404
