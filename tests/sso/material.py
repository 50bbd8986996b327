"""Messages that an SP sends, and a way to look into what it gets."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from lxml import etree
from signxml.algorithms import SignatureConstructionMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from fake_idp.org.org import Org
from fake_idp.saml.bindings import redirect_url
from fake_idp.saml.keys import SigningKey, new_signing_key
from fake_idp.saml.messages import AuthnRequest, LogoutRequest
from fake_idp.saml.names import NAMESPACES, NS_SAML2, NS_SAML2P
from fake_idp.slo import read_logout_request
from fake_idp.sso import read_request

NOON = "2026-03-01T12:00:00Z"
ACS = "http://localhost:9000/acs"
ENDPOINT = "http://127.0.0.1:8080/app/x/exk/sso/saml"


@cache
def sp_key() -> SigningKey:
    """The SP's own key."""
    return new_signing_key("sp", datetime(2026, 1, 1, tzinfo=UTC))


@cache
def other_key() -> SigningKey:
    """A key that nobody trusts."""
    return new_signing_key("other", datetime(2026, 1, 1, tzinfo=UTC))


def signed_xml(xml: str, key: SigningKey) -> bytes:
    """The message with an enveloped signature, made by signxml."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"
    )
    root = etree.fromstring(xml)
    signed = signer.sign(root, key=key.private_key, cert=[key.certificate], reference_uri=root.get("ID"))
    return etree.tostring(signed)


def request_xml(
    request_id: str = "_r1", *, policy: str | None = None, policy_tag: str = "", **attributes: str
) -> str:
    """An AuthnRequest; ``policy`` is the Format of its NameIDPolicy."""
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    name_id = f'<p:NameIDPolicy Format="{policy}"/>' if policy is not None else policy_tag
    return (
        f'<p:AuthnRequest xmlns:p="{NS_SAML2P}" ID="{request_id}" Version="2.0" IssueInstant="{NOON}"{extra}>'
        f'<a:Issuer xmlns:a="{NS_SAML2}">sp</a:Issuer>{name_id}</p:AuthnRequest>'
    )


def authn_request(
    request_id: str = "_r1", *, relay_state: str | None = None, sign: SigningKey | None = None, **more: Any
) -> AuthnRequest:
    """An AuthnRequest as it comes in by Redirect."""
    url = redirect_url(ENDPOINT, "SAMLRequest", request_xml(request_id, **more).encode(), relay_state, sign)
    return read_request(url.partition("?")[2])


def posted_request(request_id: str = "_r1", *, sign: SigningKey | None = None, **more: Any) -> AuthnRequest:
    """An AuthnRequest as it comes in by POST."""
    xml = request_xml(request_id, **more)
    data = signed_xml(xml, sign) if sign else xml.encode()
    return read_request(saml_request=base64.b64encode(data).decode(), relay_state="state")


def logout_xml(
    name_id: str | None,
    *,
    index: str | None = None,
    issuer: str = "sp",
    instant: str = NOON,
    **attributes: str,
) -> str:
    """A LogoutRequest."""
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    subject = f'<a:NameID xmlns:a="{NS_SAML2}">{name_id}</a:NameID>' if name_id is not None else ""
    session_index = f"<p:SessionIndex>{index}</p:SessionIndex>" if index is not None else ""
    return (
        f'<p:LogoutRequest xmlns:p="{NS_SAML2P}" ID="_lo1" Version="2.0" IssueInstant="{instant}"{extra}>'
        f'<a:Issuer xmlns:a="{NS_SAML2}">{issuer}</a:Issuer>{subject}{session_index}</p:LogoutRequest>'
    )


def logout_request(
    name_id: str | None = "ada@acme.test",
    *,
    sign: SigningKey | None = None,
    binding: str = "Redirect",
    relay_state: str | None = "state",
    **more: Any,
) -> LogoutRequest:
    """A LogoutRequest as it comes in."""
    xml = logout_xml(name_id, **more)
    if binding == "POST":
        data = signed_xml(xml, sign) if sign else xml.encode()
        return read_logout_request(saml_request=base64.b64encode(data).decode(), relay_state=relay_state)
    url = redirect_url(ENDPOINT, "SAMLRequest", xml.encode(), relay_state, sign)
    return read_logout_request(url.partition("?")[2])


def xpath(xml: bytes, path: str) -> Any:
    """What an XPath finds; texts and attributes as text, one result alone."""
    found = etree.fromstring(xml).xpath(path, namespaces=NAMESPACES)
    if isinstance(found, list) and len(found) == 1:
        return str(found[0]) if not isinstance(found[0], etree._Element) else found[0]
    return found


def verified(xml: bytes, certificate: str | x509.Certificate) -> bool:
    """Whether signxml takes the first signature of the document."""
    XMLVerifier().verify(
        etree.fromstring(xml),
        x509_cert=certificate,
        expect_config=SignatureConfiguration(expect_references=1),
    )
    return True


def refusals(org: Org) -> list[str | None]:
    """The reasons of all failed sign-ons in the System Log."""
    return [event.reason for event in org.log("user.authentication.sso", result="FAILURE")]
