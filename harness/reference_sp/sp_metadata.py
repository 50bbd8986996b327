"""The metadata that this SP publishes about itself (SAML Metadata 2.4.4)."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from lxml import etree

from harness.reference_sp import names
from harness.reference_sp.certificates import body
from harness.reference_sp.core import Core
from harness.reference_sp.names import BINDING_POST, BINDING_REDIRECT, ds, md
from harness.reference_sp.xml import Element, write_time


def sp_metadata(core: Core, org_id: str) -> bytes:
    """The SP's EntityDescriptor for an organization. It lists only what works."""
    settings = core.settings
    root = _element("EntityDescriptor", entityID=core.entity_id(org_id))
    if settings.metadata_hours:
        root.set("validUntil", write_time(core.now() + timedelta(hours=settings.metadata_hours)))
    role = _child(
        root,
        "SPSSODescriptor",
        AuthnRequestsSigned="true" if settings.sign_requests else "false",
        WantAssertionsSigned="true" if settings.require_assertion_signed else "false",
        protocolSupportEnumeration=names.SAMLP,
    )
    if settings.sign_requests or settings.single_logout:
        for certificate in core.keys.signing_certificates:
            _key(role, "signing", certificate)
    if settings.encryption != "off":
        known = core.keys.encryption_certificates
        for certificate in known if settings.former_encryption_key else known[:1]:
            _key(role, "encryption", certificate)
    if settings.single_logout:
        for binding in (BINDING_POST, BINDING_REDIRECT):
            _child(role, "SingleLogoutService", Binding=binding, Location=core.slo_url(org_id))
    for name_format in settings.name_id_formats or (names.NAMEID_EMAIL, names.NAMEID_UNSPECIFIED):
        _child(role, "NameIDFormat").text = name_format
    _child(
        role,
        "AssertionConsumerService",
        Binding=BINDING_POST,
        Location=core.acs_url(org_id),
        index="0",
        isDefault="true",
    )
    if second := core.idp_initiated_acs_url(org_id):
        _child(role, "AssertionConsumerService", Binding=BINDING_POST, Location=second, index="1")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _element(name: str, **attributes: str) -> Element:
    return etree.Element(md(name), attributes, nsmap={"md": names.MD, "ds": names.DS})


def _child(parent: Element, name: str, **attributes: str) -> Element:
    return etree.SubElement(parent, md(name), attributes)


def _key(role: Element, use: str, certificate: x509.Certificate) -> None:
    descriptor = _child(role, "KeyDescriptor", use=use)
    info = etree.SubElement(descriptor, ds("KeyInfo"))
    data = etree.SubElement(info, ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = body(certificate)
