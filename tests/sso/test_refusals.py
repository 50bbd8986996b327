"""What Okta refuses on its own pages, each beside the request that it takes."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote_plus

import pytest

from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import AcsEndpoint, SamlSettings
from fake_idp.saml import names
from fake_idp.sso import SsoRefused, check_request, read_request, refuse_unreadable, sign_on
from tests.sso.material import (
    ACS,
    ENDPOINT,
    authn_request,
    other_key,
    posted_request,
    refusals,
    request_xml,
    sp_key,
)

OTHER = "http://localhost:9000/other"


def refused(org: Org, app: App, who: Person, session: Session, request: Any = None) -> SsoRefused:
    with pytest.raises(SsoRefused) as caught:
        sign_on(org, app, who, session, request=request)
    return caught.value


def test_somebody_unassigned_gets_oktas_403(org: Org, app: App, ada: Person, session: Session) -> None:
    org.unassign_person(app, ada)
    refusal = refused(org, app, ada, session)
    assert (refusal.code, refusal.status, refusal.title) == ("idp_unassigned", 403, "App Not Assigned")
    assert refusal.description == (
        "Sorry, you cannot access Amplitude because you are not assigned this app in Okta. If you're wondering why "
        "this is happening, please contact your administrator."
    )
    (event,) = org.log("app.generic.unauth_app_access_attempt")
    assert (event.result, event.actor["id"]) == ("FAILURE", ada.id)
    assert org.log("user.authentication.sso") == []
    org.assign_person(app, ada)
    sign_on(org, app, ada, session)


def test_an_access_error_page_of_app_or_org_takes_the_unassigned(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    org.unassign_person(app, ada)
    assert refused(org, app, ada, session).redirect_url == ""
    org.change_settings(access_error_url="http://org.test/")
    assert refused(org, app, ada, session).redirect_url == "http://org.test/"
    app = org.update_app(app, access_error_url="http://app.test/")
    assert refused(org, app, ada, session).redirect_url == "http://app.test/"


def test_an_inactive_app_lets_nobody_in(org: Org, app: App, ada: Person, session: Session) -> None:
    refusal = refused(org, org.deactivate_app(app), ada, session)
    assert (refusal.code, refusal.status) == ("idp_app_inactive", 403)
    assert refusals(org) == ["App is not active"]
    sign_on(org, org.activate_app(app), ada, session)


def test_a_person_without_application_username_cannot_be_named(
    org: Org, ada: Person, session: Session
) -> None:
    app = org.create_saml_app(
        "AD", SamlSettings(sso_acs_url=ACS, audience="sp"), application_username="AD employee ID"
    )
    org.assign_group(app, "Everyone")
    refusal = refused(org, app, ada, session)
    assert (refusal.code, refusal.fix) == ("idp_no_user_name", "Application username")
    org.update_person(ada, employeeID="42")
    assert b">42</saml2:NameID>" in sign_on(org, app, ada, session).xml


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "idp_no_message"),
        ("SAMLRequest=%%%", "idp_not_base64"),
        (f"SAMLRequest={quote_plus(base64.b64encode(request_xml().encode()))}", "idp_not_deflated"),
    ],
)
def test_an_unreadable_redirect_is_a_bad_request(query: str, code: str) -> None:
    with pytest.raises(SsoRefused) as caught:
        read_request(query)
    assert (caught.value.status, caught.value.description, caught.value.code) == (
        400,
        "Bad SAML request",
        code,
    )


@pytest.mark.parametrize(
    "text", ["", "!!!", base64.b64encode(b"<p/>").decode(), base64.b64encode(b"no xml").decode()]
)
def test_an_unreadable_post_is_a_bad_request(text: str) -> None:
    with pytest.raises(SsoRefused, match=r".") as caught:
        read_request(saml_request=text)
    assert caught.value.status == 400


def test_an_unreadable_request_is_a_failure_in_the_log(org: Org, app: App) -> None:
    with pytest.raises(SsoRefused) as caught:
        read_request("SAMLRequest=%%%")
    with pytest.raises(SsoRefused):
        refuse_unreadable(org, app, caught.value)
    assert refusals(org) == [caught.value.detail]


def test_an_unlisted_acs_url_is_ignored_in_an_unsigned_request(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    for url in (OTHER, "javascript:alert(1)", ACS):
        signed_on = sign_on(org, app, ada, session, request=authn_request(AssertionConsumerServiceURL=url))
        assert signed_on.acs_url == ACS
        assert signed_on.response.claims.recipient == signed_on.response.claims.destination == ACS


def test_a_listed_acs_url_is_chosen_by_url_or_by_index(org: Org, app: App) -> None:
    app = org.update_app(app, acs_endpoints=(AcsEndpoint(OTHER, 3),), recipient="http://r.test/")
    for request in (
        authn_request(AssertionConsumerServiceURL=OTHER),
        authn_request(AssertionConsumerServiceIndex="3"),
    ):
        addressed = check_request(org, app, request)
        assert (addressed.acs_url, addressed.recipient, addressed.destination) == (OTHER, OTHER, OTHER)
    plain = check_request(org, app, authn_request())
    assert (plain.acs_url, plain.recipient) == (ACS, "http://r.test/")


@pytest.mark.parametrize(
    "attributes",
    [{"AssertionConsumerServiceURL": "http://evil.test/"}, {"AssertionConsumerServiceIndex": "4"}],
)
def test_beside_a_list_an_unlisted_one_is_ignored_or_refused_as_the_org_says(
    org: Org, app: App, attributes: dict[str, Any]
) -> None:
    app = org.update_app(app, acs_endpoints=(AcsEndpoint(OTHER, 3),))
    assert check_request(org, app, authn_request(**attributes)).acs_url == ACS
    org.change_settings(unlisted_acs_url="refuse")
    with pytest.raises(SsoRefused) as caught:
        check_request(org, app, authn_request(**attributes))
    assert (caught.value.code, caught.value.fix) == ("idp_acs_url", "Other Requestable SSO URLs")
    assert check_request(org, app, authn_request(AssertionConsumerServiceURL=ACS)).acs_url == ACS


EMAIL, UNSPECIFIED = names.NAMEID_EMAIL, names.NAMEID_UNSPECIFIED


@pytest.mark.parametrize(
    ("rule", "policy", "signed", "taken"),
    [
        ("when_present", None, False, True),
        ("when_present", UNSPECIFIED, False, True),
        ("when_present", EMAIL, False, False),
        ("when_present", None, True, False),
        ("when_present", UNSPECIFIED, True, True),
        ("signed_requests", EMAIL, False, True),
        ("signed_requests", EMAIL, True, False),
        ("signed_requests", UNSPECIFIED, True, True),
        ("signed_requests", None, True, False),
        ("off", EMAIL, True, True),
    ],
)
def test_the_name_id_policy_has_to_suit_as_the_org_says(
    org: Org, app: App, rule: str, policy: str | None, signed: bool, taken: bool
) -> None:
    org.change_settings(name_id_policy=rule)
    app = org.update_app(app, sp_certificate=sp_key().certificate_pem, signed_requests=signed)
    request = authn_request(policy=policy, sign=sp_key() if signed else None, AssertionConsumerServiceURL=ACS)
    if taken:
        assert check_request(org, app, request).acs_url == ACS
        return
    with pytest.raises(SsoRefused) as caught:
        check_request(org, app, request)
    assert caught.value.description == (
        f"NameIDPolicy '{policy or ''}' is not the configured Name ID Format '{UNSPECIFIED}' for the app"
    )
    assert caught.value.status == 400
    assert refusals(org) == [caught.value.description]


def test_a_policy_without_a_format_asks_for_nothing(org: Org, app: App) -> None:
    assert (
        check_request(org, app, authn_request(policy_tag='<p:NameIDPolicy AllowCreate="true"/>')).acs_url
        == ACS
    )


@pytest.fixture
def signed_app(org: Org, app: App) -> App:
    return org.update_app(app, sp_certificate=sp_key().certificate_pem, signed_requests=True)


def test_signed_requests_are_verified_in_both_bindings(org: Org, signed_app: App) -> None:
    more: dict[str, Any] = {"policy": UNSPECIFIED, "AssertionConsumerServiceURL": OTHER}
    for request in (authn_request(sign=sp_key(), **more), posted_request(sign=sp_key(), **more)):
        addressed = check_request(org, signed_app, request)
        assert (addressed.acs_url, addressed.destination, addressed.recipient) == (OTHER, OTHER, OTHER)
    for request in (
        authn_request(**more), posted_request(**more), authn_request(sign=other_key(), **more),
        posted_request(sign=other_key(), **more),
    ):  # fmt: skip
        with pytest.raises(SsoRefused) as caught:
            check_request(org, signed_app, request)
        assert (caught.value.code, caught.value.status) == ("idp_request_signature", 400)
        assert caught.value.description == "Bad SAML request"


def test_a_signed_request_that_was_changed_is_refused(org: Org, signed_app: App) -> None:
    from fake_idp.saml.bindings import redirect_url

    xml = request_xml(policy=UNSPECIFIED, AssertionConsumerServiceURL=OTHER).encode()
    url = redirect_url(ENDPOINT, "SAMLRequest", xml, "/a", sp_key())
    check_request(org, signed_app, read_request(url.partition("?")[2]))
    with pytest.raises(SsoRefused, match="signature"):
        check_request(
            org, signed_app, read_request(url.partition("?")[2].replace("RelayState=%2Fa", "RelayState=%2Fb"))
        )


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "/acs", "http://"])
def test_a_signed_request_has_to_name_its_acs_url(org: Org, signed_app: App, url: str | None) -> None:
    more = {} if url is None else {"AssertionConsumerServiceURL": url}
    with pytest.raises(SsoRefused) as caught:
        check_request(org, signed_app, authn_request(sign=sp_key(), policy=UNSPECIFIED, **more))
    assert (caught.value.code, caught.value.fix) == ("idp_acs_url", "Signed Requests")


def test_idp_initiated_logins_need_no_signature(
    org: Org, signed_app: App, ada: Person, session: Session
) -> None:
    assert sign_on(org, signed_app, ada, session).acs_url == ACS


def test_a_request_for_another_url_is_refused_where_the_org_looks_at_destinations(org: Org, app: App) -> None:
    wrong, right = authn_request(Destination="http://x.test/"), authn_request(Destination=org.sso_url(app))
    check_request(org, app, wrong)
    org.change_settings(check_request_destination=True)
    check_request(org, app, right)
    check_request(org, app, authn_request())
    with pytest.raises(SsoRefused) as caught:
        check_request(org, app, wrong)
    assert caught.value.code == "idp_destination"
