"""What the IdP says of the sign-in itself, and the order of all checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.reference_sp.browser import query_of
from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.edits import audience, set_on
from tests.reference_sp.pages import log_in
from tests.reference_sp.small_idp import SAML, stamp
from tests.reference_sp.test_subject import confirmation, dated


def authn(
    instant: str, extra: str = "", context: str = "<a:AuthnContextClassRef>urn:x</a:AuthnContextClassRef>"
) -> str:
    inside = f"<a:AuthnContext>{context}</a:AuthnContext>"
    return f'<a:AuthnStatement AuthnInstant="{instant}"{extra}>{inside}</a:AuthnStatement>'


def at(seconds: float) -> str:
    return stamp(datetime.now(UTC) + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        (authn(at(0)), ""),
        ("", "authn_missing"),
        (authn(at(0), context="<a:AuthnContextClassRef> </a:AuthnContextClassRef>"), "authn_missing"),
        (authn(at(0), context=""), "resp_schema"),
        ("<a:AuthnStatement><a:AuthnContext/></a:AuthnStatement>", "resp_schema"),
        (authn(at(0), context="<a:AuthnContextDeclRef>urn:x</a:AuthnContextDeclRef>"), ""),
        (authn(at(-8 * 3600)), ""),
        (authn(at(3600)), "authn_too_old"),
        (authn("today"), "time_invalid"),
        (authn(at(0), f' SessionNotOnOrAfter="{at(-6000)}"'), "sess_expired"),
        (authn(at(0), f' SessionNotOnOrAfter="{at(6000)}"'), ""),
        (authn(at(0), ' SessionNotOnOrAfter="later"'), "time_invalid"),
        (authn(at(0), f' SessionNotOnOrAfter="{at(6000)}"') + authn(at(0), f' SessionNotOnOrAfter="{at(-6000)}"'),
         "sess_expired"),
        (authn(at(0)).replace("<a:AuthnContext>", '<a:SubjectLocality Address="203.0.113.9"/><a:AuthnContext>'), ""),
        (authn(at(0), context="<a:AuthnContextClassRef>urn:x</a:AuthnContextClassRef>"
               "<a:AuthenticatingAuthority>urn:a</a:AuthenticatingAuthority>"), ""),
    ],
)  # fmt: skip
def test_the_sign_in_itself(pair: Pair, statements: str, code: str) -> None:
    assert pair.code(pair.idp.response(statements=statements)) == code


def test_a_requested_class_is_compared_with_the_answer(make: Maker) -> None:
    pair = make(requested_authn_context="urn:wanted")
    for given, code in (("urn:wanted", ""), ("urn:weaker", "authn_context")):
        browser = pair.browser()
        request, _ = pair.start(browser)
        assert request.find(f".//{{{SAML}}}AuthnContextClassRef") is not None
        reference = f"<a:AuthnContextClassRef>{given}</a:AuthnContextClassRef>"
        root = pair.idp.response(in_response_to=request.get("ID"), statements=authn(at(0), context=reference))
        assert pair.code(root, browser) == code


def test_after_a_forced_login_an_old_sign_in_is_refused(make: Maker) -> None:
    pair = make(force_authn=True)
    for seconds, code in ((0, ""), (-8 * 3600, "authn_too_old")):
        browser = pair.browser()
        request, _ = pair.start(browser)
        assert request.get("ForceAuthn") == "true"
        root = pair.idp.response(in_response_to=request.get("ID"), statements=authn(at(seconds)))
        assert pair.code(root, browser) == code


def test_the_first_of_several_faults_is_named_and_a_test_login_lists_them_all(pair: Pair) -> None:
    wrong = pair.idp.response(
        edit=set_on(".", "Destination", "https://other.test/acs"),
        conditions=audience(["urn:x"]),
        confirmations=dated(confirmation(recipient="https://other.test/acs")),
        name_id="jdoe",
        signed="none",
    )
    assert pair.code(wrong) == "sig_none"

    browser = log_in(pair)
    page = browser.post("/sso/test")

    state = query_of(page.location)["RelayState"]
    page = pair.deliver(wrong, browser, state)
    attempt = pair.sp.last_login()
    assert attempt is not None
    assert attempt.outcome == "test failed"
    found = [one.code for one in attempt.differences]
    assert found == ["sig_none", "dest_mismatch", "aud_mismatch", "rcpt_mismatch", "email_invalid"]
    assert page.location == f"/settings/organization/sso-log?test={attempt.reference}"
    shown = browser.get(page.location).text
    assert "This is your test" in shown
    assert all(code in shown for code in found)
    assert pair.sp.sessions()[-1].method == "password", "a test makes no session"
