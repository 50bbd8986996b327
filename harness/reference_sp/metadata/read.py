"""From a checked entity element to the IdP that the SP keeps."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from harness.reference_sp import xml
from harness.reference_sp.certificates import load_certificate
from harness.reference_sp.idp import Endpoint, IdentityProvider
from harness.reference_sp.names import SAMLP, ds, md
from harness.reference_sp.need import need
from harness.reference_sp.xml import Element


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


def signing_certificate_texts(role: Element, *, any_use: bool = False) -> list[str]:
    """The certificates of the keys for signing: those of that use, and those without a use (2.4.1.1)."""
    texts: list[str] = []
    for descriptor in role.findall(md("KeyDescriptor")):
        if any_use or descriptor.get("use", "signing") == "signing":
            texts.extend(xml.text_of(element) for element in descriptor.iter(ds("X509Certificate")))
    return list(dict.fromkeys("".join(text.split()) for text in texts))


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


def read_idp(entity: Element, *, first_key_only: bool = False, any_use: bool = False) -> IdentityProvider:
    """The IdP that ``entity`` describes. The entity has passed the import checks."""
    role = need(idp_role(entity), "it was checked at import")
    texts = signing_certificate_texts(role, any_use=any_use)
    certificates = tuple(load_certificate(text) for text in texts)
    return IdentityProvider(
        entity_id=entity.get("entityID", ""),
        sso=endpoints(role, "SingleSignOnService"),
        slo=endpoints(role, "SingleLogoutService"),
        certificates=certificates[:1] if first_key_only else certificates,
        name_id_formats=tuple(xml.text_of(element).strip() for element in role.findall(md("NameIDFormat"))),
        wants_signed_requests=role.get("WantAuthnRequestsSigned", "").strip() in ("true", "1"),
        valid_until=valid_until(entity, role),
        signed=entity.find(ds("Signature")) is not None,
    )


@lru_cache(maxsize=64)
def stored_idp(
    data: bytes,
    entity_id: str,
    encodings: tuple[str, ...],
    first_key_only: bool,
    any_use: bool,
    allow_dtd: bool,
) -> IdentityProvider:
    """The IdP of metadata that was imported before: read again, not checked again."""
    root = xml.parse(data, encodings=encodings, allow_dtd=allow_dtd)
    for entity in root.iter(md("EntityDescriptor")):
        if entity.get("entityID") == entity_id:
            return read_idp(entity, first_key_only=first_key_only, any_use=any_use)
    raise LookupError(f"the stored metadata does not describe {entity_id!r}")
