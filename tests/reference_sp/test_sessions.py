"""Sessions and cookies: what a login leaves behind, and what a refused one must not."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.reference_sp.browser import Browser
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import find, stamp


def sign_in(pair: Pair, name: str = "ada@acme.test", browser: Browser | None = None) -> Browser:
    """Sign somebody in by a login that starts at the SP."""
    browser = browser or pair.browser()
    request, state = pair.start(browser)
    pair.deliver(pair.idp.response(name, in_response_to=request.get("ID")), browser, state)
    assert browser.signed_in() == name
    return browser


def test_cookies_have_the_flags_that_fit_the_flow(pair: Pair) -> None:
    browser = sign_in(pair)
    session, mark = browser.attributes["sp_session"], browser.attributes["sp_browser"]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert (mark["secure"], mark["httponly"], mark["samesite"]) == (True, True, "None")


def test_a_planted_session_stays_anonymous(pair: Pair) -> None:
    browser = pair.browser()
    browser.cookies["sp_session"] = "planted-by-somebody"
    browser.attributes["sp_session"] = {"samesite": "None"}
    pair.deliver(pair.idp.response(), browser)
    assert browser.cookies["sp_session"] != "planted-by-somebody"
    other = pair.browser()
    other.cookies["sp_session"] = "planted-by-somebody"
    other.attributes["sp_session"] = {"samesite": "None"}
    assert other.signed_in() == ""


def test_a_second_person_replaces_the_first_completely(pair: Pair) -> None:
    browser = sign_in(pair, "ada@acme.test")
    old = browser.cookies["sp_session"]
    sign_in(pair, "bob@acme.test", browser)
    assert "ada@acme.test" not in browser.get("/me").text
    other = pair.browser()
    other.cookies["sp_session"] = old
    other.attributes["sp_session"] = {"samesite": "None"}
    assert other.signed_in() == ""
    assert len(pair.sp.sessions()) == 1


def test_a_refused_answer_leaves_an_existing_session_alone(pair: Pair) -> None:
    browser = sign_in(pair)
    assert pair.code(pair.idp.response("eve@acme.test", signed="none"), browser) == "sig_none"
    assert browser.signed_in() == "ada@acme.test"


def test_an_answer_that_nobody_asked_for_does_not_switch_accounts_silently(pair: Pair) -> None:
    browser = sign_in(pair)
    page = pair.deliver(pair.idp.response("eve@acme.test"), browser)
    assert page.status == 200
    assert "Switch accounts?" in page.text
    assert "Continue as eve@acme.test" in page.text
    assert browser.signed_in() == "ada@acme.test"
    offer = page.text.partition('name="offer" value="')[2].partition('"')[0]
    stranger = pair.browser()
    assert stranger.post("/sso/switch", {"offer": offer}).location == "/login"
    assert stranger.signed_in() == ""
    browser.post("/sso/switch", {"offer": offer, "page": "/me"})
    assert browser.signed_in() == "eve@acme.test"
    assert len(pair.sp.sessions()) == 1


def test_an_answer_for_the_same_person_needs_no_question(pair: Pair) -> None:
    browser = sign_in(pair)
    assert pair.deliver(pair.idp.response(), browser).location == "/me"


def test_the_session_ends_after_its_lifetime_and_not_with_the_assertion(make: Maker) -> None:
    pair = make(session_lifetime=3600)
    browser = sign_in(pair)
    pair.sp.move_clock(timedelta(minutes=30))
    assert browser.signed_in() == "ada@acme.test"
    pair.sp.move_clock(timedelta(minutes=31))
    assert browser.signed_in() == ""


def test_session_not_on_or_after_ends_it_earlier(pair: Pair) -> None:
    def shorter(root) -> None:  # type: ignore[no-untyped-def]
        end = stamp(pair.sp.now() + timedelta(seconds=90))
        find(root, "a:Assertion/a:AuthnStatement").set("SessionNotOnOrAfter", end)

    browser = pair.browser()
    pair.deliver(pair.idp.response(edit=shorter), browser)
    assert browser.signed_in() == "ada@acme.test"
    pair.sp.move_clock(timedelta(seconds=91))
    assert browser.signed_in() == ""


def test_local_sign_out_ends_the_session_at_the_server_too(pair: Pair) -> None:
    browser = sign_in(pair)
    cookie = browser.cookies["sp_session"]
    page = browser.post("/logout")
    assert page.location == "/login?signed_out=1"
    assert "You are logged out" in browser.get(page.location).text
    assert "sp_session" not in browser.cookies
    browser.cookies["sp_session"], browser.attributes["sp_session"] = cookie, {"samesite": "Lax"}
    assert browser.signed_in() == ""
    assert pair.sp.audit(action="logout")[0].properties["scope"] == "local"


def test_logging_out_by_a_link_does_nothing(pair: Pair) -> None:
    browser = sign_in(pair)
    assert browser.get("/logout").status in (404, 405)
    assert browser.signed_in() == "ada@acme.test"


def test_everything_in_the_session_comes_from_the_signed_part(pair: Pair) -> None:
    root = pair.idp.response(signed="assertion", attributes={"note": ["signed"]})
    root.set("Destination", pair.sp.acs_url)
    browser = pair.browser()
    pair.deliver(root, browser)
    me = json.loads(browser.get("/me.json").text)
    index = find(root, "a:Assertion/a:AuthnStatement").get("SessionIndex")
    assert me["session"]["session_index"] == index
    assert me["attributes"] == {"note": ["signed"]}


def test_the_store_holds_no_cookie(pair: Pair) -> None:
    browser = sign_in(pair)
    assert browser.cookies["sp_session"] not in repr(pair.sp.sessions())


def test_wrong_passwords_and_unknown_people_get_the_same_answer(pair: Pair) -> None:
    known = pair.browser().post("/login", {"email": pair.sp.admin_email, "password": "wrong"})
    unknown = pair.browser().post("/login", {"email": "nobody@acme.test", "password": "wrong"})
    assert known.status == unknown.status == 401
    assert known.code == unknown.code == "bad_password"
    assert known.text.replace(pair.sp.admin_email, "x") == unknown.text.replace("nobody@acme.test", "x")


def test_an_invited_person_has_no_password_login(pair: Pair) -> None:
    pair.sp.add_member("bob@acme.test", status="pending", password="pw-for-this-test")
    page = pair.browser().post("/login", {"email": "bob@acme.test", "password": "pw-for-this-test"})
    assert page.code == "bad_password"


def test_a_password_login_starts_a_fresh_session(pair: Pair) -> None:
    browser = log_in(pair)
    first = browser.cookies["sp_session"]
    browser.post("/login", {"email": pair.sp.admin_email, "password": pair.sp.admin_password})
    assert browser.cookies["sp_session"] != first
    assert len(pair.sp.sessions()) == 1
