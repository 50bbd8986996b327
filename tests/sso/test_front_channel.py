"""Front-channel logout: the other apps of a session are told that it is over."""

from __future__ import annotations

import base64

import pytest

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from fake_idp.saml import names
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.messages import LogoutRequest, read_post, read_redirect, verify_request_signature
from fake_idp.slo import answer_logout_request, end_session, read_logout_response, take_logout_response
from fake_idp.sso import SsoRefused, sign_on
from tests.sso.material import ACS, authn_request, logout_request, sp_key

OUT = "http://localhost:9001/out"


@pytest.fixture
def taking_part(org: Org, ada: Person) -> App:
    app = org.create_saml_app(
        "Other",
        SamlSettings(sso_acs_url=ACS, audience="other", participate_slo=True, participate_slo_url=OUT),
    )
    org.assign_person(app, ada)
    return app


@pytest.fixture
def signed_on(org: Org, app: App, taking_part: App, ada: Person, session: Session) -> Session:
    sign_on(org, app, ada, session, request=authn_request("_a"))
    sign_on(org, taking_part, ada, session, request=authn_request("_b"))
    sign_on(org, taking_part, ada, session, request=authn_request("_c"))
    return session


def response_xml(in_response_to: str, status: str = names.STATUS_SUCCESS) -> str:
    xml = (
        f'<p:LogoutResponse xmlns:p="{names.NS_SAML2P}" ID="_x" Version="2.0" IssueInstant="2026-03-01T12:00:00Z"'
        f' InResponseTo="{in_response_to}"><p:Status><p:StatusCode Value="{status}"/></p:Status></p:LogoutResponse>'
    )
    return base64.b64encode(xml.encode()).decode()


def test_signing_out_of_okta_tells_each_app_that_takes_part_once(
    org: Org, taking_part: App, signed_on: Session
) -> None:
    (order,) = end_session(org, signed_on)
    assert org.session(signed_on.id) is None
    assert (order.app, order.name_id, order.delivery.method, order.delivery.url) == (
        taking_part,
        "ada@acme.test",
        "POST",
        OUT,
    )
    request = read_post(dict(order.delivery.fields)["SAMLRequest"], expect=LogoutRequest)
    assert (request.id, request.destination, request.issuer) == (
        order.request_id,
        OUT,
        org.entity_id(taking_part),
    )
    assert (request.name_id, request.session_indexes) == ("ada@acme.test", ("_b", "_c"))
    verify_request_signature(request, [org.signing_key(taking_part).certificate])
    (event,) = org.log("user.session.end")
    assert event.debug_data["TotalSamlLogoutRequests"] == "1"


def test_a_redirect_is_signed_over_its_query(org: Org, taking_part: App, signed_on: Session) -> None:
    app = org.update_app(taking_part, participate_slo_binding="REDIRECT", participate_slo_session_index=False)
    (order,) = end_session(org, signed_on)
    assert order.delivery.method == "GET"
    request = read_redirect(order.delivery.url.partition("?")[2], expect=LogoutRequest)
    assert request.session_indexes == ()
    key: SigningKey = org.signing_key(app)
    verify_request_signature(request, [key.certificate])


def test_the_app_that_asked_is_answered_and_not_told(
    org: Org, app: App, taking_part: App, signed_on: Session
) -> None:
    app = org.update_app(
        app, sp_certificate=sp_key().certificate_pem, slo_enabled=True, slo_logout_url="http://localhost:9000/slo",
        slo_issuer="sp", participate_slo=True, participate_slo_url="http://localhost:9000/out",
    )  # fmt: skip
    answer = answer_logout_request(org, app, logout_request(sign=sp_key()), signed_on)
    assert answer.succeeded
    assert [order.app.id for order in answer.orders] == [taking_part.id]


def test_apps_that_do_not_take_part_or_are_inactive_are_left_alone(
    org: Org, taking_part: App, signed_on: Session
) -> None:
    org.deactivate_app(taking_part)
    assert end_session(org, signed_on) == []


def test_an_apps_answer_is_logged_once(org: Org, taking_part: App, signed_on: Session) -> None:
    (order,) = end_session(org, signed_on)
    response = read_logout_response(saml_response=response_xml(order.request_id))
    assert take_logout_response(org, taking_part, response)
    assert [event.result for event in org.log("user.authentication.slo")] == ["SUCCESS"]
    with pytest.raises(SsoRefused) as caught:
        take_logout_response(org, taking_part, response)
    assert caught.value.code == "idp_logout_response"


def test_an_app_that_failed_is_a_failure_in_the_log(org: Org, taking_part: App, signed_on: Session) -> None:
    (order,) = end_session(org, signed_on)
    response = read_logout_response(saml_response=response_xml(order.request_id, names.STATUS_RESPONDER))
    assert not take_logout_response(org, taking_part, response)
    (event,) = org.log("user.authentication.slo")
    assert event.reason == f"The app answered {names.STATUS_RESPONDER}"


def test_an_answer_to_nothing_is_refused(org: Org, app: App, taking_part: App, signed_on: Session) -> None:
    (order,) = end_session(org, signed_on)
    with pytest.raises(SsoRefused):
        take_logout_response(org, taking_part, read_logout_response(saml_response=response_xml("_nothing")))
    with pytest.raises(SsoRefused):
        take_logout_response(org, app, read_logout_response(saml_response=response_xml(order.request_id)))
    with pytest.raises(SsoRefused):
        read_logout_response(saml_response="PHA+")
    with pytest.raises(SsoRefused):
        read_logout_response("SAMLResponse=x")
