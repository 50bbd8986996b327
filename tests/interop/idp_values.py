"""What a library that reads no metadata wants to know of an IdP: its name, its address and its certificates.

Taken from the metadata of an IdP that may be used now: in date, of SAML 2.0, with an address that a browser opens.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from cryptography.x509 import Certificate, load_der_x509_certificate
from defusedxml.ElementTree import fromstring

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SAML_2 = "urn:oasis:names:tc:SAML:2.0:protocol"


@dataclass(frozen=True, slots=True)
class Idp:
    """The three values."""

    entity_id: str
    sso_url: str
    certificates: set[Certificate]


def read_idp(xml: bytes, entity_id: str) -> Idp:
    """The IdP of that name, or the first one where no name is given. ``ValueError``: there is none to be used."""
    entity = _entity(fromstring(xml), entity_id)
    roles = [] if entity is None else entity.findall(f"{MD}IDPSSODescriptor")
    role = next(
        (role for role in roles if SAML_2 in role.get("protocolSupportEnumeration", "").split()), None
    )
    if entity is None or role is None:
        raise ValueError(f"the metadata has no SAML 2.0 IdP {entity_id}".rstrip())
    _in_date(role)
    services = role.findall(f"{MD}SingleSignOnService")
    urls = [service.get("Location", "") for service in services if service.get("Binding") == REDIRECT]
    if not urls or not urls[0].startswith(("https://", "http://")):
        raise ValueError(f"the IdP has no address for HTTP-Redirect, but {urls}")
    certificates = {
        load_der_x509_certificate(b64decode(certificate.text or ""))
        for descriptor in role.findall(f"{MD}KeyDescriptor")
        if descriptor.get("use") in (None, "signing")
        for certificate in descriptor.iter(f"{DS}X509Certificate")
    }
    return Idp(entity.get("entityID", ""), urls[0], certificates)


def _entity(element: Element, entity_id: str) -> Element | None:
    """The entity, alone or in groups, none of which has expired."""
    _in_date(element)
    if element.tag == f"{MD}EntityDescriptor":
        return element if entity_id in ("", element.get("entityID")) else None
    below = (_entity(child, entity_id) for child in element if child.tag.startswith(f"{MD}Entit"))
    return next((found for found in below if found is not None), None)


def _in_date(element: Element) -> None:
    until = element.get("validUntil")
    if until and datetime.fromisoformat(until) <= datetime.now(UTC):
        raise ValueError(f"{element.tag.removeprefix(MD)} was valid until {until}")
