"""Where it was sent, who sent it, and the login that it answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import difference, set_on
from tests.reference_sp.small_idp import Element, find, new_id, signature_xml


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda acs: acs + "/", "trailing slash"),
        (lambda acs: acs + "x", "added at the end"),
        (lambda acs: acs.replace("http:", "https:"), "scheme"),
        (lambda acs: acs.replace("localhost", "127.0.0.1"), "host or port"),
        (lambda acs: acs.upper(), "upper and lower case"),
        (lambda acs: f" {acs}", "white space"),
        (lambda acs: acs.replace("acs", "metadata"), "swapped"),
        (lambda acs: acs.replace("http://", "http://evil@"), "host or port"),
        (lambda acs: "https://other.test/acs", ""),
        (lambda acs: "", ""),
    ],
)
def test_destination_is_compared_as_a_whole(pair: Pair, change: Callable[[str], str], hint: str) -> None:
    root = pair.idp.response(edit=set_on(".", "Destination", change(pair.sp.acs_url)))
    assert pair.code(root) == "dest_mismatch"
    assert hint in difference(pair).hint
    assert difference(pair).fixes[0].field == "Single sign-on URL"


@pytest.mark.parametrize(
    ("signed", "code"), [("both", "dest_missing"), ("response", "dest_missing"), ("assertion", "")]
)
def test_a_signed_response_needs_a_destination(pair: Pair, signed: str, code: str) -> None:
    assert pair.code(pair.idp.response(signed=signed, edit=set_on(".", "Destination", None))) == code


def test_an_sp_may_want_or_ignore_destination(make: Maker) -> None:
    always = make(destination="always")
    assert (
        always.code(always.idp.response(signed="assertion", edit=set_on(".", "Destination", None)))
        == "dest_missing"
    )
    other = make(accepted_destinations=("https://front.test/acs",))
    assert other.code(other.idp.response(edit=set_on(".", "Destination", "https://front.test/acs"))) == ""


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("a:Issuer", lambda issuer: setattr(issuer, "text", "http://www.okta.com/exkOTHER"), "iss_mismatch"),
        ("a:Assertion/a:Issuer", lambda issuer: setattr(issuer, "text", "http://okta.com/exkOTHER"), "iss_mismatch"),
        ("a:Assertion/a:Issuer", lambda issuer: setattr(issuer, "text", ""), "iss_mismatch"),
        ("a:Assertion/a:Issuer", lambda issuer: setattr(issuer, "text", f"{issuer.text} "), "iss_mismatch"),
        ("a:Assertion/a:Issuer", lambda issuer: setattr(issuer, "text", issuer.text.upper()), "iss_mismatch"),
        ("a:Issuer", lambda issuer: issuer.set("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"), ""),
        ("a:Issuer", lambda issuer: issuer.set("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
         "iss_mismatch"),
    ],
)  # fmt: skip
def test_issuers(pair: Pair, path: str, change: Callable[[Element], None], code: str) -> None:
    assert pair.code(pair.idp.response(edit=lambda root: change(find(root, path)))) == code


@pytest.mark.parametrize(
    ("signed", "code"), [("both", "sig_malformed"), ("response", "sig_malformed"), ("assertion", "")]
)
def test_a_signed_response_says_who_speaks(pair: Pair, signed: str, code: str) -> None:
    root = pair.idp.response(signed="assertion" if signed == "both" else "none")
    root.remove(find(root, "a:Issuer"))
    if signed == "assertion":
        root = pair.idp.response(signed="assertion")
        root.remove(find(root, "a:Issuer"))
    else:
        root.insert(0, etree.fromstring(signature_xml(root, pair.idp.signer)))
    assert pair.code(root) == code


def test_an_answer_to_a_login_that_nobody_started(pair: Pair) -> None:
    assert pair.code(pair.idp.response(in_response_to=new_id())) == "irt_unknown"
    assert "no such login" in difference(pair).hint


def test_a_lost_cookie_is_named_as_the_reason(pair: Pair) -> None:
    browser = pair.browser()
    request, _ = pair.start(browser)
    browser.cookies.clear()
    page = pair.deliver(pair.idp.response(in_response_to=request.get("ID")), browser)
    assert "cookie" in difference(pair).hint
    assert page.location.startswith("/sso/error/"), "one clear error, no second round"


def test_one_login_is_answered_once(pair: Pair) -> None:
    browser = pair.browser()
    request, _ = pair.start(browser)
    assert pair.code(pair.idp.response(in_response_to=request.get("ID")), browser) == ""
    assert pair.code(pair.idp.response(in_response_to=request.get("ID")), browser) == "irt_unknown"
    assert "answered before" in difference(pair).hint


def test_a_login_is_not_open_for_ever(make: Maker) -> None:
    pair = make(request_lifetime=600)
    browser = pair.browser()
    late, _ = pair.start(browser)
    pair.sp.move_clock(timedelta(seconds=601))
    assert pair.code(pair.idp.response(in_response_to=late.get("ID")), browser) == "irt_unknown"
    in_time, _ = pair.start(browser)
    pair.sp.move_clock(timedelta(seconds=599))
    assert pair.code(pair.idp.response(in_response_to=in_time.get("ID")), browser) == ""


def test_two_tabs_both_end_well(pair: Pair) -> None:
    browser = pair.browser()
    first, first_state = pair.start(browser, "/10001/charts/1")
    second, second_state = pair.start(browser, "/10001/charts/2")
    assert first.get("ID") != second.get("ID")
    page = pair.deliver(pair.idp.response(in_response_to=second.get("ID")), browser, second_state)
    assert page.location == "/10001/charts/2"
    page = pair.deliver(pair.idp.response(in_response_to=first.get("ID")), browser, first_state)
    assert page.location == "/10001/charts/1"


DATA = "a:Assertion/a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (".", None, "irt_missing"),
        (DATA, None, "irt_missing"),
        (DATA, "_other", "irt_mismatch"),
        (".", "_other", "irt_unknown"),
        (".", "", "irt_unknown"),
    ],
)
def test_both_levels_name_the_same_login(pair: Pair, path: str, value: str | None, code: str) -> None:
    browser = pair.browser()
    request, _ = pair.start(browser)
    root = pair.idp.response(in_response_to=request.get("ID"), edit=set_on(path, "InResponseTo", value))
    assert pair.code(root, browser) == code


def test_two_pending_logins_are_not_mixed(pair: Pair) -> None:
    browser = pair.browser()
    first, _ = pair.start(browser)
    second, _ = pair.start(browser)
    root = pair.idp.response(
        in_response_to=first.get("ID"), edit=set_on(DATA, "InResponseTo", second.get("ID"))
    )
    assert pair.code(root, browser) == "irt_mismatch"


def test_an_unsolicited_answer_with_an_invented_login_is_refused(pair: Pair) -> None:
    assert pair.code(pair.idp.response(edit=set_on(DATA, "InResponseTo", "_invented"))) == "irt_missing"


def test_unsolicited_answers_can_be_switched_off(make: Maker) -> None:
    pair = make(allow_unsolicited=False)
    assert pair.code(pair.idp.response()) == "irt_missing"
    browser = pair.browser()
    request, _ = pair.start(browser)
    assert pair.code(pair.idp.response(), browser) == "irt_missing"
    assert pair.code(pair.idp.response(in_response_to=request.get("ID")), browser) == ""
