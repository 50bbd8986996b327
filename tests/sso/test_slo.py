"""Single logout that an app asks for."""

from __future__ import annotations

from typing import Any

import pytest

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.saml import names
from fake_idp.saml.faults import Fault
from fake_idp.slo import answer_logout_request, read_logout_request
from fake_idp.sso import SsoRefused, sign_on
from tests.sso.material import authn_request, logout_request, other_key, sp_key, verified, xpath

SLO = "http://localhost:9000/slo"


@pytest.fixture
def app(org: Org, app: App) -> App:
    return org.update_app(
        app, sp_certificate=sp_key().certificate_pem, slo_enabled=True, slo_logout_url=SLO, slo_issuer="sp"
    )


@pytest.fixture
def signed_on(org: Org, app: App, ada: Person, session: Session) -> Session:
    sign_on(org, app, ada, session, request=authn_request("_index"))
    return session


@pytest.mark.parametrize("binding", ["Redirect", "POST"])
def test_a_good_request_ends_the_session_and_is_answered_by_post(
    org: Org, app: App, signed_on: Session, binding: str
) -> None:
    answer = answer_logout_request(org, app, logout_request(sign=sp_key(), binding=binding), signed_on)
    assert answer.succeeded
    assert answer.session == signed_on
    assert org.session(signed_on.id) is None
    assert (answer.delivery.method, answer.delivery.url) == ("POST", SLO)
    assert dict(answer.delivery.fields)["RelayState"] == "state"
    assert xpath(answer.xml, "//saml2p:StatusCode/@Value") == names.STATUS_SUCCESS
    assert xpath(answer.xml, "/*/@InResponseTo") == "_lo1"
    assert xpath(answer.xml, "/*/@Destination") == SLO
    assert verified(answer.xml, org.signing_key(app).certificate)
    assert [e.result for e in org.log("user.authentication.slo")] == ["SUCCESS"]
    (ended,) = org.log("user.session.end")
    assert ended.debug_data["TotalSamlLogoutRequests"] == "0"


@pytest.mark.parametrize("binding", ["Redirect", "POST"])
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sign": None}, "Invalid Signature"),
        ({"sign": "other"}, "Invalid Signature"),
        ({"issuer": "somebody"}, "Invalid Issuer"),
        ({"instant": "2026-03-01T11:54:00Z"}, "Request is too old or from the future"),
        ({"instant": "2026-03-01T12:06:00Z"}, "Request is too old or from the future"),
        ({"NotOnOrAfter": "2026-03-01T12:00:00Z"}, "Request has expired"),
        ({"name_id": None}, "NameID is missing"),
        ({"name_id": "eve@acme.test"}, "NameID or SessionIndex does not belong to the session"),
        ({"index": "_another"}, "NameID or SessionIndex does not belong to the session"),
    ],
)
def test_a_request_that_cannot_be_trusted_is_answered_with_authn_failed(
    org: Org, app: App, signed_on: Session, binding: str, more: dict[str, Any], reason: str
) -> None:
    asked: dict[str, Any] = {"sign": sp_key(), "binding": binding, **more}
    if asked["sign"] == "other":
        asked["sign"] = other_key()
    answer = answer_logout_request(org, app, logout_request(**asked), signed_on)
    assert not answer.succeeded
    assert answer.reason == reason
    assert org.session(signed_on.id) is not None
    assert xpath(answer.xml, "//saml2p:StatusCode/@Value") == names.STATUS_AUTHN_FAILED
    assert xpath(answer.xml, "count(//ds:Signature)") == 0.0
    assert [(e.result, e.reason) for e in org.log("user.authentication.slo")] == [("FAILURE", reason)]


@pytest.mark.parametrize(
    "more",
    [
        {"instant": "2026-03-01T11:55:30Z"}, {"NotOnOrAfter": "2026-03-01T12:00:01Z"}, {"index": "_index"},
    ],
)  # fmt: skip
def test_their_neighbours_are_trusted(org: Org, app: App, signed_on: Session, more: dict[str, Any]) -> None:
    assert answer_logout_request(org, app, logout_request(sign=sp_key(), **more), signed_on).succeeded


def test_a_failed_answer_is_nested_and_signed_where_the_org_says_so(
    org: Org, app: App, signed_on: Session
) -> None:
    org.change_settings(failed_logout_status="nested", failed_logout_signed=True)
    answer = answer_logout_request(org, app, logout_request(), signed_on)
    codes = xpath(answer.xml, "//saml2p:StatusCode/@Value")
    assert codes == [names.STATUS_RESPONDER, names.STATUS_AUTHN_FAILED]
    assert verified(answer.xml, org.signing_key(app).certificate)


def test_without_a_browser_session_the_request_itself_tells_which(
    org: Org, app: App, ada: Person, signed_on: Session
) -> None:
    other = org.start_session(ada)
    sign_on(org, app, ada, other, request=authn_request("_second"))
    answer = answer_logout_request(org, app, logout_request(sign=sp_key(), index="_index"))
    assert answer.session == signed_on
    assert org.session(other.id) is not None


def test_a_session_that_is_over_is_a_success_or_an_unknown_principal_as_the_org_says(
    org: Org, app: App, signed_on: Session
) -> None:
    org.end_session(signed_on.id)
    answer = answer_logout_request(org, app, logout_request(sign=sp_key()))
    assert answer.succeeded and answer.session is None
    org.change_settings(logout_without_session="unknown_principal")
    answer = answer_logout_request(org, app, logout_request(sign=sp_key()))
    codes = xpath(answer.xml, "//saml2p:StatusCode/@Value")
    assert codes == [names.STATUS_REQUESTER, names.STATUS_UNKNOWN_PRINCIPAL]


def test_a_session_index_is_looked_at_only_where_the_org_says_so(
    org: Org, app: App, signed_on: Session
) -> None:
    org.change_settings(logout_session_index="ignore")
    assert answer_logout_request(
        org, app, logout_request(sign=sp_key(), index="_another"), signed_on
    ).succeeded


def test_an_app_without_single_logout_gets_a_page(org: Org, app: App, signed_on: Session) -> None:
    off = org.update_app(app, slo_enabled=False)
    with pytest.raises(SsoRefused) as caught:
        answer_logout_request(org, off, logout_request(sign=sp_key()), signed_on)
    assert (caught.value.code, caught.value.status) == ("idp_slo_off", 400)


def test_something_that_is_no_logout_request_gets_a_page() -> None:
    with pytest.raises(SsoRefused) as caught:
        read_logout_request("SAMLRequest=x")
    assert caught.value.status == 400
    with pytest.raises(SsoRefused):
        read_logout_request(saml_request="PHA+")


def test_faults_reach_the_logout_response(org: Org, app: App, signed_on: Session) -> None:
    def rename(tree: Any, _context: Any) -> None:
        tree.set("Destination", "http://elsewhere.test/")

    fault = Fault(id="rename", title="", stage="logout", apply=rename)
    answer = answer_logout_request(org, app, logout_request(sign=sp_key()), signed_on, faults=[fault])
    assert xpath(answer.xml, "/*/@Destination") == "http://elsewhere.test/"
