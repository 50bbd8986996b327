"""From a checked entity element to the IdP that the SP keeps."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from harness.reference_sp import xml
from harness.reference_sp.certificates import read_certificate
from harness.reference_sp.idp import Endpoint, IdentityProvider
from harness.reference_sp.metadata.upload import MetadataTools
from harness.reference_sp.names import BINDING_POST, BINDING_REDIRECT, SAMLP, ds, md
from harness.reference_sp.need import need
from harness.reference_sp.xml import Element

USABLE_BINDINGS = (BINDING_REDIRECT, BINDING_POST)


def idp_role(entity: Element) -> Element | None:
    """The entity's IdP role for SAML 2.0; roles for other protocols do not count (SAML Metadata 2.4.1)."""
    for role in entity.findall(md("IDPSSODescriptor")):
        if SAMLP in role.get("protocolSupportEnumeration", "").split():
            return role
    return None


def endpoints(role: Element, name: str) -> dict[str, Endpoint]:
    """Binding to endpoint; the first one of each binding counts."""
    found: dict[str, Endpoint] = {}
    for element in role.findall(md(name)):
        binding, location = element.get("Binding", ""), element.get("Location", "")
        found.setdefault(binding, Endpoint(location, element.get("ResponseLocation", "")))
    return found


def valid_until(entity: Element, role: Element) -> datetime | None:
    """The nearest validUntil of the role and everything around it.

    :raises ValueRefused: when one is no time.
    """
    around = [role, entity, *entity.iterancestors()]
    times = [
        xml.read_time(element.get("validUntil"))
        for element in around
        if element.get("validUntil") is not None
    ]
    return min(times, default=None)


def read_idp(entity: Element, tools: MetadataTools, *, first_key_only: bool = False) -> IdentityProvider:
    """The IdP that ``entity`` describes. The entity has passed the import checks."""
    role = need(idp_role(entity), "it was checked at import")
    certificates = tuple(read_certificate(text) for text in tools.signing_certificates(role))
    return IdentityProvider(
        entity_id=entity.get("entityID", ""),
        sso=endpoints(role, "SingleSignOnService"),
        slo={b: e for b, e in endpoints(role, "SingleLogoutService").items() if b in USABLE_BINDINGS},
        certificates=certificates[:1] if first_key_only else certificates,
        name_id_formats=tuple(xml.text_of(element).strip() for element in role.findall(md("NameIDFormat"))),
        wants_signed_requests=role.get("WantAuthnRequestsSigned", "").strip() in ("true", "1"),
        valid_until=valid_until(entity, role),
        signed=entity.find(ds("Signature")) is not None,
    )


@lru_cache(maxsize=64)
def stored_idp(
    data: bytes, entity_id: str, encodings: tuple[str, ...], first_key_only: bool, tools: MetadataTools
) -> IdentityProvider:
    """The IdP of metadata that was imported before: read again, not checked again."""
    root = tools.parse(data, encodings=encodings)
    for entity in root.iter(md("EntityDescriptor")):
        if entity.get("entityID") == entity_id:
            return read_idp(entity, tools, first_key_only=first_key_only)
    raise LookupError(f"the stored metadata does not describe {entity_id!r}")
