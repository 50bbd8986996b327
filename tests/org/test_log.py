"""The System Log in the shape of Okta's API."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from fake_idp.org.log import EVENT_TYPES, Client, acting
from fake_idp.org.model import App, Person
from fake_idp.org.org import Org


def test_an_event_has_the_keys_of_oktas_api_in_its_order(org: Org, ada: Person) -> None:
    org.start_session(ada)
    event = org.log("user.session.start")[0]
    assert list(event.as_json()) == [
        "actor", "client", "device", "authenticationContext", "displayMessage", "eventType", "outcome", "published",
        "securityContext", "severity", "debugContext", "legacyEventType", "transaction", "uuid", "version", "request",
        "target",
    ]  # fmt: skip
    data = event.as_json()
    assert data["version"] == "0"
    assert data["published"] == "2026-03-01T12:00:00.000Z"
    assert data["outcome"] == {"result": "SUCCESS", "reason": None}
    assert data["displayMessage"] == "User login to Okta"
    assert data["actor"] == {
        "id": ada.id, "type": "User", "alternateId": "ada@acme.test", "displayName": "Ada Lovelace",
        "detailEntry": None,
    }  # fmt: skip
    json.dumps(data)


def test_every_change_of_state_is_an_event(org: Org, app: App, ada: Person) -> None:
    staff = org.add_group("Staff")
    org.add_member(staff, ada)
    org.remove_member(staff, ada)
    org.update_group(staff, description="x")
    org.assign_person(app, ada)
    org.unassign_person(app, ada)
    org.assign_group(app, staff)
    org.unassign_group(app, staff)
    new = org.generate_key(app)
    org.activate_key(app, new.kid)
    org.update_app(app, audience="other")
    org.deactivate_app(app)
    org.activate_app(app)
    session = org.start_session(ada)
    org.end_session(session.id)
    org.clear_sessions(ada)
    for status in ("SUSPENDED", "ACTIVE", "DEPROVISIONED"):
        org.set_person_status(ada, status)
    org.delete_group(staff)
    org.deactivate_app(app)
    org.delete_app(app)
    types = [event.event_type for event in org.log()]
    for expected in (
        "group.lifecycle.create", "group.user_membership.add", "group.user_membership.remove", "group.profile.update",
        "application.user_membership.add", "application.user_membership.remove", "group.application_assignment.add",
        "group.application_assignment.remove", "app.keys.generate", "app.keys.rotate", "application.lifecycle.create",
        "application.lifecycle.update", "app.saml.sensitive.attribute.update", "application.lifecycle.deactivate",
        "application.lifecycle.activate", "application.lifecycle.delete", "user.session.start", "user.session.end",
        "user.session.clear", "user.lifecycle.create", "user.lifecycle.activate", "user.lifecycle.suspend",
        "user.lifecycle.unsuspend", "user.lifecycle.deactivate", "group.lifecycle.delete",
    ):  # fmt: skip
        assert expected in types
    assert set(types) <= set(EVENT_TYPES)


def test_an_app_as_target_tells_its_sign_on_mode(org: Org, app: App) -> None:
    (event,) = org.log("application.lifecycle.create")
    assert event.target == [
        {
            "id": app.id, "type": "AppInstance", "alternateId": "Amplitude", "displayName": "Amplitude",
            "detailEntry": {"signOnModeType": "SAML_2_0"},
        }
    ]  # fmt: skip
    assert event.actor["type"] == "SystemPrincipal"


def test_events_name_who_acts_and_from_where(org: Org, app: App) -> None:
    session = org.start_session(org.admin)
    agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0"
    with acting(org.admin, session, Client("127.0.0.1", agent, "/admin/app")), acting():
        org.update_app(app, label="Renamed")
    (event,) = org.log("application.lifecycle.update")
    data = event.as_json()
    assert data["actor"]["alternateId"] == "admin@acme.test"
    assert data["client"]["ipAddress"] == "127.0.0.1"
    assert data["client"]["userAgent"] == {"rawUserAgent": agent, "os": "Linux", "browser": "CHROME"}
    assert data["request"]["ipChain"][0]["ip"] == "127.0.0.1"
    assert event.debug_data["requestUri"] == "/admin/app"
    org.update_app(app, label="Again")
    assert org.log("application.lifecycle.update")[-1].as_json()["client"]["userAgent"] is None


def test_the_session_cookie_never_stands_in_the_log(org: Org, ada: Person) -> None:
    session = org.start_session(ada)
    org.end_session(session.id)
    events = org.log("user.session.*")
    assert len(events) == 2
    ids = {event.as_json()["authenticationContext"]["externalSessionId"] for event in events}
    assert len(ids) == 1 and ids.pop().startswith("trs")
    assert not any(session.id in json.dumps(event.as_json()) for event in org.log())


def test_events_are_filtered_by_type_time_result_and_text(org: Org, ada: Person) -> None:
    start = org.now()
    org.clock.move("1h")
    org.log_event("user.authentication.sso", actor=ada, result="FAILURE", reason="100% wrong_")
    org.log_event("user.authentication.slo", actor=ada)
    assert [e.event_type for e in org.log("user.authentication.sso")] == ["user.authentication.sso"]
    assert len(org.log("user.authentication.*")) == 2
    assert len(org.log(since=start + timedelta(minutes=1))) == 2
    assert all(e.published < org.now() for e in org.log(until=org.now()))
    assert [e.reason for e in org.log(result="FAILURE")] == ["100% wrong_"]
    assert [e.reason for e in org.log(q="100% WRONG_")] == ["100% wrong_"]
    assert org.log(q="100%_") == []
    assert [e.event_type for e in org.log(limit=1, newest_first=True)] == ["user.authentication.slo"]


def test_a_failure_is_a_warning_and_an_unknown_type_is_its_own_message(org: Org) -> None:
    event = org.log_event("my.own.event", result="FAILURE", reason="x", debug_data={"a": "b"})
    assert (event.severity, event.display_message, event.debug_data) == ("WARN", "my.own.event", {"a": "b"})
    assert event == org.log("my.own.event")[0]


def test_a_long_running_log_keeps_only_the_newest() -> None:
    with Org(log_max_events=100) as org:
        for number in range(1100):
            org.log_event("my.own.event", reason=str(number))
        events = org.log()
        assert 100 <= len(events) <= 600
        assert events[-1].reason == "1099"


@pytest.mark.parametrize("event_type", ["user.authentication.sso", "app.generic.unauth_app_access_attempt"])
def test_known_types_carry_oktas_message_and_legacy_type(org: Org, event_type: str) -> None:
    data = org.log_event(event_type).as_json()
    assert (data["displayMessage"], data["legacyEventType"]) == EVENT_TYPES[event_type]
