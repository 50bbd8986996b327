"""The System Log, and the pages that no real Okta has: clock and org settings."""

from __future__ import annotations

import dataclasses
import json

import pytest

from fake_idp import FakeOkta
from fake_idp.console.testing import setting_rows
from fake_idp.org.org_settings import OrgSettings
from tests.pages.conftest import World, signed_in
from tests.pages.visitor import Page, Visitor, squeeze


def stands_still(okta: FakeOkta) -> bool:
    return okta.clock.frozen


def events(page: Page) -> list[str]:
    return [squeeze(code.text_content()) for code in page.document.xpath("//td/code")]


def test_the_log_shows_newest_first_and_each_event_as_json(world: World, admin: Visitor) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    ada.get(world.app.embed_link)
    page = admin.get("/admin/reports/system-log")
    assert events(page)[:2] == ["user.authentication.sso", "user.session.start"]
    shown = json.loads(page.document.xpath("string((//td//pre)[1])"))
    newest = world.okta.log()[-1]
    assert shown == newest.as_json()
    assert shown["actor"]["alternateId"] == "ada@acme.test"
    assert shown["client"]["ipAddress"] == "127.0.0.1"
    assert shown["client"]["userAgent"]["rawUserAgent"].startswith("python-urllib3/")


def test_the_log_says_which_admin_did_it_and_when_by_the_org_s_clock(world: World, admin: Visitor) -> None:
    world.okta.clock.freeze("2030-01-01T00:00:00Z")
    admin = signed_in(world.okta, world.okta.admin_username)
    admin.post("/admin/groups/new", {"name": "New"})
    event = world.okta.log(event_type="group.lifecycle.create")[-1]
    assert event.actor["alternateId"] == world.okta.admin_username
    assert event.as_json()["published"] == "2030-01-01T00:00:00.000Z"
    row = admin.get("/admin/reports/system-log").document.xpath("//tbody/tr[1]/td[1]")[0]
    assert squeeze(row.text_content()) == "2030-01-01 00:00:00 UTC"


def test_the_log_can_be_filtered(world: World, admin: Visitor) -> None:
    signed_in(world.okta, "grace@acme.test").get(world.app.embed_link)
    page = admin.get("/admin/reports/system-log")
    chosen = page.submit("Apply Filter", {"Event type": "user.session.start"})
    assert set(events(chosen)) == {"user.session.start"}
    chosen = page.submit("Apply Filter", {"Outcome": "FAILURE"})
    assert events(chosen) == ["app.generic.unauth_app_access_attempt"]
    chosen = page.submit("Apply Filter", {"Search": "grace unauth"})
    assert events(chosen) == ["app.generic.unauth_app_access_attempt"]
    assert "No events match." in page.submit("Apply Filter", {"Search": "nothing like it"}).text


def test_the_log_can_be_narrowed_to_a_time(world: World, admin: Visitor) -> None:
    world.okta.clock.freeze("2030-01-01T00:00:00Z")
    world.okta.add_group("Later")
    page = signed_in(world.okta, world.okta.admin_username).get("/admin/reports/system-log")
    chosen = page.submit("Apply Filter", {"From": "2030-01-01T00:00:00Z"})
    assert events(chosen) == ["user.session.start", "group.lifecycle.create"]
    chosen = page.submit("Apply Filter", {"To": "2030-01-01"})
    assert "group.lifecycle.create" not in events(chosen)
    chosen = page.submit("Apply Filter", {"From": "yesterday"})
    assert chosen.error_of("From").startswith("'yesterday' is no time; write it like")
    assert chosen.value("From") == "yesterday"


def test_a_long_log_comes_in_pages(okta: FakeOkta, admin: Visitor) -> None:
    for number in range(120):
        okta.org.log_event("user.session.start", reason=str(number))
    page = admin.get("/admin/reports/system-log")
    assert len(events(page)) == 100
    assert len(events(page.follow("Show more"))) > 120


