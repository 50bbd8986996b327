from __future__ import annotations

import pytest

from fake_idp.org.errors import InvalidValue, NotFound
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings


def test_nobody_is_assigned_at_first(org: Org, app: App, ada: Person) -> None:
    assert not org.is_assigned(app, ada)
    assert org.assignments(app) == []
    assert org.apps_of(ada) == []
    with pytest.raises(NotFound):
        org.app_user(app, ada)


def test_a_person_is_assigned_and_unassigned(org: Org, app: App, ada: Person) -> None:
    row = org.assign_person(app.id, ada.id)
    assert (row.scope, row.target_id, row.target_name) == ("USER", ada.id, "Ada Lovelace")
    assert org.is_assigned(app, ada)
    assert org.apps_of(ada) == [app]
    assert org.app_user(app, ada).id.startswith("0ua")
    org.unassign_person(app, ada)
    assert not org.is_assigned(app, ada)


def test_a_group_brings_its_members_now_and_later(org: Org, app: App, ada: Person) -> None:
    staff = org.add_group("Staff")
    org.assign_group(app, staff)
    assert not org.is_assigned(app, ada)
    org.add_member(staff, ada)
    assert org.is_assigned(app, ada)
    assert org.app_user(app, ada).scope == "GROUP"
    org.remove_member(staff, ada)
    assert not org.is_assigned(app, ada)


def test_everyone_brings_people_who_come_later(org: Org, app: App) -> None:
    org.assign_group(app, "Everyone")
    assert org.is_assigned(app, org.add_person("new@acme.test", first_name="N", last_name="P"))


def test_an_own_assignment_outlives_the_groups(org: Org, app: App, ada: Person) -> None:
    org.assign_group(app, "Everyone")
    org.assign_person(app, ada)
    assert org.app_user(app, ada).scope == "USER"
    org.unassign_group(app, "Everyone")
    assert org.is_assigned(app, ada)
    assert not org.is_assigned(app, org.admin)


def test_a_deleted_group_takes_its_assignments_along(org: Org, app: App, ada: Person) -> None:
    staff = org.add_group("Staff")
    org.add_member(staff, ada)
    org.assign_group(app, staff)
    org.delete_group(staff)
    assert org.assignments(app) == []
    assert not org.is_assigned(app, ada)


def test_inactive_and_hidden_apps_stand_apart(
    org: Org, app: App, ada: Person, settings: SamlSettings
) -> None:
    hidden = org.create_saml_app("Hidden", settings, hidden=True)
    for each in (app, hidden):
        org.assign_person(each, ada)
    assert org.apps_of(ada) == [app, hidden]
    assert org.apps_of(ada, visible_only=True) == [app]
    org.deactivate_app(app)
    assert org.apps_of(ada) == [hidden]


def test_a_typed_user_name_wins_and_stays(org: Org, app: App, ada: Person) -> None:
    org.assign_person(app, ada, "countess")
    assert org.app_user_name(app, ada) == "countess"
    org.update_person(ada, login="ada2@acme.test")
    assert org.app_user_name(app, ada) == "countess"
    org.assign_person(app, ada, "queen")
    assert org.app_user_name(app, ada) == "queen"


def test_create_and_update_follows_the_profile(org: Org, settings: SamlSettings, ada: Person) -> None:
    app = org.create_saml_app(
        "X", settings, application_username="Email", username_update="Create and update"
    )
    org.assign_person(app, ada)
    org.update_person(ada, email="new@acme.test")
    assert org.app_user_name(app, ada) == "new@acme.test"
    assert len(org.log("application.user_membership.change_username")) == 1


def test_create_only_keeps_the_first_name(org: Org, settings: SamlSettings, ada: Person) -> None:
    app = org.create_saml_app("X", settings, application_username="Email", username_update="Create only")
    org.assign_person(app, ada)
    org.update_person(ada, email="new@acme.test")
    assert org.app_user_name(app, ada) == "ada@acme.test"
    assert org.log("application.user_membership.change_username") == []


def test_a_new_form_reaches_people_where_updates_are_on(org: Org, app: App, ada: Person) -> None:
    org.assign_person(app, ada)
    assert org.app_user_name(app, ada) == "ada@acme.test"
    org.update_app(app, application_username="Email prefix")
    assert org.app_user_name(app, ada) == "ada"
    org.update_app(app, application_username="Email", username_update="Create only")
    assert org.app_user_name(app, ada) == "ada"


def test_a_form_that_gives_nothing_wants_a_typed_name(org: Org, settings: SamlSettings, ada: Person) -> None:
    none = org.create_saml_app("None", settings, application_username="(None)")
    directory = org.create_saml_app("AD", settings, application_username="AD SAM account name")
    for app in (none, directory):
        with pytest.raises(InvalidValue, match=r"gives ada@acme\.test no username"):
            org.assign_person(app, ada)
        assert not org.is_assigned(app, ada)
        org.assign_person(app, ada, "ada")
        assert org.app_user_name(app, ada) == "ada"
