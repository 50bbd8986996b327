"""Messages as SPs write them, with their own prefixes and layout."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from fake_idp.saml.bindings import deflate
from fake_idp.saml.keys import SigningKey

AUTHN_REQUEST = """<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_req1" Version="2.0"
  IssueInstant="2026-03-29T07:42:20Z" Destination="http://127.0.0.1:8080/app/x/exk/sso/saml" ForceAuthn="true"
  IsPassive="0" AssertionConsumerServiceURL="http://localhost:9000/saml/acs" AssertionConsumerServiceIndex="3"
  ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" ProviderName="Nine">
  <saml:Issuer
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"> http://localhost:9000/saml/<!-- x -->metadata </saml:Issuer>
  <saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
    <saml:NameID>ada@acme.test</saml:NameID></saml:Subject>
  <samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" AllowCreate="true"
    SPNameQualifier="q"/>
  <samlp:RequestedAuthnContext Comparison="minimum">
    <saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">urn:a</saml:AuthnContextClassRef>
    <saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">urn:b</saml:AuthnContextClassRef>
  </samlp:RequestedAuthnContext>
</samlp:AuthnRequest>"""

SHORT_REQUEST = '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="a1" Version="2.0"/>'

LOGOUT_REQUEST = """<LogoutRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_lo1" Version="2.0"
  IssueInstant="2026-03-29T07:42:20.5+02:00" NotOnOrAfter="2026-03-29T07:47:20"
  Reason="urn:oasis:names:tc:SAML:2.0:logout:user">
  <Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">sp</Issuer>
  <NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:f">ada@acme.test</NameID>
  <SessionIndex>one</SessionIndex><SessionIndex>two</SessionIndex>
</LogoutRequest>"""


def encode(xml: str | bytes) -> str:
    """As in an HTTP-POST form field."""
    return base64.b64encode(xml.encode() if isinstance(xml, str) else xml).decode()


def redirect(xml: str | bytes, relay_state: str | None = None) -> str:
    """The query string of an unsigned HTTP-Redirect request."""
    message = base64.b64encode(deflate(xml.encode() if isinstance(xml, str) else xml))
    query = f"SAMLRequest={quote_plus(message)}"
    return query if relay_state is None else f"{query}&RelayState={quote_plus(relay_state)}"


class LegacySigner(XMLSigner):
    """signxml's signer without its ban on SHA-1, which SPs still use."""

    def check_deprecated_methods(self) -> None:
        """Let SHA-1 pass."""


def sign(
    xml: str,
    key: SigningKey,
    method: str = "RSA_SHA256",
    digest: str = "SHA256",
    *,
    reference: str | None = None,
) -> bytes:
    """An enveloped signature by signxml, right after the Issuer."""
    root = etree.fromstring(xml)
    issuer = root.find("{*}Issuer")
    place = etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", {"Id": "placeholder"})
    if issuer is not None:
        issuer.addnext(place)
    else:
        root.insert(0, place)
    signer = LegacySigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod[method],
        digest_algorithm=DigestAlgorithm[digest],
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    signed = signer.sign(
        root,
        key=key.private_key,
        cert=[key.certificate],
        reference_uri=reference or root.get("ID"),
        id_attribute="ID",
    )
    return etree.tostring(signed)