def test_the_clock_can_be_set_moved_frozen_and_let_run(okta: FakeOkta, admin: Visitor) -> None:
    page = admin.get("/admin/testing/clock")
    assert "Running" in page.text
    page = page.press("Freeze")
    assert stands_still(okta)
    page = page.submit("Set clock", {"Time": "2030-05-06T07:08:09Z"})
    assert okta.org.now().isoformat() == "2030-05-06T07:08:09+00:00"
    admin.cookies["sid"] = okta.org.start_session(okta.org.admin).id
    page = admin.get("/admin/testing/clock").submit("Move clock", {"By": "-1h30m"})
    assert okta.org.now().isoformat() == "2030-05-06T05:38:09+00:00"
    assert "2030-05-06 05:38:09 UTC" in page.text
    page = page.press("Let it run")
    assert not stands_still(okta)
    admin.cookies["sid"] = okta.org.start_session(okta.org.admin).id
    admin.get("/admin/testing/clock").press("Back to real time")
    assert abs(okta.clock.offset.total_seconds()) < 5


@pytest.mark.parametrize(
    ("button", "field", "value", "message"),
    [
        ("Set clock", "Time", "soon", "'soon' is no time; write it like '2026-03-01T12:00:00Z'"),
        ("Move clock", "By", "a bit", "'a bit' is no length of time; write it like"),
        ("Move clock", "By", "+99999999d", ""),
    ],
)
def test_a_clock_that_cannot_be_set_so_stays(
    okta: FakeOkta, admin: Visitor, button: str, field: str, value: str, message: str
) -> None:
    okta.clock.freeze()
    before = okta.org.now()
    page = admin.get("/admin/testing/clock").submit(button, {field: value})
    assert page.error_of(field)
    assert page.error_of(field).startswith(message)
    assert okta.org.now() == before


def test_a_clock_that_is_off_shows_on_every_page_of_the_console(okta: FakeOkta, admin: Visitor) -> None:
    assert "Org time" not in admin.get("/admin/dashboard").text
    okta.clock.move("+10m")
    assert "Org time" in admin.get("/admin/dashboard").text


def test_every_org_setting_is_on_the_page_with_its_explanation(okta: FakeOkta, admin: Visitor) -> None:
    page = admin.get("/admin/testing/settings")
    names = [field.name for field in dataclasses.fields(OrgSettings)]
    assert [row.name for row in setting_rows()] == names
    for row in setting_rows():
        assert row.hint
        assert row.hint in " ".join(page.document.text_content().split())
        page.control(row.label)


def test_org_settings_can_be_changed(okta: FakeOkta, admin: Visitor) -> None:
    page = admin.get("/admin/testing/settings")
    page = page.submit(
        "Save",
        {
            "Sign metadata": False,
            "Passive without session": "no_passive",
            "Session lifetime minutes": "7",
            "Hook timeout seconds": "0.5",
        },
    )
    assert page.notices == ["Org settings saved."]
    assert okta.org.settings.changed() == {
        "sign_metadata": False, "passive_without_session": "no_passive", "session_lifetime_minutes": 7,
        "hook_timeout_seconds": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "message"), [("x", "Expected a number, received 'x'."), ("-1", "Expected 0 or more")]
)
def test_an_org_setting_that_cannot_be_is_refused(
    okta: FakeOkta, admin: Visitor, value: str, message: str
) -> None:
    page = admin.get("/admin/testing/settings").submit(
        "Save", {"Session lifetime minutes": value, "Sign metadata": False}
    )
    assert page.error_of("Session lifetime minutes").startswith(message)
    assert okta.org.settings == OrgSettings()
    assert page.value("Sign metadata") == ""
    assert page.submit("Save", {"Session lifetime minutes": "5"}).notices == ["Org settings saved."]


def test_the_dashboard_counts_and_helps_a_new_org_along(okta: FakeOkta, admin: Visitor) -> None:
    page = admin.get("/admin/dashboard")
    assert "0 apps" in page.links()
    assert page.follow("Create App Integration").heading == "Create a new app integration"
    okta.create_saml_app("A", acs_url="http://sp.test/", audience="a")
    page = admin.get("/admin/dashboard")
    assert "1 app" in page.links()
    assert "Create App Integration" not in page.links()
