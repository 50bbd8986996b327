"""The shortest whole line: metadata in, answer in, person in."""

from __future__ import annotations

import json

import pytest

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.small_idp import SmallIdp
from tests.reference_sp.small_idp import pair as key_pair


@pytest.mark.parametrize("signed", ["both", "response", "assertion"])
def test_a_tile_login_is_accepted_however_it_is_signed(pair: Pair, signed: str) -> None:
    browser = pair.browser()
    page = pair.deliver(pair.idp.response(signed=signed), browser)
    assert (page.status, page.location) == (303, "/me")
    assert browser.signed_in() == "ada@acme.test"
    assert "Signed in as ada@acme.test" in browser.get("/me").text


def test_an_unsigned_answer_is_refused(pair: Pair) -> None:
    assert pair.code(pair.idp.response(signed="none")) == "sig_none"


def test_a_login_that_starts_at_the_sp_ends_at_the_page_that_was_asked_for(pair: Pair) -> None:
    browser = pair.browser()
    asked = browser.get("/10001/charts/7?from=2026-01")
    assert asked.location == "/login?next=/10001/charts/7%3Ffrom%3D2026-01"
    request, relay_state = pair.start(browser, "/10001/charts/7%3Ffrom%3D2026-01")
    page = pair.deliver(pair.idp.response(in_response_to=request.get("ID")), browser, relay_state)
    assert page.location == "/10001/charts/7?from=2026-01"
    assert "charts/7" in browser.get(page.location).text


def test_the_answer_of_a_login_in_another_browser_is_refused(pair: Pair) -> None:
    request, _ = pair.start(pair.browser())
    assert pair.code(pair.idp.response(in_response_to=request.get("ID"))) == "irt_unknown"


def test_an_answer_signed_by_another_key_is_refused(pair: Pair) -> None:
    other = SmallIdp(acs_url=pair.sp.acs_url, audience=pair.sp.entity_id, signer=key_pair("attacker"))
    assert pair.code(other.response()) == "sig_untrusted_key"


def test_nobody_signs_in_before_the_metadata_is_saved(make: Maker) -> None:
    pair = make(configured=False)
    assert pair.code(pair.idp.response()) == "sso_off"
    pair.sp.upload_metadata(pair.idp.metadata())
    assert pair.code(pair.idp.response()) == "cfg_unsaved"
    pair.sp.save()
    assert pair.code(pair.idp.response()) == ""


def test_the_page_for_programs_says_who_is_signed_in(pair: Pair) -> None:
    browser = pair.browser()
    assert browser.get("/me.json").status == 401
    pair.deliver(pair.idp.response(attributes={"groups": ["a", "b"]}), browser)
    me = json.loads(browser.get("/me.json").text)
    assert (me["email"], me["role"], me["attributes"]) == ("ada@acme.test", "member", {"groups": ["a", "b"]})
