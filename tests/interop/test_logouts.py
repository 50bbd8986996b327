"""Logout messages between FakeOkta and the SPs whose libraries know them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from fake_idp import FakeOkta
from fake_idp.saml.bindings import redirect_url
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import LogoutRequest, read_redirect, verify_request_signature
from fake_idp.saml.pipeline import SigningOptions
from tests.interop.conftest import Site
from tests.interop.running import Visitor, query_of

pytestmark = pytest.mark.parametrize(
    "site", ["sp_pysaml2", "sp_python3_saml"], indirect=True, scope="session"
)
"""minisaml knows no logout."""
QUERY_SIGNATURE_UNREAD = {"pysaml2"}
"""pysaml2 as an SP does not verify the Signature parameter of logout messages by HTTP-Redirect (it has no setting)."""
POST_TOO = {"pysaml2"}
"""python3-saml takes logout messages by HTTP-Redirect alone."""


@pytest.fixture(scope="module", autouse=True)
def single_logout(site: Site) -> None:
    """The app has single logout, and the SP knows."""
    certificate = (site.sp.data / "sp.crt").read_text()
    site.app.update(
        slo_enabled=True,
        slo_logout_url=site.sp.slo_url,
        slo_issuer=site.sp.entity_id,
        sp_certificate=certificate,
    )
    site.sp.configure(site.app.metadata.bytes)


def signed_in(site: Site) -> Visitor:
    """A browser with a session at the SP."""
    visitor = site.visitor()
    visitor.deliver(site.app.sign_in(site.ada).saml_response)
    assert "ada@acme.test" in visitor.who(), site.sp.log
    return visitor


def start_logout(visitor: Visitor) -> tuple[str, LogoutRequest]:
    """Log out at the SP; the URL at Okta that follows, and the request in it."""
    url = visitor.get("/logout").headers["Location"]
    message = read_redirect(url.partition("?")[2])
    assert isinstance(message, LogoutRequest)
    return url, message


def test_the_sps_logout_request_is_signed_and_names_the_session(site: Site) -> None:
    visitor = signed_in(site)

    url, message = start_logout(visitor)

    assert url.startswith(site.app.slo_url)
    certificate = x509.load_pem_x509_certificate((site.sp.data / "sp.crt").read_bytes())
    verify_request_signature(message, [certificate])
    assert message.name_id == "ada@acme.test"
    assert len(message.session_indexes) == 1
    assert visitor.who() == ""


def _logout_response(
    site: Site, message: LogoutRequest, signing: SigningOptions | None, okta: FakeOkta
) -> bytes:
    claims = LogoutResponseClaims(
        id="id123456789012345678901234",
        issue_instant=okta.clock.now(),
        destination=site.sp.slo_url,
        issuer=site.app.entity_id,
        in_response_to=message.id,
    )
    return build_logout_response(claims, signing)


@pytest.mark.parametrize("honest", [True, False])
def test_oktas_logout_response_by_redirect_is_understood_unless_it_was_changed(
    site: Site, okta: FakeOkta, honest: bool
) -> None:
    visitor = signed_in(site)
    _url, message = start_logout(visitor)
    response = _logout_response(site, message, None, okta)
    url = redirect_url(site.sp.slo_url, "SAMLResponse", response, "here", sign_with=site.app.key)

    answer = visitor.get(url if honest else url.replace("RelayState=here", "RelayState=elsewhere"))

    accepted = honest or site.name in QUERY_SIGNATURE_UNREAD
    assert answer.status == (302 if accepted else 403), site.sp.log


@pytest.mark.parametrize("honest", [True, False])
def test_oktas_logout_response_by_post_is_understood_unless_it_was_changed(
    site: Site, okta: FakeOkta, honest: bool
) -> None:
    visitor = signed_in(site)
    _url, message = start_logout(visitor)
    response = _logout_response(site, message, SigningOptions(key=site.app.key), okta)
    if not honest:
        response = response.replace(b"status:Success", b"status:Responder")

    answer = visitor.post("/saml/slo", {"SAMLResponse": base64.b64encode(response).decode()})

    assert answer.status == (302 if honest and site.name in POST_TOO else 403), site.sp.log


def _logout_request(site: Site, index: str, signing: SigningOptions | None, okta: FakeOkta) -> bytes:
    claims = LogoutRequestClaims(
        id="id223456789012345678901234",
        issue_instant=okta.clock.now(),
        destination=site.sp.slo_url,
        issuer=site.app.entity_id,
        name_id="ada@acme.test",
        session_indexes=[index],
    )
    return build_logout_request(claims, signing)


def test_oktas_logout_request_by_redirect_ends_the_session_and_is_answered(
    site: Site, okta: FakeOkta
) -> None:
    visitor, other = site.visitor(), signed_in(site)
    signed_on = site.app.sign_in(site.ada)
    visitor.deliver(signed_on.saml_response)
    request = _logout_request(site, str(signed_on.response.claims.session_index), None, okta)

    answer = Visitor(site.sp).get(
        redirect_url(site.sp.slo_url, "SAMLRequest", request, "state", sign_with=site.app.key)
    )

    assert answer.status == 302, site.sp.log
    assert answer.headers["Location"].startswith(site.app.slo_url)
    assert query_of(answer.headers["Location"])["RelayState"] == "state"
    assert visitor.who() == ""
    assert "ada@acme.test" in other.who(), "only the session that was named ends"


def test_a_logout_request_by_redirect_that_was_changed_ends_nothing(site: Site, okta: FakeOkta) -> None:
    visitor = site.visitor()
    signed_on = site.app.sign_in(site.ada)
    visitor.deliver(signed_on.saml_response)
    request = _logout_request(site, str(signed_on.response.claims.session_index), None, okta)
    url = redirect_url(site.sp.slo_url, "SAMLRequest", request, "state", sign_with=site.app.key)

    Visitor(site.sp).get(url.replace("RelayState=state", "RelayState=other"))

    assert ("ada@acme.test" not in visitor.who()) == (site.name in QUERY_SIGNATURE_UNREAD)


@pytest.mark.parametrize("honest", [True, False])
def test_oktas_logout_request_by_post_ends_the_session_unless_it_was_changed(
    site: Site, okta: FakeOkta, honest: bool
) -> None:
    visitor = site.visitor()
    signed_on = site.app.sign_in(site.ada)
    visitor.deliver(signed_on.saml_response)
    signing = SigningOptions(key=site.app.key)
    request = _logout_request(site, str(signed_on.response.claims.session_index), signing, okta)
    if not honest:
        request = request.replace(b'Version="2.0"', b'Version="2.0" Consent="urn:x"')

    answer = Visitor(site.sp).post("/saml/slo", {"SAMLRequest": base64.b64encode(request).decode()})

    ended = honest and site.name in POST_TOO
    assert ("ada@acme.test" not in visitor.who()) == ended, site.sp.log
    if ended:
        form = etree.HTML(answer.data.decode())
        assert form.xpath("//form/@action") == [site.app.slo_url]
        assert form.xpath("//input[@name='SAMLResponse']")


def test_the_sp_publishes_its_key_and_its_logout_address(site: Site, tmp_path: Path) -> None:
    metadata = etree.fromstring(site.visitor().get("/saml/metadata").data)
    names = {"md": "urn:oasis:names:tc:SAML:2.0:metadata"}

    assert site.sp.slo_url in metadata.xpath("//md:SingleLogoutService/@Location", namespaces=names)
    assert metadata.xpath("//md:KeyDescriptor[@use='encryption']", namespaces=names)
