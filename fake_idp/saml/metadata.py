"""IdP metadata in Okta's bytes, and signed metadata for those who want it.

Okta publishes unsigned metadata: no ID, no validUntil, one key, attributes in the order of their names. The
order of elements is that of recorded answers of 2025 and 2026.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from fake_idp.saml.faults import Fault, FaultContext, SigningOptions, apply_faults
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    NAMEID_EMAIL,
    NAMEID_PERSISTENT,
    NAMEID_TRANSIENT,
    NAMEID_UNSPECIFIED,
    NAMEID_X509,
    NS_DS,
    NS_MD,
    NS_SAML2P,
)
from fake_idp.saml.signature import remove_signature, sign_element
from fake_idp.saml.xml import Element, wire

_NAME_ID_FORMATS = {
    NAMEID_UNSPECIFIED: (NAMEID_UNSPECIFIED, NAMEID_EMAIL),
    NAMEID_EMAIL: (NAMEID_EMAIL,),
    NAMEID_PERSISTENT: (NAMEID_EMAIL, NAMEID_PERSISTENT),
    NAMEID_TRANSIENT: (NAMEID_EMAIL, NAMEID_TRANSIENT),
    NAMEID_X509: (NAMEID_EMAIL, NAMEID_X509),
}


def name_id_formats_for(setting: str) -> tuple[str, ...]:
    """The NameIDFormat list for an app's Name ID format: always emailAddress, and the one configured.

    Seen for unspecified, emailAddress and persistent; transient and X.509 follow the same pattern here.
    """
    return _NAME_ID_FORMATS.get(setting, (NAMEID_EMAIL,))


@dataclass(frozen=True, kw_only=True)
class MetadataClaims:
    """What the metadata says. ``slo_url`` is ``None`` when the app has no single logout."""

    entity_id: str
    keys: Sequence[SigningKey]
    name_id_formats: Sequence[str]
    sso_url: str
    slo_url: str | None = None
    want_authn_requests_signed: bool = False


@dataclass(slots=True)
class MetadataWire:
    """What faults of the stage *metadata* change: the tree, the signing key, or the finished bytes."""

    tree: Element
    sign_with: SigningKey | None
    xml: bytes | None = None


def build_metadata(
    claims: MetadataClaims,
    sign_with: SigningKey | None = None,
    *,
    signature_algorithm: str = "RSA_SHA256",
    digest_algorithm: str = "SHA256",
    faults: Sequence[Fault] = (),
    context: FaultContext | None = None,
) -> bytes:
    """The document. With ``sign_with`` it gets an ID and an enveloped signature as its first child."""
    published = MetadataWire(metadata_tree(claims), sign_with)
    if faults:
        if context is None:
            key = sign_with or claims.keys[0]
            context = FaultContext(SigningOptions(key=key), Random(claims.entity_id))  # noqa: S311 - ids
        published = apply_faults("metadata", published, faults, context)
    if published.xml is not None:
        return published.xml
    if published.sign_with:
        sign_metadata(published.tree, published.sign_with, signature_algorithm, digest_algorithm)
    return wire(published.tree)


def metadata_tree(claims: MetadataClaims) -> Element:
    """The unsigned EntityDescriptor."""
    descriptor = Element(
        "md:IDPSSODescriptor",
        {
            "WantAuthnRequestsSigned": "true" if claims.want_authn_requests_signed else "false",
            "protocolSupportEnumeration": NS_SAML2P,
        },
        [key_descriptor(k.certificate_b64_wrapped) for k in claims.keys],
    )
    if claims.slo_url:
        descriptor.children += _endpoints("md:SingleLogoutService", claims.slo_url)
    descriptor.children += [Element("md:NameIDFormat", {}, [f]) for f in claims.name_id_formats]
    descriptor.children += _endpoints("md:SingleSignOnService", claims.sso_url)
    return Element("md:EntityDescriptor", {"entityID": claims.entity_id, "xmlns:md": NS_MD}, [descriptor])


def key_descriptor(certificate_b64_wrapped: str, use: str = "signing") -> Element:
    """A KeyDescriptor around one certificate."""
    data = Element("ds:X509Data", {}, [Element("ds:X509Certificate", {}, [certificate_b64_wrapped])])
    return Element("md:KeyDescriptor", {"use": use}, [Element("ds:KeyInfo", {"xmlns:ds": NS_DS}, [data])])


def sign_metadata(
    tree: Element, key: SigningKey, signature_algorithm: str = "RSA_SHA256", digest_algorithm: str = "SHA256"
) -> None:
    """Sign in place, anew if it is signed already. The ID follows from the content, so it is stable."""
    remove_signature(tree)
    tree.set("ID", None)
    tree.set("ID", f"id{int.from_bytes(hashlib.sha256(wire(tree)).digest()[:10], 'big')}"[:26])
    sign_element(tree, key, signature_algorithm, digest_algorithm)


def _endpoints(name: str, location: str) -> list[Element]:
    return [Element(name, {"Binding": b, "Location": location}) for b in (BINDING_POST, BINDING_REDIRECT)]
