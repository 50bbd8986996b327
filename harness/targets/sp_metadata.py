"""Reading an SP's metadata: the names, addresses and keys that the Okta side of a login needs."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from fake_idp.saml.names import BINDING_POST, NS_DS, NS_MD
from fake_idp.saml.xml import XmlRefused, parse
from harness.targets.errors import SetUpError

_N = {"md": NS_MD, "ds": NS_DS}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One service address."""

    binding: str
    location: str
    response_location: str = ""
    index: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SpMetadata:
    """What an SP says about itself, in its metadata or in the target file."""

    entity_id: str
    acs: tuple[Endpoint, ...]
    slo: tuple[Endpoint, ...] = ()
    signing_certificates: tuple[x509.Certificate, ...] = ()
    encryption_certificates: tuple[x509.Certificate, ...] = ()
    want_assertions_signed: bool = False
    authn_requests_signed: bool = False
    xml: bytes = b""
    """Empty when the names were given by hand."""

    @property
    def acs_url(self) -> str:
        """The assertion consumer service that a response goes to when the request names none."""
        post = [endpoint for endpoint in self.acs if endpoint.binding == BINDING_POST] or list(self.acs)
        return next((endpoint for endpoint in post if endpoint.is_default), post[0]).location

    @property
    def acs_urls(self) -> tuple[str, ...]:
        """Every address that takes responses."""
        return tuple(endpoint.location for endpoint in self.acs)

    def slo_endpoint(self, binding: str) -> Endpoint | None:
        """The logout endpoint of a binding."""
        return next((endpoint for endpoint in self.slo if endpoint.binding == binding), None)


def by_hand(entity_id: str, acs_url: str, slo_url: str = "") -> SpMetadata:
    """What a target file says of an SP that publishes no metadata."""
    slo = (Endpoint(BINDING_POST, slo_url),) if slo_url else ()
    return SpMetadata(entity_id, (Endpoint(BINDING_POST, acs_url, index=0, is_default=True),), slo)


def read_sp_metadata(xml: bytes, source: str) -> SpMetadata:
    """Read a document that came from ``source`` (a URL or a file, for messages).

    :raises SetUpError: when it is no metadata of a SAML 2.0 service provider.
    """
    try:
        root = parse(xml)
    except XmlRefused as refusal:
        raise _unusable(source, f"it cannot be read as XML: {refusal}", xml) from refusal
    if root.tag == f"{{{NS_MD}}}EntitiesDescriptor":
        entities = root.findall("md:EntityDescriptor", _N)
        root = next(
            (entity for entity in entities if entity.find("md:SPSSODescriptor", _N) is not None), root
        )
    role = root.find("md:SPSSODescriptor", _N)
    if root.tag != f"{{{NS_MD}}}EntityDescriptor" or role is None:
        raise _unusable(source, "it describes no service provider", xml)
    entity_id, acs = root.get("entityID", ""), _endpoints(role, "AssertionConsumerService")
    if not entity_id or not acs:
        raise _unusable(source, "entityID or AssertionConsumerService is missing", xml)
    return SpMetadata(
        entity_id,
        acs,
        _endpoints(role, "SingleLogoutService"),
        _certificates(role, "signing"),
        _certificates(role, "encryption"),
        role.get("WantAssertionsSigned") in ("true", "1"),
        role.get("AuthnRequestsSigned") in ("true", "1"),
        xml,
    )


def _unusable(source: str, why: str, xml: bytes) -> SetUpError:
    return SetUpError(
        "sp_metadata",
        f"the metadata of the SP at {source} cannot be used: {why}",
        expected="an EntityDescriptor with an SPSSODescriptor, its entityID and an AssertionConsumerService",
        received=xml[:80].decode("utf-8", "replace") or "nothing",
        advice="correct `metadata` in the target file, or give entity_id and acs_url by hand",
    )


def _endpoints(role: etree._Element, name: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            element.get("Binding", ""),
            element.get("Location", ""),
            element.get("ResponseLocation", ""),
            int(element.get("index", "")) if element.get("index", "").isdigit() else None,
            element.get("isDefault") in ("true", "1"),
        )
        for element in role.findall(f"md:{name}", _N)
    )


def _certificates(role: etree._Element, use: str) -> tuple[x509.Certificate, ...]:
    found = []
    for descriptor in role.findall("md:KeyDescriptor", _N):
        if descriptor.get("use", use) == use:
            for element in descriptor.iter(f"{{{NS_DS}}}X509Certificate"):
                found.append(_certificate(element.text or ""))
    return tuple(certificate for certificate in found if certificate is not None)


def _certificate(text: str) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text))
    except ValueError:
        return None
