"""Signing in and out by the pages."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from tests.pages.conftest import World, signed_in
from tests.pages.visitor import Visitor


def test_identifier_first_then_password_leads_to_the_dashboard(world: World, visitor: Visitor) -> None:
    page = visitor.get("/")
    assert (page.path, page.heading) == ("/login/login.htm", "Sign In")
    page = page.submit("Next", {"Username": "ada@acme.test"})
    assert page.heading == "Verify with your password"
    assert "ada@acme.test" in page.text
    page = page.submit("Verify", {"Password": "pw-ada"})
    assert (page.path, page.heading) == ("/app/UserHome", "My Apps")


def test_a_wrong_password_is_refused_and_the_right_one_then_works(world: World, visitor: Visitor) -> None:
    page = visitor.sign_in("ada@acme.test", "wrong")
    assert page.alerts == ["Unable to sign in"]
    assert "sid" not in visitor.cookies
    assert page.submit("Verify", {"Password": "pw-ada"}).heading == "My Apps"


def test_the_system_log_says_why_somebody_was_refused(world: World, visitor: Visitor) -> None:
    visitor.sign_in("ada@acme.test", "wrong")
    world.ada.set_status("LOCKED_OUT")
    visitor.sign_in("ada@acme.test", "pw-ada")
    visitor.sign_in("nobody@acme.test", "wrong")
    events = [each for each in world.okta.log("user.session.start") if each.result == "FAILURE"]
    assert [each.reason for each in events] == ["INVALID_CREDENTIALS", "LOCKED_OUT", "INVALID_CREDENTIALS"]
    assert events[0].actor["alternateId"] == "ada@acme.test"


def test_an_unknown_person_learns_no_more_than_one_with_a_wrong_password(
    world: World, visitor: Visitor
) -> None:
    unknown = visitor.sign_in("nobody@acme.test", "wrong")
    known = visitor.sign_in("ada@acme.test", "wrong")
    assert unknown.alerts == known.alerts == ["Unable to sign in"]
    assert unknown.text.replace("nobody@acme.test", "ada@acme.test") == known.text


@pytest.mark.parametrize("status", ["SUSPENDED", "LOCKED_OUT", "DEPROVISIONED", "STAGED"])
def test_a_person_who_is_not_active_cannot_sign_in(world: World, visitor: Visitor, status: str) -> None:
    world.ada.set_status(status)
    assert visitor.sign_in("ada@acme.test", "pw-ada").alerts == ["Unable to sign in"]
    world.ada.set_status("ACTIVE")
    assert visitor.sign_in("ada@acme.test", "pw-ada").heading == "My Apps"


def test_suspending_a_person_ends_the_session_at_once(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    assert ada.get("/app/UserHome").heading == "My Apps"
    world.ada.set_status("SUSPENDED")
    assert ada.get("/app/UserHome").heading == "Sign In"


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"Username": "  "}, "This field cannot be left blank")],
)
def test_the_username_is_required(
    world: World, visitor: Visitor, fields: dict[str, str], message: str
) -> None:
    page = visitor.get("/login/login.htm").submit("Next", fields)
    assert page.error_of("Username") == message


def test_the_password_is_required(world: World, visitor: Visitor) -> None:
    page = visitor.get("/login/login.htm").submit("Next", {"Username": "ada@acme.test"}).press("Verify")
    assert page.error_of("Password") == "This field cannot be left blank"
    assert page.alerts == ["This field cannot be left blank"]


def _cookie(visitor: Visitor) -> dict[str, str]:
    parsed: SimpleCookie = SimpleCookie(visitor.set_cookie_headers[-1])
    morsel = parsed["sid"]
    return {key: str(value) for key, value in morsel.items() if value}


def test_the_session_cookie_is_for_http_only_cross_site_and_ends_with_the_browser(
    world: World, visitor: Visitor
) -> None:
    visitor.sign_in("ada@acme.test", "pw-ada")
    assert _cookie(visitor) == {"path": "/", "secure": "True", "httponly": "True", "samesite": "None"}


def test_keep_me_signed_in_makes_the_cookie_outlive_the_browser(world: World, visitor: Visitor) -> None:
    page = visitor.get("/login/login.htm").submit("Next", {"Username": "ada@acme.test"})
    page.submit("Verify", {"Password": "pw-ada", "Keep me signed in": True})
    days = world.okta.org.settings.remember_session_days
    assert days * 86400 - 60 < int(_cookie(visitor)["max-age"]) <= days * 86400


def test_a_session_that_nobody_uses_ends_after_its_lifetime(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    minutes = world.okta.org.settings.session_lifetime_minutes
    world.okta.clock.move(f"{minutes - 1}m")
    assert ada.get("/app/UserHome").heading == "My Apps"
    world.okta.clock.move(f"{minutes + 1}m")
    assert ada.get("/app/UserHome").heading == "Sign In"


def test_sign_out_ends_the_session_itself_and_not_just_the_cookie(world: World, visitor: Visitor) -> None:
    page = visitor.sign_in("ada@acme.test", "pw-ada")
    sid = visitor.cookies["sid"]
    assert page.press("Sign out").heading == "Sign In"
    assert "sid" not in visitor.cookies
    visitor.cookies["sid"] = sid
    assert visitor.get("/app/UserHome").heading == "Sign In"
    assert [e.event_type for e in world.okta.log(event_type="user.session.end")] == ["user.session.end"]


def test_signing_in_as_somebody_else_replaces_the_session(world: World, visitor: Visitor) -> None:
    visitor.sign_in("ada@acme.test", "pw-ada")
    first = visitor.cookies["sid"]
    page = visitor.get("/login/login.htm?prompt=login").submit("Next", {"Username": "grace@acme.test"})
    page = page.submit("Verify", {"Password": "pw-grace"})
    assert "Signed in as grace@acme.test" in page.text
    assert world.okta.org.session(first) is None


def test_a_live_session_skips_the_sign_in_page(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    assert ada.get("/login/login.htm").heading == "My Apps"
    assert ada.get("/login/login.htm?prompt=login").heading == "Sign In"


FOREIGN = [
    "https://evil.test/", "//evil.test/", "/\\evil.test/", "\\\\evil.test/", "/\t/evil.test/", "javascript:alert(1)",
    "evil.test", "/\r\nSet-Cookie: a=b", "",
]  # fmt: skip


@pytest.mark.parametrize("wanted", FOREIGN)
def test_sign_in_never_leads_to_another_site(world: World, visitor: Visitor, wanted: str) -> None:
    fields = {"fromURI": wanted, "identifier": "ada@acme.test", "credentials.passcode": "pw-ada"}
    answer = visitor.post("/login/login.htm", fields, follow=False)
    assert answer.headers["Location"] == "/app/UserHome"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(world: World, visitor: Visitor) -> None:
    fields = {
        "fromURI": "/app/UserHome?x=1&y=%2F",
        "identifier": "ada@acme.test",
        "credentials.passcode": "pw-ada",
    }
    answer = visitor.post("/login/login.htm", fields, follow=False)
    assert answer.headers["Location"] == "/app/UserHome?x=1&y=%2F"


def test_the_sign_in_page_of_a_stranger_is_one_that_command_line_clients_know(visitor: Visitor) -> None:
    page = visitor.get("/app/UserHome")
    assert page.status == 200
    assert page.document.xpath("//div[@id='okta-sign-in']")
