"""Careless choices of the key that a signature is checked with."""

from __future__ import annotations

from harness.reference_sp import xml
from harness.reference_sp.certificates import BadCertificate, load_certificate
from harness.reference_sp.exchange import Exchange
from harness.reference_sp.names import ds
from harness.reference_sp.tools import Certificates, metadata_keys
from harness.reference_sp.xml import Element

_CERTIFICATE = f"{ds('Signature')}/{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"


def _carried(element: Element) -> Certificates:
    found = element.find(_CERTIFICATE)
    try:
        return () if found is None else (load_certificate("".join(xml.text_of(found).split())),)
    except BadCertificate:
        return ()


def key_in_the_message(exchange: Exchange, element: Element) -> Certificates:
    """The certificate that travels in KeyInfo counts too."""
    return (*metadata_keys(exchange, element), *_carried(element))


def lookalike_certificate(exchange: Exchange, element: Element) -> Certificates:
    """A certificate in KeyInfo counts when its subject, issuer and serial number are those of a trusted one."""
    trusted = metadata_keys(exchange, element)
    known = {(one.subject, one.issuer, one.serial_number) for one in trusted}
    carried = _carried(element)
    return (*trusted, *(c for c in carried if (c.subject, c.issuer, c.serial_number) in known))


def keys_of_every_organization(exchange: Exchange, element: Element) -> Certificates:
    """One store of trusted keys for all organizations."""
    return (*metadata_keys(exchange, element), *exchange.foreign_certificates())
