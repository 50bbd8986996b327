"""People and groups in the console."""

from __future__ import annotations

import pytest

from fake_idp import FakeOkta
from tests.pages.conftest import World
from tests.pages.visitor import Page, Visitor, squeeze

PERSON = {"First name": "Mary", "Last name": "Shaw", "Username": "mary@acme.test"}


def names(page: Page) -> list[str]:
    return [squeeze(a.text_content()) for a in page.document.xpath("//table//td[1]//a")]


def test_add_person_makes_somebody_who_can_sign_in(admin: Visitor, okta: FakeOkta) -> None:
    page = admin.get("/admin/users").follow("Add person")
    page = page.submit("Save", {**PERSON, "Primary email": "m.shaw@acme.test", "Password": "s3cret"})
    assert (page.heading, page.notices) == ("Mary Shaw", ["Mary Shaw added."])
    assert okta.org.person("mary@acme.test").email == "m.shaw@acme.test"
    assert Visitor(okta.url).sign_in("mary@acme.test", "s3cret").heading == "My Apps"


def test_a_person_added_without_a_password_gets_one_that_the_page_shows(
    admin: Visitor, okta: FakeOkta
) -> None:
    page = admin.get("/admin/users/new").submit("Save", PERSON)
    password = page.document.xpath("string(//dt[.='Password']/following-sibling::dd[1]/code)")
    assert Visitor(okta.url).sign_in("mary@acme.test", password).heading == "My Apps"
    assert okta.org.person("mary@acme.test").email == "mary@acme.test"


def test_required_fields_of_a_person(admin: Visitor) -> None:
    page = admin.get("/admin/users/new").press("Save")
    for label in ("First name", "Last name", "Username"):
        assert page.error_of(label) == "This field cannot be left blank"
    assert page.error_of("Primary email") == ""
    assert page.submit("Save", PERSON).heading == "Mary Shaw"


def test_a_username_that_is_taken_or_no_email_address_is_refused(world: World, admin: Visitor) -> None:
    page = admin.get("/admin/users/new").submit("Save", {**PERSON, "Username": "ada@acme.test"})
    assert page.error_of("Username") == "An object with this field already exists in the current organization"
    assert page.value("First name") == "Mary"
    page = page.submit("Save", {"Username": "mary"})
    assert page.error_of("Username").startswith("Username must be in the form of an email address")
    page = page.submit("Save", {"Username": "mary@acme.test", "Primary email": "nope"})
    assert page.error_of("Primary email").startswith("Expected an email address")
    assert page.submit("Save", {"Primary email": "m@acme.test"}).heading == "Mary Shaw"


def test_a_profile_can_be_edited_attributes_of_okta_s_profile_included(world: World, admin: Visitor) -> None:
    page = admin.get("/admin/users").follow("Ada Lovelace").follow("Edit", within="Profile")
    page = page.submit("Save", {"First name": "Augusta", "department": "Engines", "Password": "new-pw"})
    assert page.heading == "Augusta Lovelace"
    assert world.ada.info.attributes["department"] == "Engines"
    assert Visitor(world.okta.url).sign_in("ada@acme.test", "new-pw").heading == "My Apps"
    page = page.follow("Edit", within="Profile").submit("Save", {"department": ""})
    assert "department" not in world.ada.info.attributes
    page = page.follow("Edit", within="Profile").submit("Save", {"Username": "grace@acme.test"})
    assert page.error_of("Username").startswith("An object with this field already exists")


def test_an_edit_leaves_several_values_of_an_attribute_alone(world: World, admin: Visitor) -> None:
    world.ada.update(department=["A", "B"])
    page = admin.get(f"/admin/users/{world.ada.id}").follow("Edit", within="Profile")
    page.submit("Save", {"First name": "Augusta"})
    assert world.ada.info.attributes["department"] == ["A", "B"]


@pytest.mark.parametrize(
    ("button", "status", "back"),
    [
        ("Suspend", "SUSPENDED", "Unsuspend"),
        ("Lock", "LOCKED_OUT", "Unlock"),
        ("Deactivate", "DEPROVISIONED", "Activate"),
    ],
)
def test_status_buttons_shut_a_person_out_and_let_them_in_again(
    world: World, admin: Visitor, button: str, status: str, back: str
) -> None:
    page = admin.get(f"/admin/users/{world.ada.id}").press(button)
    assert world.ada.status == status
    page.press(back)
    assert world.ada.status == "ACTIVE"


