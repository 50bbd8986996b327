"""Single logout by the pages: the SLO endpoint, the frames for other apps, the callback."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.pages.conftest import AUDIENCE, World, signed_in
from tests.pages.test_sso_endpoint import NS, deflated, name_id
from tests.pages.visitor import Page, Visitor

SLO = "http://localhost:9/saml/slo"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@pytest.fixture(scope="module")
def sp_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def slo(world: World, sp_key: rsa.RSAPrivateKey) -> Iterator[World]:
    """The world, with Single Logout on for its app."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sp.test")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(sp_key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650)).sign(sp_key, hashes.SHA256())
    )  # fmt: skip
    pem = certificate.public_bytes(Encoding.PEM).decode()
    world.okta.org.update_app(
        world.app.id, sp_certificate=pem, slo_enabled=True, slo_logout_url=SLO, slo_issuer=AUDIENCE
    )
    yield world


def logout_request(world: World, subject: str = "ada@acme.test") -> bytes:
    now = world.okta.org.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<p:LogoutRequest xmlns:p="{NS["p"]}" xmlns:a="{NS["a"]}" ID="_logout1" Version="2.0" IssueInstant="{now}">'
        f"<a:Issuer>{AUDIENCE}</a:Issuer><a:NameID>{subject}</a:NameID></p:LogoutRequest>"
    ).encode()


def signed_query(xml: bytes, key: rsa.RSAPrivateKey, relay_state: str = "state") -> str:
    query = f"SAMLRequest={quote_plus(deflated(xml))}&RelayState={quote_plus(relay_state)}"
    query += f"&SigAlg={quote_plus(RSA_SHA256)}"
    signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def fields_of(page: Page) -> dict[str, str]:
    pairs = re.findall(r'<input name="([^"]*)" type="hidden" value="([^"]*)"/>', page.text)
    return {name: html.unescape(value) for name, value in pairs}


def status_of(page: Page) -> str:
    response = etree.fromstring(base64.b64decode(fields_of(page)["SAMLResponse"]))
    assert etree.QName(response).localname == "LogoutResponse"
    assert response.get("InResponseTo") == "_logout1"
    code = response.find(".//p:StatusCode", NS)
    assert code is not None
    return code.get("Value", "").rpartition(":")[2]


def test_a_signed_request_ends_the_session_and_answers_the_app(slo: World, sp_key: rsa.RSAPrivateKey) -> None:
    ada = signed_in(slo.okta, "ada@acme.test")
    assert name_id(ada.get(slo.app.embed_link)) == "ada@acme.test"
    sid = ada.cookies["sid"]
    page = ada.get(f"{slo.app.slo_url}?{signed_query(logout_request(slo), sp_key)}")
    assert status_of(page) == "Success"
    assert fields_of(page)["RelayState"] == "state"
    assert page.document.xpath("string(//form[@id='appForm']/@action)") == SLO
    assert "sid" not in ada.cookies
    assert slo.okta.org.session(sid) is None
    assert ada.get("/app/UserHome").heading == "Sign In"


def test_a_request_with_a_wrong_signature_is_answered_authn_failed_and_ends_nothing(slo: World) -> None:
    ada = signed_in(slo.okta, "ada@acme.test")
    ada.get(slo.app.embed_link)
    stranger = rsa.generate_private_key(65537, 2048)
    for query in (
        signed_query(logout_request(slo), stranger),
        urlencode({"SAMLRequest": deflated(logout_request(slo))}),
    ):
        assert status_of(ada.get(f"{slo.app.slo_url}?{query}")) == "AuthnFailed"
    posted = {"SAMLRequest": base64.b64encode(logout_request(slo)).decode(), "RelayState": "x"}
    page = ada.post(slo.app.slo_url, posted)
    assert (status_of(page), fields_of(page)["RelayState"]) == ("AuthnFailed", "x")
    assert ada.get("/app/UserHome").heading == "My Apps"


def test_a_request_that_cannot_be_read_is_a_400_page(slo: World) -> None:
    ada = signed_in(slo.okta, "ada@acme.test")
    for page in (
        ada.get(f"{slo.app.slo_url}?SAMLRequest=broken"), ada.get(slo.app.slo_url), ada.post(slo.app.slo_url, {}),
    ):  # fmt: skip
        assert (page.status, page.heading) == (400, "BAD REQUEST")
        assert "Bad SAML request" in page.text


def test_an_app_without_single_logout_has_no_slo_endpoint_to_speak_of(
    world: World, sp_key: rsa.RSAPrivateKey
) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    page = ada.get(f"{world.app.slo_url}?{signed_query(logout_request(world), sp_key)}")
    assert (page.status, page.document.xpath("string(//main/@data-code)")) == (400, "idp_slo_off")
    assert ada.get(world.app.slo_url.replace(world.app.info.name, "acme_other_1")).status == 404


def test_a_logout_request_at_the_sso_endpoint_is_a_400_page(slo: World, sp_key: rsa.RSAPrivateKey) -> None:
    ada = signed_in(slo.okta, "ada@acme.test")
    assert ada.get(f"{slo.app.sso_url}?{signed_query(logout_request(slo), sp_key)}").status == 400


def take_part(world: World, binding: str) -> None:
    world.okta.org.update_app(
        world.app.id, participate_slo=True, participate_slo_url="http://localhost:9/saml/logout-request",
        participate_slo_binding=binding,
    )  # fmt: skip


def _frames(page: Page) -> list[str]:
    return [str(src) for src in page.document.xpath("//iframe/@src")]


