from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.errors import NotAllowed, NotFound
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org


def test_a_session_lives_until_it_is_ended(org: Org, ada: Person) -> None:
    session = org.start_session(ada)
    assert session.id.startswith("102") and len(session.id) == 25
    assert org.session(session.id) == session
    assert org.end_session(session.id) == session
    assert org.session(session.id) is None
    assert org.end_session(session.id) is None
    assert org.session("102unknown") is None


def test_an_unused_session_ends_after_two_hours(org: Org, ada: Person) -> None:
    session = org.start_session(ada)
    org.clock.move("119m")
    assert org.session(session.id) is not None
    org.clock.move("119m")
    assert org.session(session.id) is not None
    org.clock.move("120m")
    assert org.session(session.id) is None


def test_keep_me_signed_in_lasts_for_days(org: Org, ada: Person) -> None:
    session = org.start_session(ada, remember=True)
    org.clock.move("14 days")
    assert org.session(session.id) is not None
    org.clock.move("15 days")
    assert org.session(session.id) is None


def test_only_active_people_get_a_session(org: Org, ada: Person) -> None:
    org.set_person_status(ada, "LOCKED_OUT")
    with pytest.raises(NotAllowed, match="LOCKED_OUT"):
        org.start_session(ada)


def test_signing_in_again_moves_the_authentication_and_counts(org: Org, ada: Person) -> None:
    session = org.start_session(ada)
    org.clock.move("10m")
    again = org.refresh_session(session.id)
    assert again.authenticated_at == session.authenticated_at + timedelta(minutes=10)
    assert again.authentications == 2
    assert again.created == session.created
    with pytest.raises(NotFound):
        org.refresh_session("102unknown")


def test_an_admin_clears_all_sessions_of_a_person(org: Org, ada: Person) -> None:
    sessions = [org.start_session(ada) for _ in range(3)]
    others = org.start_session(org.admin)
    assert org.sessions(ada) == sessions
    assert org.clear_sessions(ada) == 3
    assert org.sessions(ada) == []
    assert org.session(others.id) is not None


def test_apps_signed_in_to_are_remembered_with_their_session(org: Org, app: App, ada: Person) -> None:
    session = org.start_session(ada)
    entry = org.record_app_session(session.id, app, "_index", "ada", "urn:f")
    assert org.app_sessions(session.id) == org.app_sessions_named(app, "ada") == [entry]
    org.end_app_session(session.id, app)
    assert org.app_sessions(session.id) == []
    org.record_app_session(session.id, app, "_index", "ada")
    org.end_session(session.id)
    assert org.app_sessions_named(app, "ada") == []


def test_expired_sessions_are_swept_out(org: Org, ada: Person) -> None:
    for _ in range(199):
        org.start_session(ada, log=False)
    org.clock.move("3h")
    org.start_session(ada, log=False)
    assert len(org.sessions(ada)) == 1
    assert org.store.scalar(sa.select(sa.func.count()).select_from(db.sessions)) == 1


def test_a_sign_in_is_seen_however_the_person_is_looked_up(org: Org, ada: Person) -> None:
    keys = (ada.id, ada.login, ada.login.upper())
    before = [org.person(key).last_login for key in keys]
    assert before == [None] * 3 and org.people("ada")[0].last_login is None
    org.clock.freeze()
    org.start_session(ada)
    now = org.now()
    assert [org.person(key).last_login for key in keys] == [now] * 3
    assert org.people("ada")[0].last_login == now


def test_a_sign_in_that_is_undone_leaves_nothing(org: Org, ada: Person) -> None:
    org.clock.freeze()
    with pytest.raises(ZeroDivisionError), org.unit():
        session = org.start_session(ada)
        raise ZeroDivisionError
    assert org.person(ada).last_login is None
    assert org.session(session.id) is None
