"""The SSO endpoint and the embed link: who gets an answer, and who gets a page."""

from __future__ import annotations

import base64
import html
import re
import zlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from lxml import etree

from tests.pages.conftest import ACS, AUDIENCE, World, signed_in
from tests.pages.visitor import Page, Visitor

NS = {"p": "urn:oasis:names:tc:SAML:2.0:protocol", "a": "urn:oasis:names:tc:SAML:2.0:assertion"}


def authn_request(request_id: str = "_request1", **attributes: str) -> bytes:
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<p:AuthnRequest xmlns:p="{NS["p"]}" xmlns:a="{NS["a"]}" ID="{request_id}" Version="2.0" '
        f'IssueInstant="2026-01-01T00:00:00Z"{extra}><a:Issuer>{AUDIENCE}</a:Issuer></p:AuthnRequest>'
    ).encode()


def deflated(xml: bytes) -> str:
    compressor = zlib.compressobj(wbits=-15)
    return base64.b64encode(compressor.compress(xml) + compressor.flush()).decode()


def redirect_url(world: World, xml: bytes, **more: str) -> str:
    return f"{world.app.sso_url}?{urlencode({'SAMLRequest': deflated(xml), **more})}"


def post_fields(xml: bytes, **more: str) -> dict[str, str]:
    return {"SAMLRequest": base64.b64encode(xml).decode(), **more}


def posted(page: Page) -> tuple[str, dict[str, str]]:
    """Action and fields of the auto-post form, read as a scraper reads them."""
    form = re.search(
        r'<form id="appForm" action="([^"]*)" method="POST">\n'
        r'\t<input name="SAMLResponse" type="hidden" value="([^"]*)"/>\n'
        r'\t<input name="RelayState" type="hidden" value="([^"]*)"/>\n</form>',
        page.text,
    )
    assert form, page.text[-2000:]
    assert "&#x3a;&#x2f;&#x2f;" in form[1]
    assert not set("+=:") & set(form[2])
    return html.unescape(form[1]), {
        "SAMLResponse": html.unescape(form[2]),
        "RelayState": html.unescape(form[3]),
    }


def response_of(page: Page) -> etree._Element:
    return etree.fromstring(base64.b64decode(posted(page)[1]["SAMLResponse"]))


def name_id(page: Page) -> str:
    return str(response_of(page).findtext(".//a:NameID", namespaces=NS))


def test_a_redirect_request_signs_the_person_in_and_echoes_relay_state(
    world: World, visitor: Visitor
) -> None:
    state = '/deep/link?a=1&b="2"<3>\'é'
    page = visitor.sign_in("ada@acme.test", "pw-ada", redirect_url(world, authn_request(), RelayState=state))
    action, fields = posted(page)
    assert (action, fields["RelayState"]) == (ACS, state)
    assert response_of(page).get("InResponseTo") == "_request1"
    assert name_id(page) == "ada@acme.test"


def test_a_posted_request_survives_the_detour_over_the_sign_in_page(world: World, visitor: Visitor) -> None:
    page = visitor.post(world.app.sso_url, post_fields(authn_request(), RelayState="state"))
    assert page.heading == "Sign In"
    page = page.submit("Next", {"Username": "ada@acme.test"}).submit("Verify", {"Password": "pw-ada"})
    assert posted(page)[1]["RelayState"] == "state"
    assert response_of(page).get("InResponseTo") == "_request1"


def test_the_way_back_from_sign_in_is_okta_s(world: World, visitor: Visitor) -> None:
    answer = visitor.get(redirect_url(world, authn_request()), follow=False)
    location = urlsplit(answer.headers["Location"])
    assert (answer.status, location.path) == (302, "/login/login.htm")
    back = parse_qs(location.query)["fromURI"][0]
    assert back.startswith(f"/app/{world.app.info.name}/{world.app.info.external_key}/sso/saml?SAMLRequest=")
    fields = {"fromURI": back, "identifier": "ada@acme.test", "credentials.passcode": "pw-ada"}
    answer = visitor.post("/login/login.htm", fields, follow=False)
    assert answer.headers["Location"].startswith(f"{back}&fromLoginToken=")


