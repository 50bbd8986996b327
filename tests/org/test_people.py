from __future__ import annotations

import pytest

from fake_idp.org.clock import Clock
from fake_idp.org.errors import AlreadyExists, InvalidValue, NotFound
from fake_idp.org.model import Person
from fake_idp.org.org import Org
from tests.org.conftest import NOON


def test_an_org_begins_with_an_administrator(org: Org) -> None:
    assert org.people() == [org.admin]
    assert org.admin.is_admin
    assert org.admin.login == "admin@acme.test"
    assert org.check_password(org.admin.login, org.admin_password) == org.admin


def test_a_person_is_what_was_given(org: Org) -> None:
    ada = org.add_person("ada@acme.test", "a@x.test", "Ada", "Lovelace", department="R&D", roles=["a", "b"])
    assert (ada.login, ada.email, ada.first_name, ada.last_name) == (
        "ada@acme.test",
        "a@x.test",
        "Ada",
        "Lovelace",
    )
    assert ada.attributes["department"] == "R&D"
    assert ada.attributes["roles"] == ["a", "b"]
    assert ada.created == org.now()
    assert ada.id.startswith("00u") and len(ada.id) == 20
    assert org.person(ada.id) == org.person("ADA@acme.test") == ada


def test_what_is_missing_is_made_up_the_same_from_the_same_seed(org: Org) -> None:
    made = org.add_person("grace@acme.test")
    assert made.first_name and made.last_name and made.email == made.login
    with Org(seed="test", clock=Clock(NOON)) as again:
        again.add_person("somebody@else.test")
        same = again.add_person("grace@acme.test")
        assert (same.first_name, same.last_name) == (made.first_name, made.last_name)
    with Org(seed="another") as other:
        different = other.add_person("grace@acme.test")
        assert (different.first_name, different.last_name) != (made.first_name, made.last_name)


def test_people_without_even_a_login_are_made_up_whole(org: Org) -> None:
    people = [org.add_person() for _ in range(20)]
    assert len({person.login for person in people}) == 20
    assert all(person.login.endswith("@acme.test") for person in people)


def test_a_first_and_a_last_name_alone_make_a_login(org: Org) -> None:
    first, second = (org.add_person(first_name="Ada", last_name="O'Neil") for _ in range(2))
    assert first.login == "ada.oneil@acme.test"
    assert second.login != first.login


@pytest.mark.parametrize("login", ["ada", "ada@", "@acme.test", "a da@acme.test", ""])
def test_a_login_that_is_no_email_address_is_refused(org: Org, login: str) -> None:
    with pytest.raises(InvalidValue):
        org.add_person(login, first_name="A", last_name="B")


@pytest.mark.parametrize("login", ["o'neil+x@acme.test", "müller@acme.test", "a@b"])
def test_an_unusual_address_is_a_login_all_the_same(org: Org, login: str) -> None:
    assert org.person(org.add_person(login, first_name="A", last_name="B").id).login == login


def test_an_org_that_wants_no_addresses_takes_plain_logins() -> None:
    with Org(require_email_logins=False) as org:
        assert org.add_person("ada", first_name="A", last_name="B").email == "ada@acme.test"


def test_a_login_is_taken_only_once_whatever_its_case(org: Org, ada: Person) -> None:
    with pytest.raises(AlreadyExists):
        org.add_person("ADA@acme.test", first_name="A", last_name="B")
    with pytest.raises(AlreadyExists):
        org.update_person(org.admin, login="ada@acme.test")
    assert org.update_person(ada, login="ADA@acme.test").login == "ADA@acme.test"


def test_somebody_unknown_is_answered_with_the_closest_login(org: Org, ada: Person) -> None:
    with pytest.raises(NotFound, match=r"did you mean 'ada@acme\.test'"):
        org.person("adaa@acme.test")
    assert org.find_person("adaa@acme.test") is None


def test_a_profile_changes_by_okta_and_python_names(org: Org, ada: Person) -> None:
    changed = org.update_person(ada, firstName="Augusta", last_name="King", department="X")
    assert (changed.first_name, changed.last_name, changed.attributes["department"]) == (
        "Augusta",
        "King",
        "X",
    )
    assert "department" not in org.update_person(ada, department=None).attributes


def test_people_are_found_by_any_part_of_name_login_and_email(org: Org, ada: Person) -> None:
    assert org.people("love") == org.people("ada lovelace") == org.people("ADA@") == [ada]
    assert org.people("nobody") == []


def test_a_generated_password_opens_and_can_be_told(org: Org, ada: Person) -> None:
    assert org.check_password("ada@acme.test", org.password_of(ada)) == ada
    assert org.check_password("ADA@ACME.TEST", org.password_of("ada@acme.test")) == ada
    assert org.check_password("ada@acme.test", org.password_of(ada) + "x") is None
    assert org.check_password("nobody@acme.test", "x") is None


def test_a_generated_password_survives_a_new_login(org: Org, ada: Person) -> None:
    password = org.password_of(ada)
    org.update_person(ada, login="countess@acme.test")
    assert org.check_password("countess@acme.test", password) is not None
    assert org.check_password("ada@acme.test", password) is None


def test_a_given_password_opens_and_is_kept_only_as_a_hash(org: Org) -> None:
    eve = org.add_person("eve@acme.test", first_name="E", last_name="V", password="päss wörd")
    assert org.check_password(eve.login, "päss wörd") == eve
    assert org.check_password(eve.login, "pass word") is None
    with pytest.raises(InvalidValue, match="only its hash is kept"):
        org.password_of(eve)
    org.set_password(eve, "new")
    assert org.check_password(eve.login, "päss wörd") is None
    assert org.check_password(eve.login, "new") is not None
    with pytest.raises(InvalidValue):
        org.set_password(eve, "")


def test_whoever_is_not_active_cannot_sign_in(org: Org, ada: Person) -> None:
    session = org.start_session(ada)
    suspended = org.set_person_status(ada, "SUSPENDED")
    assert not suspended.can_sign_in
    assert org.check_password(ada.login, org.password_of(ada)) is None
    assert org.session(session.id) is None
    org.set_person_status(ada, "ACTIVE")
    assert org.check_password(ada.login, org.password_of(ada)) is not None
    assert org.session(session.id) is None
    with pytest.raises(InvalidValue, match="STAGED"):
        org.set_person_status(ada, "ASLEEP")


def test_a_deleted_person_leaves_nothing_behind(org: Org, ada: Person) -> None:
    org.add_member(org.add_group("Staff"), ada)
    org.start_session(ada)
    org.delete_person(ada)
    assert org.find_person(ada.login) is None
    assert org.members("Staff") == []
    org.add_person("ada@acme.test", first_name="A", last_name="B")
