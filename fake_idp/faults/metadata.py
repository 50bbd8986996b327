"""Faults of the IdP's metadata: keys, entity and validity; the document is signed as usual afterwards."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from fake_idp.faults.edit import FOREIGN_NS, OTHER_IDP, foreign_element
from fake_idp.faults.registry import on
from fake_idp.saml.keys import SigningKey, wrap_base64
from fake_idp.saml.metadata import MetadataWire, key_descriptor
from fake_idp.saml.names import BINDING_POST, NS_MD
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

ROLE = "md:IDPSSODescriptor"
KEY = "md:KeyDescriptor"


def role_of(published: MetadataWire) -> Element:
    """The IdP role of the metadata."""
    return published.tree.one(ROLE)


# -- keys


def second_key(context: FaultContext) -> SigningKey:
    """The further key: ``data["second_key"]``, else one that no org uses."""
    given = context.data.get("second_key")
    return given if isinstance(given, SigningKey) else context.foreign_key


@on("metadata", "md-multiple-signing-keys", "md-key-rollover", source="Kantara IIP-MD07; Errata E68")
def metadata_second_key_last(published: MetadataWire, context: FaultContext) -> None:
    """A second signing key, ``data["second_key"]``, follows the first."""
    added = key_descriptor(second_key(context).certificate_b64_wrapped)
    role_of(published).insert_after(role_of(published).one(KEY), added)


@on("metadata", "md-multiple-signing-keys", "md-key-rollover", source="Kantara IIP-MD07; Errata E68")
def metadata_second_key_first(published: MetadataWire, context: FaultContext) -> None:
    """A second signing key, ``data["second_key"]``, precedes the first."""
    added = key_descriptor(second_key(context).certificate_b64_wrapped)
    role_of(published).insert_before(role_of(published).one(KEY), added)


@on("metadata", "md-key-rollover", source="Kantara IIP-MD02, IIP-MD07")
def metadata_key_replaced(published: MetadataWire, context: FaultContext) -> None:
    """The only signing key is ``data["second_key"]``."""
    _set_certificate(published, second_key(context).certificate_b64_wrapped)


def _set_certificate(published: MetadataWire, wrapped: str) -> None:
    role_of(published).one("ds:X509Certificate").text = wrapped


@on("metadata", "md-keydescriptor-no-use", source="SAML Metadata 2.4.1.1, lines 615-617; Errata E62")
def metadata_key_without_use(published: MetadataWire) -> None:
    """The KeyDescriptor does not say what the key is for."""
    role_of(published).one(KEY).set("use", None)


@on("metadata", "md-encryption-key-not-signing", source="SAML Metadata 2.4.1.1, lines 615-617; Errata E62")
def metadata_key_for_encryption_only(published: MetadataWire, context: FaultContext) -> None:
    """A second key, ``data["second_key"]``, is published for encryption only."""
    added = key_descriptor(second_key(context).certificate_b64_wrapped, use="encryption")
    role_of(published).insert_after(role_of(published).one(KEY), added)


def published_certificate(published: MetadataWire) -> x509.Certificate:
    """The certificate in the metadata."""
    text = role_of(published).one("ds:X509Certificate").text
    return x509.load_der_x509_certificate(base64.b64decode(text))


def _certify(published: MetadataWire, key: RSAPublicKey, context: FaultContext, start: int, end: int) -> str:
    """A certificate for ``key``, named as the published one, valid from and to these days from now; wrapped."""
    model, now = published_certificate(published), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.issuer)
        .serial_number(model.serial_number)
        .not_valid_before(now + timedelta(days=start))
        .not_valid_after(now + timedelta(days=end))
        .public_key(key)
        .sign(
            context.foreign_key.private_key, hashes.SHA256()
        )  # metadata readers take the key, not the issuer
    )
    return wrap_base64(certificate.public_bytes(serialization.Encoding.DER))


def _dated(published: MetadataWire, context: FaultContext, start: int, end: int) -> None:
    key = published_certificate(published).public_key()
    assert isinstance(key, RSAPublicKey)  # noqa: S101 - Okta's keys are
    _set_certificate(published, _certify(published, key, context, start, end))


@on("metadata", "md-expired-certificate", source="Kantara IIP-MD12")
def metadata_certificate_expired(published: MetadataWire, context: FaultContext) -> None:
    """The certificate of the (right) key expired last year."""
    _dated(published, context, -730, -365)


@on("metadata", "md-expired-certificate", source="Kantara IIP-MD12")
def metadata_certificate_not_yet_valid(published: MetadataWire, context: FaultContext) -> None:
    """The certificate of the (right) key begins next year."""
    _dated(published, context, 365, 730)


@on("metadata", "md-several-certs-in-keyinfo", source="Errata E69")
def metadata_two_certificates_in_keyinfo(published: MetadataWire, context: FaultContext) -> None:
    """One KeyDescriptor holds two certificates, the second is that of ``data["second_key"]``."""
    certificate = Element("ds:X509Certificate", {}, [second_key(context).certificate_b64_wrapped])
    role_of(published).one("ds:X509Data").append(certificate)


@on("metadata", "md-several-certs-in-keyinfo", source="Errata E69")
def metadata_key_value_only(published: MetadataWire) -> None:
    """The key is published as a bare RSAKeyValue, without a certificate."""
    key = published_certificate(published).public_key()
    assert isinstance(key, RSAPublicKey)  # noqa: S101 - Okta's keys are
    numbers = key.public_numbers()
    parts = [
        Element(f"ds:{name}", {}, [_unsigned(value)])
        for name, value in (("Modulus", numbers.n), ("Exponent", numbers.e))
    ]
    value = Element("ds:KeyValue", {}, [Element("ds:RSAKeyValue", {}, parts)])
    role_of(published).one("ds:KeyInfo").children = [value]


def _unsigned(number: int) -> str:
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


@on("metadata", "sig-weak-key", source="saml2int SDP-MD06")
def metadata_weak_key(published: MetadataWire, context: FaultContext) -> None:
    """The only key is one of 1024 bits; it is left in ``data["weak_key"]`` for signing."""
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the fault
    wrapped = _certify(published, weak.public_key(), context, -1, 365)
    certificate = x509.load_der_x509_certificate(base64.b64decode(wrapped))
    context.data["weak_key"] = SigningKey(weak, certificate, "weak", datetime.now(UTC))
    _set_certificate(published, wrapped)


@on("metadata", "md-basic", source="Kantara IIP-MD06")
def metadata_no_signing_key(published: MetadataWire) -> None:
    """There is no KeyDescriptor."""
    role_of(published).remove(role_of(published).one(KEY))


@on("metadata", "md-basic", source="Kantara IIP-MD06")
def metadata_certificate_garbage(published: MetadataWire) -> None:
    """What should be a certificate is a sentence in base64."""
    _set_certificate(published, base64.b64encode(b"this is not a certificate").decode())


# -- entity and role


@on("metadata", "md-wrong-entityid", source="SAML Metadata 2.3.2, lines 371-373")
def metadata_other_entity_id(published: MetadataWire) -> None:
    """The metadata is that of another entity ID."""
    published.tree.set("entityID", OTHER_IDP)


@on("metadata", "md-wrong-entityid", source="SAML Metadata 2.3.2")
def metadata_entity_id_missing(published: MetadataWire) -> None:
    """The EntityDescriptor has no entityID."""
    published.tree.set("entityID", None)


@on("metadata", "md-no-idp-role", source="SAML Metadata 2.3.2, lines 389-395")
def metadata_sp_only(published: MetadataWire) -> None:
    """The metadata describes an SP and no IdP."""
    role = Element(
        "md:SPSSODescriptor",
        {"protocolSupportEnumeration": role_of(published).get("protocolSupportEnumeration")},
        [
            Element(
                "md:AssertionConsumerService",
                {"Binding": BINDING_POST, "Location": "https://other-sp.example.test/acs", "index": "0"},
            )
        ],
    )
    published.tree.replace(role_of(published), role)


@on("metadata", "md-no-idp-role", source="SAML Metadata 2.4.1, lines 563-566")
def metadata_no_saml2_protocol(published: MetadataWire) -> None:
    """The IdP role supports SAML 1.1 and not 2.0."""
    role_of(published).set("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:1.1:protocol")


def _among_others(published: MetadataWire, *, nested: bool) -> None:
    other = published.tree.copy()
    other.set("entityID", OTHER_IDP)
    inner: list[Element] = [other, published.tree]
    group = Element("md:EntitiesDescriptor", {"xmlns:md": NS_MD}, inner)
    published.tree = Element("md:EntitiesDescriptor", {"xmlns:md": NS_MD}, [group]) if nested else group


@on("metadata", "md-entities-descriptor", source="Kantara IIP-MD02")
def metadata_entities_descriptor(published: MetadataWire) -> None:
    """An EntitiesDescriptor holds another IdP and then this one."""
    _among_others(published, nested=False)


@on("metadata", "md-entities-descriptor", source="Kantara IIP-MD02")
def metadata_entities_nested(published: MetadataWire) -> None:
    """An EntitiesDescriptor holds another one, with another IdP and then this one."""
    _among_others(published, nested=True)


# -- validity


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@on("metadata", "md-valid-until-past", source="SAML Metadata 2.3.2, lines 376-378")
def metadata_valid_until_past(published: MetadataWire) -> None:
    """ValidUntil was yesterday."""
    published.tree.set("validUntil", _zulu(datetime.now(UTC) - timedelta(days=1)))


@on("metadata", "md-valid-until-absent", source="Kantara IIP-MD04")
def metadata_valid_until_ten_years(published: MetadataWire) -> None:
    """ValidUntil is in ten years."""
    published.tree.set("validUntil", _zulu(datetime.now(UTC) + timedelta(days=3653)))


@on("metadata", "md-nested-validity", source="Errata E76, E94")
def metadata_role_expired(published: MetadataWire) -> None:
    """The entity is valid until tomorrow, its IdP role ended an hour ago."""
    published.tree.set("validUntil", _zulu(datetime.now(UTC) + timedelta(days=1)))
    role_of(published).set("validUntil", _zulu(datetime.now(UTC) - timedelta(hours=1)))


@on("metadata", "md-extensions", source="Kantara IIP-EXT01, IIP-MD05")
def metadata_extensions(published: MetadataWire) -> None:
    """Entity and role have extensions and attributes that no SP knows."""
    for element in (published.tree, role_of(published)):
        element.insert(0, Element("md:Extensions", {}, [foreign_element()]))
        element.set("xmlns:x", FOREIGN_NS)
        element.set("x:purpose", "test")
