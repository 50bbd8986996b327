from __future__ import annotations

import pytest

from fake_idp.org.errors import AlreadyExists, InvalidValue, NotAllowed, NotFound
from fake_idp.org.model import Person
from fake_idp.org.org import Org


def test_everyone_is_built_in_and_holds_all_people(org: Org, ada: Person) -> None:
    everyone = org.group("Everyone")
    assert everyone.type == "BUILT_IN"
    assert org.groups() == [everyone]
    assert org.members(everyone) == [org.admin, ada]
    assert org.is_member(everyone, ada)


def test_everyone_cannot_be_changed(org: Org, ada: Person) -> None:
    for change in (
        lambda: org.remove_member("Everyone", ada),
        lambda: org.update_group("Everyone", "All"),
        lambda: org.delete_group("Everyone"),
    ):
        with pytest.raises(NotAllowed, match="built in"):
            change()


def test_people_join_and_leave_a_group(org: Org, ada: Person) -> None:
    staff = org.add_group("Staff", "Those who work here")
    org.add_member(staff, ada)
    org.add_member("Staff", ada.login)
    assert org.members(staff) == [ada]
    assert [group.name for group in org.groups_of(ada)] == ["Everyone", "Staff"]
    org.remove_member(staff, ada)
    org.remove_member(staff, ada)
    assert org.members(staff) == []


def test_a_group_is_found_by_id_and_by_name(org: Org) -> None:
    staff = org.add_group("Staff")
    assert org.group(staff.id) == org.group("staff") == staff
    with pytest.raises(NotFound, match="did you mean 'Staff'"):
        org.group("Stuff")


def test_a_group_name_is_taken_only_once(org: Org) -> None:
    org.add_group("Staff")
    other = org.add_group("Other")
    with pytest.raises(AlreadyExists):
        org.add_group("STAFF")
    with pytest.raises(AlreadyExists):
        org.update_group(other, name="staff")
    with pytest.raises(InvalidValue):
        org.add_group(" ")


def test_a_group_is_renamed_and_deleted(org: Org, ada: Person) -> None:
    staff = org.add_group("Staff")
    org.add_member(staff, ada)
    assert org.update_group(staff, name="Crew", description="x").description == "x"
    assert org.update_group(staff, name="Crew").description == "x"
    org.delete_group("Crew")
    assert [group.name for group in org.groups_of(ada)] == ["Everyone"]
