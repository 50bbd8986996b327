"""What people see when a login fails, and where a login may lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reference_sp.pages import deep_link, local_page
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import audience
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import encoded

BASE = "http://localhost:5000"


def test_members_see_the_code_and_a_sentence_and_admins_the_detail(pair: Pair) -> None:
    browser = pair.browser()
    page = pair.deliver(pair.idp.response(conditions=audience(["https://wrong.test/sp"])), browser)
    assert page.status == 303
    shown = browser.get(page.location)
    assert (shown.status, shown.code) == (403, "aud_mismatch")
    assert "We could not sign you in" in shown.text
    assert 'role="alert"' in shown.text
    assert "meant for another application" in shown.text
    assert "wrong.test" not in shown.text
    assert "/login" in shown.text, "there is a way on"
    admin = log_in(pair).get(page.location)
    assert "https://wrong.test/sp" in admin.text
    assert pair.sp.entity_id in admin.text
    assert "Audience URI (SP Entity ID)" in admin.text
    log = log_in(pair).get("/settings/organization/sso-log").text
    assert "https://wrong.test/sp" in log
    assert page.location.rpartition("/")[2] in log


def test_an_admin_of_another_organization_sees_no_detail(pair: Pair) -> None:
    pair.sp.add_organization("10002", admin_email="root@other.test")
    page = pair.deliver(pair.idp.response(conditions=audience(["https://wrong.test/sp"])))
    browser = log_in(pair, "root@other.test")
    assert "wrong.test" not in browser.get(page.location).text


def test_opaque_mode_says_nothing(make: Maker) -> None:
    pair = make(verbosity="opaque")
    page = pair.deliver(pair.idp.response(conditions=audience(["urn:x"])))
    assert page.status == 500
    assert page.code == ""
    assert "aud" not in page.text
    assert pair.code(pair.idp.response()) == ""


def test_a_failure_starts_no_new_login(pair: Pair) -> None:
    browser = pair.browser()
    page = pair.deliver(pair.idp.response(signed="none"), browser)
    shown = browser.get(page.location)
    assert shown.status == 403
    assert "http-equiv" not in shown.text
    assert "data-autosubmit" not in shown.text


def test_errors_show_no_internals(pair: Pair) -> None:
    for message in (
        "PHg+",
        "***",
        encoded(b"<a/>"),
        encoded(pair.idp.response("canary@acme.test", signed="none")),
    ):
        browser = pair.browser()
        text = browser.get(pair.deliver(message, browser).location).text
        for word in ("Traceback", "/harness/", "lxml", "signxml", "canary"):
            assert word not in text


def test_an_unknown_reference_leads_to_the_login_page(pair: Pair) -> None:
    assert pair.browser().get("/sso/error/FFFFFFFF").status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_visiting_the_acs_is_harmless(pair: Pair, method: str) -> None:
    assert pair.browser().send(method, "/saml/2/acs/10001").status < 500


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/saml/2/acs/10001/", "trailing slash"),
        ("/saml/2/acz/10001", ""),
        ("/saml/2/ACS/10001", "upper and lower case"),
        ("/saml/2/metadata/10001", "look swapped"),
    ],
)
def test_a_wrong_address_is_explained(pair: Pair, path: str, hint: str) -> None:
    browser = pair.browser()
    page = browser.post(pair.sp.url + path, {"SAMLResponse": encoded(pair.idp.response())}, cross_site=True)
    assert (page.status, page.code) == (404, "dest_mismatch")
    assert pair.sp.acs_url in page.text
    assert "Single sign-on URL" in page.text
    assert hint in page.text
    assert browser.signed_in() == ""
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert attempt.code == "dest_mismatch"


def test_other_unknown_pages_are_just_not_there(pair: Pair) -> None:
    assert pair.browser().get("/no/such/page").status == 404
    assert pair.browser().post("/no/such/page").status == 404


def test_a_deep_link_needs_a_login_and_keeps_its_query(pair: Pair) -> None:
    browser = pair.browser()
    page = browser.get("/10001/charts/7?a=b&c=d")
    assert page.location == "/login?next=/10001/charts/7%3Fa%3Db%26c%3Dd"
    assert 'value="/10001/charts/7?a=b&amp;c=d"' in browser.get(page.location).text
    fields = {
        "email": pair.sp.admin_email,
        "password": pair.sp.admin_password,
        "next": "/10001/charts/7?a=b&c=d",
    }
    assert browser.post("/login", fields).location == "/10001/charts/7?a=b&c=d"


def test_deep_links_may_start_sso_at_once(make: Maker) -> None:
    pair = make(deep_links="sso")
    assert (
        pair.browser().get("/10001/charts/7?a=b").location == "/sso/login/10001?next=/10001/charts/7%3Fa%3Db"
    )


FOREIGN = [
    "https://evil.test/",
    "//evil.test",
    "/\\evil.test",
    "https:evil.test",
    "http://localhost:5000@evil.test/",
    "http://localhost:5000.evil.test/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.test",
    "\t//evil.test",
    " //evil.test",
    "/%0d%0aSet-Cookie: x=y\r\nX: y",
    "evil.test",
    "",
    "/" + "x" * 3000,
]


@pytest.mark.parametrize("target", FOREIGN)
def test_no_page_of_another_site(target: str) -> None:
    assert local_page(target, BASE) is None


@pytest.mark.parametrize("target", ["/me", "/10001/charts/7?a=b&c=%20d#e", f"{BASE}/10001/x"])
def test_own_pages(target: str) -> None:
    assert local_page(target, BASE) == target.removeprefix(BASE)


@given(st.text(max_size=40))
def test_whatever_is_followed_stays_on_this_site(text: str) -> None:
    from urllib.parse import urljoin, urlsplit

    page = local_page(text, BASE)
    if page is not None:
        assert urlsplit(urljoin(f"{BASE}/x", page)).netloc == "localhost:5000"
        assert page.startswith("/")
        assert page.isprintable()


@pytest.mark.parametrize(
    ("target", "page"),
    [
        ("/10001/charts/7", "/10001/charts/7"),
        (f"{BASE}/10001/charts/7", "/10001/charts/7"),
        ("/10002/charts/7", "/me"),
        ("/logout", "/me"),
        ("/settings/organization/access-sso", "/me"),
        ("/10001/../logout", "/me"),
        ("https://evil.test/", "/me"),
        ("", "/me"),
    ],
)
def test_an_unsolicited_answer_leads_to_pages_of_the_organization_only(target: str, page: str) -> None:
    assert deep_link(target, BASE, "10001", "/me") == page


@pytest.mark.parametrize("relay_state", [*FOREIGN, None, "x" * 81, "x" * 65536, "<script>alert(1)</script>"])
def test_relay_state_neither_leads_away_nor_stops_a_login(pair: Pair, relay_state: str | None) -> None:
    tile = pair.browser()
    assert pair.deliver(pair.idp.response(), tile, relay_state).location == "/me"
    browser = pair.browser()
    request, _ = pair.start(browser, "/10001/charts/7")
    page = pair.deliver(pair.idp.response(in_response_to=request.get("ID")), browser, relay_state)
    assert page.location == "/me", "a changed RelayState leads to the default page"
    assert tile.signed_in() == browser.signed_in() == "ada@acme.test"


def test_relay_states_of_two_logins_are_not_swapped(pair: Pair) -> None:
    browser = pair.browser()
    first, first_state = pair.start(browser, "/10001/charts/1")
    _, second_state = pair.start(browser, "/10001/charts/2")
    page = pair.deliver(pair.idp.response(in_response_to=first.get("ID")), browser, second_state)
    assert page.location == "/me"
    other = pair.browser()
    assert pair.deliver(pair.idp.response(), other, first_state).location == "/me"


def test_a_foreign_next_page_is_not_taken(pair: Pair) -> None:
    browser = pair.browser()
    request, state = pair.start(browser, "https://evil.test/")
    page = pair.deliver(pair.idp.response(in_response_to=request.get("ID")), browser, state)
    assert page.location == "/me"
    fields = {"email": pair.sp.admin_email, "password": pair.sp.admin_password, "next": "//evil.test"}
    assert pair.browser().post("/login", fields).location == "/me"


def test_pages_after_the_acs_are_not_cached(pair: Pair) -> None:
    browser = pair.browser()
    page = pair.deliver(pair.idp.response(), browser)
    for one in (page, browser.get("/me"), browser.get("/me.json")):
        assert one.headers["Cache-Control"] == "no-cache, no-store"
    assert "frame-ancestors 'none'" in browser.get("/me").headers["Content-Security-Policy"]
