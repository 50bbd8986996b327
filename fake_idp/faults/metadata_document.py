"""Faults of the metadata document: its signature, its XML, and documents that are no metadata at all."""

from __future__ import annotations

import re
from collections.abc import Callable

from fake_idp.faults.edit import OTHER_IDP
from fake_idp.faults.registry import on, register
from fake_idp.faults.signature_references import listener
from fake_idp.faults.xml_documents import before_root
from fake_idp.saml.metadata import MetadataWire, sign_metadata
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext
from fake_idp.saml.signature import remove_signature
from fake_idp.saml.xml import wire

SIGNATURE = "Kantara IIP-MD03; SAML Metadata 4.3.3.2, lines 1430-1431"
XML = "Kantara IIP-G03; OWASP XXE prevention cheat sheet"


def finish(published: MetadataWire) -> bytes:
    """The bytes as they would be published now."""
    if published.xml is None:
        if published.sign_with:
            sign_metadata(published.tree, published.sign_with)
        published.xml = wire(published.tree)
    return published.xml


@on("metadata", "md-signature-bad", source=SIGNATURE)
def metadata_tampered(published: MetadataWire) -> None:
    """The SSO endpoint was changed after signing."""
    published.xml = finish(published).replace(b"/sso/saml", b"/sso/saml2")


@on("metadata", "md-signature-bad", source=SIGNATURE)
def metadata_signed_by_unknown_key(published: MetadataWire, context: FaultContext) -> None:
    """The metadata is signed with a key that nobody trusts."""
    published.sign_with = context.foreign_key


@on("metadata", "md-signature-bad", source=SIGNATURE)
def metadata_signature_removed(published: MetadataWire) -> None:
    """The metadata is not signed."""
    published.sign_with = None


@on("metadata", "md-signature-bad", source=SIGNATURE)
def metadata_wrapped(published: MetadataWire, context: FaultContext) -> None:
    """The signed metadata hides in the Extensions of forged metadata with the attacker's key and its Signature."""
    key = published.sign_with or context.signing.key
    genuine = published.tree.copy()
    sign_metadata(genuine, key)
    forged = published.tree
    forged.set("ID", f"{genuine.get('ID')}0")
    forged.one("ds:X509Certificate").text = context.foreign_key.certificate_b64_wrapped
    signature = remove_signature(genuine)
    assert signature is not None  # noqa: S101 - signed three lines above
    forged.children[:0] = [signature, Element("md:Extensions", {}, [genuine])]
    published.sign_with = None


def _document(
    fault_id: str, title: str, change: Callable[[bytes, FaultContext], bytes], requirement: str, source: str,
    *, consent: bool = False,
) -> None:  # fmt: skip
    def apply(published: MetadataWire, context: FaultContext) -> None:
        published.xml = change(finish(published), context)

    register(fault_id, title, "metadata", apply, requirement, source=source, consent=consent)


def _external_entity(xml: bytes, context: FaultContext) -> bytes:
    url = listener(context, "metadata-external-entity")
    declared = f'<!DOCTYPE md:EntityDescriptor [<!ENTITY x SYSTEM "{url}">]>'
    return before_root(xml.replace(b"</md:NameIDFormat>", b"&x;</md:NameIDFormat>", 1), declared)


def _expansion(xml: bytes, _context: FaultContext) -> bytes:
    levels = ['<!ENTITY x0 "lol">'] + [f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 8)]
    declared = f"<!DOCTYPE md:EntityDescriptor [{''.join(levels)}]>"
    return before_root(xml.replace(b"</md:NameIDFormat>", b"&x7;</md:NameIDFormat>", 1), declared)


def _certificate_in_pem(xml: bytes, _context: FaultContext) -> bytes:
    body = re.search(
        rb"<ds:X509Certificate>([^<]*)</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:", xml
    )
    return (
        b"-----BEGIN CERTIFICATE-----\n" + (body.group(1) if body else b"") + b"\n-----END CERTIFICATE-----\n"
    )


_document(
    "metadata-doctype",
    "The metadata has a DOCTYPE, and nothing in it.",
    lambda xml, _: before_root(xml, "<!DOCTYPE md:EntityDescriptor>"),
    "md-xxe",
    XML,
)
_document(
    "metadata-external-entity",
    "A NameIDFormat ends in an entity that is to be fetched by http.",
    _external_entity,
    "md-xxe",
    XML,
)
_document(
    "metadata-entity-expansion",
    "Seven levels of entities: 30 MB, should somebody expand them.",
    _expansion,
    "md-xxe",
    XML,
    consent=True,
)
_document(
    "metadata-50-mb",
    "A comment of 50 MB follows the metadata.",
    lambda xml, _: xml + b"<!--" + b"x" * 50_000_000 + b"-->",
    "md-xxe",
    XML,
    consent=True,
)
_FAILED = ("md-refresh-failure", "Kantara IIP-MD02")
_document("metadata-empty", "The metadata is empty.", lambda _xml, _: b"", *_FAILED)
_document(
    "metadata-truncated",
    "The second half of the metadata is missing.",
    lambda xml, _: xml[: len(xml) // 2],
    *_FAILED,
)
_document(
    "metadata-html-page",
    "Instead of metadata there is a page that asks to sign in.",
    lambda _xml, _: (
        b"<!DOCTYPE html><html><head><title>Sign In</title></head><body><form></form></body></html>"
    ),
    *_FAILED,
)
_document(
    "metadata-certificate-only",
    "Instead of metadata there is the certificate in PEM.",
    _certificate_in_pem,
    "md-basic",
    "A mistake at set-up: the wrong download",
)
_document(
    "metadata-utf8-bom",
    "A byte order mark precedes the metadata, as some editors save it.",
    lambda xml, _: b"\xef\xbb\xbf" + xml,
    "xml-encodings",
    "XML 1.0, section 4.3.3",
)
_document(
    "metadata-utf16",
    "The metadata is UTF-16, and says so.",
    lambda xml, _: xml.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"', 1).encode("utf-16"),
    "xml-encodings",
    "XML 1.0, section 4.3.3",
)


@on("metadata", "md-entities-descriptor", source="SAML Metadata 2.3.1")
def metadata_two_entities(published: MetadataWire) -> None:
    """The document has two EntityDescriptor roots: another IdP's follows."""
    other = finish(published).replace(published.tree.get("entityID").encode(), OTHER_IDP.encode())
    published.xml = finish(published) + other.partition(b"?>")[2]