@pytest.mark.parametrize("binding", ["POST", "REDIRECT"])
def test_sign_out_sends_each_app_of_the_session_a_logout_request_in_a_frame(
    world: World, binding: str
) -> None:
    take_part(world, binding)
    ada = signed_in(world.okta, "ada@acme.test")
    ada.get(world.app.embed_link)
    page = ada.get("/app/UserHome").press("Sign out")
    assert page.heading == "Signing out of your apps"
    assert page.document.xpath("string(//iframe/@title)") == "Signing out of Notes"
    assert page.document.xpath("string(//form[@id='appForm']/@action)") == "/login/login.htm"
    (frame,) = _frames(page)
    carried = ada.get(frame, follow=False)
    if binding == "POST":
        assert (
            carried.document.xpath("string(//form[@id='appForm']/@action)")
            == "http://localhost:9/saml/logout-request"
        )
        request = etree.fromstring(base64.b64decode(fields_of(carried)["SAMLRequest"]))
    else:
        assert carried.status == 302
        location = carried.headers["Location"]
        assert location.startswith("http://localhost:9/saml/logout-request?SAMLRequest=")
        encoded = re.search(r"SAMLRequest=([^&]*)", location)
        assert encoded
        from urllib.parse import unquote

        request = etree.fromstring(zlib.decompress(base64.b64decode(unquote(encoded[1])), -15))
    assert request.findtext("a:NameID", namespaces=NS) == "ada@acme.test"
    assert ada.get("/app/UserHome").heading == "Sign In"


def test_sign_out_goes_straight_on_where_no_app_takes_part(world: World) -> None:
    ada = signed_in(world.okta, "ada@acme.test")
    ada.get(world.app.embed_link)
    assert ada.get("/app/UserHome").press("Sign out").heading == "Sign In"


def asked_in_frame(world: World, ada: Visitor) -> etree._Element:
    """The LogoutRequest that Okta sends to the app when Ada, who used it, signs out of Okta."""
    ada.get(world.app.embed_link)
    frame = ada.get(_frames(ada.get("/app/UserHome").press("Sign out"))[0])
    return etree.fromstring(base64.b64decode(fields_of(frame)["SAMLRequest"]))


def answer_to(request_id: str, status: str) -> dict[str, str]:
    xml = (
        f'<p:LogoutResponse xmlns:p="{NS["p"]}" xmlns:a="{NS["a"]}" ID="_r" Version="2.0" InResponseTo="{request_id}" '
        f'IssueInstant="2026-01-01T00:00:00Z"><a:Issuer>{AUDIENCE}</a:Issuer><p:Status><p:StatusCode '
        f'Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></p:Status></p:LogoutResponse>'
    )
    return {"SAMLResponse": base64.b64encode(xml.encode()).decode()}


@pytest.mark.parametrize(
    ("status", "heading"), [("Success", "Signed out of Notes"), ("Responder", "Still signed in to Notes")]
)
def test_the_callback_takes_an_app_s_answer(world: World, status: str, heading: str) -> None:
    take_part(world, "POST")
    ada = signed_in(world.okta, "ada@acme.test")
    request = asked_in_frame(world, ada)
    cross_site = {"Origin": "http://localhost:9", "Sec-Fetch-Site": "cross-site"}
    callback = f"{world.app.slo_url}/callback"
    page = ada.post(callback, answer_to(request.get("ID", ""), status), headers=cross_site)
    assert (page.status, page.heading) == (200, heading)
    again = ada.post(callback, answer_to(request.get("ID", ""), status), headers=cross_site)
    assert again.status == 400


@pytest.mark.parametrize("fields", [{}, {"SAMLResponse": "broken"}, answer_to("_unknown", "Success")])
def test_an_answer_that_nobody_waits_for_is_a_400_page(
    world: World, visitor: Visitor, fields: dict[str, str]
) -> None:
    assert visitor.post(f"{world.app.slo_url}/callback", fields).status == 400


def test_a_logout_that_one_app_asks_for_tells_the_others_first(slo: World, sp_key: rsa.RSAPrivateKey) -> None:
    other = slo.okta.create_saml_app("Zeta", acs_url="http://localhost:9/z", audience="zeta")
    other.assign(slo.ada)
    slo.okta.org.update_app(other.id, participate_slo=True, participate_slo_url="http://localhost:9/z/logout")
    ada = signed_in(slo.okta, "ada@acme.test")
    for app in (slo.app, other):
        ada.get(app.embed_link)
    page = ada.get(f"{slo.app.slo_url}?{signed_query(logout_request(slo), sp_key)}")
    assert page.document.xpath("//iframe/@title") == ["Signing out of Zeta"]
    assert page.document.xpath("string(//form[@id='appForm']/@action)") == SLO
    assert status_of(page) == "Success"


def test_the_sign_on_tab_shows_the_sign_out_url_once_single_logout_is_on(slo: World, admin: Visitor) -> None:
    page = admin.get(f"/admin/app/{slo.app.info.name}/instance/{slo.app.id}/sign-on")
    assert page.value("Sign out URL") == slo.app.slo_url
    page = page.follow("View SAML setup instructions")
    assert page.value("Identity Provider Single Logout URL") == slo.app.slo_url
    settings = dataclasses.replace(slo.app.settings, slo_enabled=False)
    slo.okta.org.update_app(slo.app.id, settings=settings)
    page = admin.get(f"/admin/app/{slo.app.info.name}/instance/{slo.app.id}/sign-on")
    assert "Sign out URL" not in page.text
