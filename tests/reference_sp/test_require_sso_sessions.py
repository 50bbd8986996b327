"""What *Require SSO* does to sessions that are live when it is switched on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.reference_sp.conftest import Maker
from tests.reference_sp.pages import log_in, press


@pytest.mark.parametrize(("policy", "left"), [("keep", "ada@acme.test"), ("end", "")])
def test_sessions_of_a_password_go_on_or_end_as_set(make: Maker, policy: str, left: str) -> None:
    pair = make(require_sso_sessions=policy)
    pair.sp.add_member("ada@acme.test", "member", "analytical")
    ada, admin = log_in(pair, "ada@acme.test", "analytical"), log_in(pair)
    by_sso = pair.browser()
    pair.deliver(pair.idp.response("grace@acme.test"), by_sso)
    press(admin, "save")
    assert ada.signed_in() == "ada@acme.test", "only switching it on ends anything"
    press(admin, "save", require_sso="on")
    assert ada.signed_in() == left
    assert by_sso.signed_in() == "grace@acme.test"
    assert admin.signed_in() == pair.sp.admin_email, "who saved it can go on"


def test_a_session_that_was_opened_by_sso_is_judged_by_its_own_end_alone(make: Maker) -> None:
    pair = make(require_sso_sessions="end", session_lifetime=3600)
    browser = pair.browser()
    pair.deliver(pair.idp.response(pair.sp.admin_email), browser)
    press(log_in(pair), "save", require_sso="on")
    assert browser.signed_in() == pair.sp.admin_email
    pair.sp.move_clock(timedelta(minutes=61))
    assert browser.signed_in() == ""
