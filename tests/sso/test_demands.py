"""ForceAuthn and IsPassive: what has to happen before an answer."""

from __future__ import annotations

import pytest

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.saml import names
from fake_idp.sso import SsoRefused, refuse_passively, sign_on, what_is_asked
from tests.sso.material import ACS, authn_request, xpath


def test_a_session_is_enough_and_no_session_is_not(org: Org, app: App, session: Session) -> None:
    assert what_is_asked(org, app, session, None) == "none"
    assert what_is_asked(org, app, session, authn_request()) == "none"
    assert what_is_asked(org, app, None, None) == "sign_in"
    assert what_is_asked(org, app, None, authn_request()) == "sign_in"


def test_force_authn_asks_again_until_the_password_was_proved(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    request = authn_request(ForceAuthn="true")
    assert what_is_asked(org, app, session, request) == "sign_in_again"
    assert what_is_asked(org, app, session, request) == "sign_in_again"
    proved = org.refresh_session(session.id)
    assert what_is_asked(org, app, proved, request) == "none"
    sign_on(org, app, ada, proved, request=request)
    assert what_is_asked(org, app, proved, request) == "sign_in_again"


def test_force_authn_is_met_by_the_sign_in_of_somebody_who_had_no_session(
    org: Org, app: App, ada: Person
) -> None:
    request = authn_request(ForceAuthn="true")
    assert what_is_asked(org, app, None, request) == "sign_in"
    assert what_is_asked(org, app, org.start_session(ada), request) == "none"


def test_force_authn_is_ignored_where_it_is_not_honoured(org: Org, app: App, session: Session) -> None:
    app = org.update_app(app, honor_force_authn=False)
    assert what_is_asked(org, app, session, authn_request(ForceAuthn="true")) == "none"


def test_forgotten_force_authn_requests_do_not_pile_up(org: Org, app: App, session: Session) -> None:
    for number in range(1100):
        what_is_asked(org, app, session, authn_request(f"_r{number}", ForceAuthn="true"))
    assert len(org.force_authn_requests) <= 1001


def test_is_passive_shows_the_sign_in_page_or_answers_no_passive_as_the_org_says(
    org: Org, app: App, session: Session
) -> None:
    request = authn_request("_p", relay_state="/x", IsPassive="true")
    assert what_is_asked(org, app, None, request) == "sign_in"
    assert what_is_asked(org, app, session, request) == "none"
    org.change_settings(passive_without_session="no_passive")
    assert what_is_asked(org, app, None, request) == "no_passive"
    assert what_is_asked(org, app, session, request) == "none"
    assert (
        what_is_asked(org, app, session, authn_request("_f", IsPassive="true", ForceAuthn="true"))
        == "no_passive"
    )
    answer = refuse_passively(org, app, request)
    codes = xpath(answer.xml, "//saml2p:StatusCode/@Value")
    assert codes == [names.STATUS_RESPONDER, names.STATUS_NO_PASSIVE]
    assert xpath(answer.xml, "count(//saml2:Assertion)") == 0.0
    assert xpath(answer.xml, "/*/@InResponseTo") == "_p"
    assert (answer.acs_url, answer.relay_state) == (ACS, "/x")


def test_a_bad_passive_request_gets_a_page_all_the_same(org: Org, app: App) -> None:
    with pytest.raises(SsoRefused):
        refuse_passively(org, app, authn_request(policy=names.NAMEID_EMAIL))
    with pytest.raises(SsoRefused):
        refuse_passively(org, org.deactivate_app(app), authn_request())