def test_a_person_is_deactivated_before_deletion(world: World, admin: Visitor) -> None:
    path = f"/admin/users/{world.ada.id}"
    refused = admin.post(f"{path}/delete", {})
    assert refused.status == 400
    assert "ada@acme.test must be deactivated before deletion." in refused.text
    page = admin.get(path).press("Deactivate").press("Delete")
    assert page.heading == "People"
    assert admin.get(path).status == 404


def test_an_admin_cannot_shut_themselves_out(admin: Visitor, okta: FakeOkta) -> None:
    path = f"/admin/users/{okta.org.admin.id}"
    assert not admin.get(path).document.xpath("//main//header//button")
    assert admin.post(f"{path}/deactivate", {}).status == 400
    assert okta.org.admin.status == "ACTIVE"


def test_people_can_be_searched_and_filtered(world: World, admin: Visitor) -> None:
    page = admin.get("/admin/users")
    assert len(names(page)) == 3
    assert names(page.submit("Apply", {"Search": "hopper"})) == ["Grace Hopper"]
    world.grace.set_status("SUSPENDED")
    assert names(page.submit("Apply", {"Status": "Suspended"})) == ["Grace Hopper"]
    assert "No people found." in page.submit("Apply", {"Search": "nobody"}).text


def test_a_person_s_page_lists_apps_and_groups(world: World, admin: Visitor) -> None:
    links = admin.get(f"/admin/users/{world.ada.id}").links()
    assert {"Notes", "Everyone"} <= set(links)


def test_add_group_then_assign_person_and_remove(world: World, admin: Visitor) -> None:
    page = admin.get("/admin/groups").follow("Add group")
    page = page.submit("Save", {"Name": "Engineering", "Description": "Builders"})
    assert (page.heading, page.notices) == ("Engineering", ["Group 'Engineering' added."])
    page = page.submit("Assign person", {"Person": "Ada Lovelace (ada@acme.test)"})
    assert names(page) == ["Ada Lovelace"]
    assert [p.login for p in world.okta.org.members("Engineering")] == ["ada@acme.test"]
    page = page.press("Remove", within="Ada Lovelace")
    assert "Nobody is in this group yet." in page.text


def test_a_person_has_to_be_chosen(world: World, admin: Visitor) -> None:
    group = world.okta.add_group("Engineering")
    page = admin.get(f"/admin/groups/{group.id}").press("Assign person")
    assert page.error_of("Person") == "Choose a person."
    page = admin.post(f"/admin/groups/{group.id}/members", {"person": "nobody@acme.test"})
    assert page.error_of("Person").startswith("The org has no person 'nobody@acme.test'")


def test_a_group_needs_a_name_of_its_own(world: World, admin: Visitor) -> None:
    world.okta.add_group("Engineering")
    page = admin.get("/admin/groups/new").press("Save")
    assert page.error_of("Name") == "This field cannot be left blank"
    page = page.submit("Save", {"Name": "Engineering"})
    assert page.error_of("Name").startswith("A group named 'Engineering' is in the org already")
    page = page.submit("Save", {"Name": "Sales"}).follow("Edit")
    assert page.submit("Save", {"Name": ""}).error_of("Name") == "This field cannot be left blank"
    assert page.submit("Save", {"Name": "Marketing"}).heading == "Marketing"


def test_everyone_is_built_in_and_cannot_be_changed(world: World, admin: Visitor) -> None:
    everyone = world.okta.org.group("Everyone")
    page = admin.get(f"/admin/groups/{everyone.id}")
    assert not page.document.xpath("//main//button")
    for path in ("delete", f"members/{world.ada.id}/remove"):
        assert admin.post(f"/admin/groups/{everyone.id}/{path}", {}).status == 400
    own = world.okta.add_group("Own")
    assert admin.post(f"/admin/groups/{own.id}/delete", {}).heading == "Groups"
    assert world.okta.org.find_group("Own") is None
