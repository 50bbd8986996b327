"""Things that come from elsewhere keep their ids, as long as those are free."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from fake_idp.org.errors import AlreadyExists, DataDirUnusable, InvalidValue, NotAllowed
from fake_idp.org.model import App, AppIdentity, Person
from fake_idp.org.org import Org
from fake_idp.org.settings import AcsEndpoint, SamlSettings
from fake_idp.saml.faults import Fault
from tests.org.material import other_key, sp_certificate


def test_an_app_keeps_the_identity_it_comes_with(org: Org, settings: SamlSettings) -> None:
    wanted = AppIdentity("0oaX", "acme_x_1", "exkX", "alnX", "kidX")
    app = org.create_saml_app("X", settings, identity=wanted)
    assert (app.id, app.name, app.external_key, app.link_id, app.signing_kid) == (
        "0oaX", "acme_x_1", "exkX", "alnX", "kidX",
    )  # fmt: skip
    assert org.create_saml_app("X", settings).name == "acme_x_2"


@pytest.mark.parametrize("field", ["id", "name", "external_key"])
def test_an_identity_is_taken_only_once(org: Org, app: App, settings: SamlSettings, field: str) -> None:
    taken = AppIdentity(**{field: getattr(app, field)})
    with pytest.raises(AlreadyExists, match="is in the org already"):
        org.create_saml_app("Other", settings, identity=taken)
    assert org.apps() == [app]


def test_ids_of_people_and_groups_are_taken_only_once(org: Org, ada: Person) -> None:
    with pytest.raises(AlreadyExists):
        org.add_person("eve@acme.test", first_name="E", last_name="V", person_id=ada.id)
    assert org.add_person("eve@acme.test", first_name="E", last_name="V", person_id="00uX").id == "00uX"
    assert org.add_group("A", group_id="00gX").id == "00gX"
    with pytest.raises(AlreadyExists):
        org.add_group("B", group_id="00gX")


def test_a_person_needs_a_known_status_and_an_address(org: Org) -> None:
    with pytest.raises(InvalidValue, match="status"):
        org.add_person("eve@acme.test", first_name="E", last_name="V", status="ASLEEP")
    with pytest.raises(InvalidValue, match="email"):
        org.add_person("eve@acme.test", "nowhere", "E", "V")
    assert org.add_person("eve@acme.test", first_name="E", last_name="V", status="STAGED").activated is None


def test_a_key_from_elsewhere_is_added_once(org: Org, app: App) -> None:
    key = other_key()
    assert org.add_key(app, key).status == "INACTIVE"
    with pytest.raises(NotAllowed, match="has a key with the kid"):
        org.add_key(app, key)
    org.activate_key(app, key.kid)
    assert org.signing_key(app) == key


def test_a_key_from_elsewhere_can_be_active_at_once(org: Org, app: App) -> None:
    assert org.add_key(app, other_key(), active=True).status == "ACTIVE"
    assert org.app(app.id).signing_kid == other_key().kid


def test_a_logo_is_replaced_and_removed(org: Org, app: App) -> None:
    assert org.update_app(app, logo=b"GIF89a").has_logo
    assert org.update_app(app, label="Renamed").has_logo
    assert not org.update_app(app, logo=b"").has_logo
    assert org.logo(app) is None


def test_turning_signed_requests_on_drops_the_static_urls(org: Org, app: App) -> None:
    app = org.update_app(
        app, acs_endpoints=(AcsEndpoint("http://b.test", 1),), sp_certificate=sp_certificate()
    )
    assert app.settings.acs_endpoints
    assert org.update_app(app, signed_requests=True).settings.acs_endpoints == ()


def test_an_app_that_is_in_a_status_already_is_left_alone(org: Org, app: App) -> None:
    org.clock.move("1h")
    assert org.activate_app(app) == app
    assert org.log("application.lifecycle.activate")[-1].published == app.created


def test_faults_of_metadata_are_committed_while_armed(org: Org, app: App) -> None:
    def rename(published: object, _context: object) -> None:
        published.tree.set("entityID", "urn:wrong")  # type: ignore[attr-defined]

    good = org.metadata(app)
    org.faults.arm([Fault(id="rename", title="", stage="metadata", apply=rename)])
    assert b'entityID="urn:wrong"' in org.metadata(app)
    org.faults.clear()
    assert org.metadata(app) == good


def test_a_store_of_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Org(data_dir=tmp_path).close()
    with sqlite3.connect(tmp_path / "org.sqlite3") as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(DataDirUnusable, match="written by another version"):
        Org(data_dir=tmp_path)


def test_an_expression_reaches_other_people(org: Org, ada: Person, settings: SamlSettings) -> None:
    bob = org.add_person("bob@acme.test", first_name="Bob", last_name="B", managerId=ada.login)
    app = org.create_saml_app(
        "X", settings, application_username="Custom",
        username_expression='getManagerUser("active_directory").firstName',
    )  # fmt: skip
    assert org.app_user_name(app, bob) == "Ada"
    assert org.app_user_name(app, ada) == ""