def test_a_session_answers_at_once(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    assert name_id(ada.get(redirect_url(world, authn_request()))) == "ada@acme.test"
    assert name_id(ada.post(world.app.sso_url, post_fields(authn_request()))) == "ada@acme.test"


def test_get_without_a_request_is_an_idp_initiated_login(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    page = ada.get(f"{world.app.sso_url}?RelayState=%2Fhome")
    assert response_of(page).get("InResponseTo") is None
    assert posted(page)[1]["RelayState"] == "/home"
    assert posted(ada.get(world.app.sso_url))[1]["RelayState"] == ""


def test_the_tile_starts_a_login_with_the_default_relay_state(world: World) -> None:
    world.okta.org.update_app(world.app.id, default_relay_state="/start")
    dashboard = signed_in(world.okta, "ada@acme.test").get("/app/UserHome")
    page = dashboard.visitor.get(dashboard.document.xpath("//main//ul//a/@href")[0])
    assert posted(page)[1]["RelayState"] == "/start"


def test_the_embed_link_takes_a_relay_state_and_signs_in_strangers_first(
    world: World, visitor: Visitor
) -> None:
    page = visitor.sign_in("ada@acme.test", "pw-ada", f"{world.app.embed_link}?RelayState=%2Fx")
    assert posted(page)[1]["RelayState"] == "/x"


def test_the_embed_link_drops_a_request_that_an_sp_sends_to_it(world: World) -> None:
    query = urlencode({"SAMLRequest": deflated(authn_request())})
    page = signed_in(world.okta, "ada@acme.test").get(f"{world.app.embed_link}?{query}")
    assert response_of(page).get("InResponseTo") is None


def test_the_auto_post_page_names_org_and_app_and_works_without_scripts(world: World) -> None:
    page = signed_in(world.okta, "ada@acme.test").get(world.app.embed_link)
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.document.xpath("string(//title)") == "Acme - Signing in..."
    assert page.document.xpath("string(//h1[@id='okta-auth-heading'])") == "Signing in to Notes"
    without_scripts = page.document.xpath("string(//noscript[@class='alert warn' or 1]//div)")
    assert "Javascript is disabled on your browser." in without_scripts
    assert page.document.xpath("//noscript//button[@form='appForm'][@type='submit']")
    assert not page.document.xpath("//form[@id='appForm']//button")
    assert "no-store" in page.headers["Cache-Control"]


def test_somebody_without_the_app_gets_a_403_page_and_the_sp_gets_nothing(world: World) -> None:
    page = signed_in(world.okta, "grace@acme.test").get(redirect_url(world, authn_request()))
    assert (page.status, page.heading) == (403, "App Not Assigned")
    assert (
        "Sorry, you cannot access Notes because you are not assigned this app in Okta. If you&#39;re wondering why "
        "this is happening, please contact your administrator." in page.text
    )
    assert "SAMLResponse" not in page.text
    event = world.okta.log(event_type="app.generic.unauth_app_access_attempt")[-1]
    assert event.actor["alternateId"] == "grace@acme.test"
    world.app.assign(world.grace)
    assert name_id(signed_in(world.okta, "grace@acme.test").get(world.app.sso_url)) == "grace@acme.test"


def test_the_access_error_page_of_the_app_is_where_people_without_it_go(world: World) -> None:
    world.okta.org.update_app(world.app.id, access_error_url="http://localhost:9/no-access")
    answer = signed_in(world.okta, "grace@acme.test").get(world.app.sso_url)
    assert (answer.status, answer.headers["Location"]) == (302, "http://localhost:9/no-access")


def test_an_inactive_app_lets_nobody_in_until_it_is_active_again(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    world.okta.org.deactivate_app(world.app.id)
    for url in (world.app.sso_url, world.app.embed_link):
        page = ada.get(url)
        assert (page.status, page.heading) == (403, "Access Forbidden")
    world.okta.org.activate_app(world.app.id)
    assert name_id(ada.get(world.app.embed_link)) == "ada@acme.test"


def test_a_deleted_app_is_gone(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    urls = (world.app.sso_url, world.app.embed_link, world.okta.org.metadata_url(world.app.info))
    assert [ada.get(url).status for url in urls] == [200, 200, 200]
    world.okta.org.deactivate_app(world.app.id)
    world.okta.org.delete_app(world.app.id)
    for url in urls:
        page = ada.get(url)
        assert (page.status, page.heading) == (404, "Page Not Found")


def test_both_names_in_the_url_have_to_belong_together(world: World) -> None:
    other = world.okta.create_saml_app("Other", acs_url=ACS, audience="other")
    mixed = world.app.sso_url.replace(world.app.info.name, other.info.name)
    assert signed_in(world.okta, "ada@acme.test").get(mixed).status == 404


UNREADABLE = {
    "no base64": "%%%",
    "base64 of no XML": base64.b64encode(b"hello").decode(),
    "plain base64 where DEFLATE is due": base64.b64encode(authn_request()).decode(),
    "a DTD": deflated(b"<!DOCTYPE x>" + authn_request()),
    "another message": deflated(authn_request().replace(b"AuthnRequest", b"LogoutRequest")),
    "no ID": deflated(authn_request().replace(b' ID="_request1"', b"")),
    "nothing": "",
}


@pytest.mark.parametrize("message", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_request_that_cannot_be_read_is_a_400_page_in_okta_s_words(world: World, message: str) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    page = ada.get(f"{world.app.sso_url}?{urlencode({'SAMLRequest': message})}")
    assert page.status == 400
    assert page.heading == "BAD REQUEST"
    assert page.document.xpath("string(//p[@class='status'])") == "400"
    text = page.document.xpath("string(//div[@class='error-content'])")
    assert " ".join(text.split()) == "Your request resulted in an error. Description: Bad SAML request"
    assert name_id(ada.get(redirect_url(world, authn_request()))) == "ada@acme.test"


def test_a_deflated_request_in_a_post_body_is_a_400(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    assert ada.post(world.app.sso_url, {"SAMLRequest": deflated(authn_request())}).status == 400
    assert ada.post(world.app.sso_url, {}).status == 400
    assert ada.post(world.app.sso_url, post_fields(authn_request())).status == 200


def test_a_stranger_signs_in_first_and_sees_the_400_then(world: World, visitor: Visitor) -> None:
    page = visitor.get(f"{world.app.sso_url}?SAMLRequest=broken")
    assert (page.status, page.heading) == (200, "Sign In")
    page = page.submit("Next", {"Username": "ada@acme.test"}).submit("Verify", {"Password": "pw-ada"})
    assert (page.status, page.heading) == (400, "BAD REQUEST")


def test_a_posted_request_that_nobody_remembers_is_a_400(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    assert ada.get(f"{world.app.sso_url}?okta_key=gone").status == 400


def test_the_org_can_be_told_to_check_requests_before_sign_in(world: World, visitor: Visitor) -> None:
    world.okta.org.change_settings(validate_before_sign_in=True)
    assert visitor.get(f"{world.app.sso_url}?SAMLRequest=broken").status == 400
    assert visitor.get(redirect_url(world, authn_request())).heading == "Sign In"


def test_the_page_tells_a_tester_what_okta_would_not(world: World) -> None:
    policy = authn_request().replace(
        b"</p:AuthnRequest>",
        b'<p:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/></p:AuthnRequest>',
    )
    page = signed_in(world.okta, "ada@acme.test").get(redirect_url(world, policy))
    assert page.status == 400
    assert "is not the configured Name ID Format" in page.document.xpath(
        "string(//div[@class='error-content'])"
    )
    facts = dict(
        zip(
            *([e.text for e in page.document.xpath(f"//details//{tag}")] for tag in ("dt", "dd")), strict=True
        )
    )
    assert facts["Field to look at"] == "Name ID format"
    assert facts["Code"] == page.document.xpath("string(//main/@data-code)") == "idp_name_id_policy"


def test_force_authn_asks_again_once_and_keeps_the_session(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    sid = ada.cookies["sid"]
    world.okta.clock.move("10m")
    page = ada.get(redirect_url(world, authn_request(ForceAuthn="true")))
    assert page.heading == "Sign In"
    page = page.submit("Next", {"Username": "ada@acme.test"}).submit("Verify", {"Password": "pw-ada"})
    response = response_of(page)
    statement = response.find(".//a:AuthnStatement", NS)
    assert statement is not None
    assert statement.get("AuthnInstant", "")[:16] == response.get("IssueInstant", "")[:16]
    assert ada.cookies["sid"] == sid


def test_force_authn_is_ignored_where_the_app_does_not_honor_it(world: World) -> None:
    world.okta.org.update_app(world.app.id, honor_force_authn=False)
    ada = signed_in(world.okta, "ada@acme.test")
    assert name_id(ada.get(redirect_url(world, authn_request(ForceAuthn="true")))) == "ada@acme.test"


def test_is_passive_shows_the_sign_in_page_unless_the_org_is_told_to_answer(
    world: World, visitor: Visitor
) -> None:
    url = redirect_url(world, authn_request(IsPassive="true"))
    assert visitor.get(url).heading == "Sign In"
    world.okta.org.change_settings(passive_without_session="no_passive")
    page = visitor.get(url)
    codes = [
        e.get("Value", "").rpartition(":")[2] for e in response_of(page).iter(f"{{{NS['p']}}}StatusCode")
    ]
    assert codes == ["Responder", "NoPassive"]
    ada = signed_in(world.okta, "ada@acme.test")
    assert name_id(ada.get(url)) == "ada@acme.test"


def test_the_metadata_url_is_public_xml_that_nobody_caches(world: World, visitor: Visitor) -> None:
    page = visitor.get(world.okta.org.metadata_url(world.app.info))
    assert page.status == 200
    assert page.headers["Content-Type"] == "application/xml"
    assert "no-store" in page.headers["Cache-Control"]
    assert page.body == world.app.metadata.bytes


def test_the_metadata_of_a_certificate_is_found_by_its_kid(world: World, visitor: Visitor) -> None:
    new = world.okta.org.generate_key(world.app.id)
    page = visitor.get(f"{world.okta.org.metadata_url(world.app.info)}?kid={new.kid}")
    assert page.body == world.okta.org.metadata(world.app.id, new.kid)
    assert visitor.get(f"{world.okta.org.metadata_url(world.app.info)}?kid=unknown").status == 404


def test_another_site_may_post_a_request_here(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    headers = {"Origin": "http://localhost:9", "Sec-Fetch-Site": "cross-site"}
    assert ada.post(world.app.sso_url, post_fields(authn_request()), headers=headers).status == 200
