"""A verifier without suspicion: it finds out which signatures are cryptographically right, and over what.

It looks for Signatures everywhere, resolves References by ID anywhere, and checks no more than XML Signature itself
asks: that is what a wrapping attack counts on.
"""

from __future__ import annotations

import base64
import copy
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from fake_idp.saml.keys import SigningKey

DS = "{http://www.w3.org/2000/09/xmldsig#}"
SAML2 = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def covered(xml: bytes, key: SigningKey) -> list[etree._Element]:
    """The elements over which some Signature in the document is right."""
    root = etree.fromstring(xml)
    found = [
        _covers(root, signature, info, key)
        for signature in root.iter(f"{DS}Signature")
        for info in signature.findall(f"{DS}SignedInfo")
    ]
    return [element for element in found if element is not None]


def _covers(
    root: etree._Element, signature: etree._Element, info: etree._Element, key: SigningKey
) -> etree._Element | None:
    value = signature.find(f"{DS}SignatureValue")
    if value is None:
        return None
    public_key = key.certificate.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    try:
        data = etree.tostring(info, method="c14n", exclusive=True)
        public_key.verify(base64.b64decode(value.text or ""), data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return None
    reference = info.find(f"{DS}Reference")
    if reference is None:
        return None
    wanted = reference.get("URI", "").removeprefix("#")
    for element in root.iter(etree.Element):
        if element.get("ID") == wanted and _digest(element, signature, reference) == _said(reference):
            return element
    return None


def _said(reference: etree._Element) -> str:
    return "".join(reference.findtext(f"{DS}DigestValue", "").split())


def _digest(element: etree._Element, signature: etree._Element, reference: etree._Element) -> str:
    bare = copy.deepcopy(element)
    if element in signature.iterancestors():
        at = list(element.iter()).index(signature)
        inner = list(bare.iter())[at]
        parent = inner.getparent()
        assert parent is not None
        parent.remove(inner)
    prefixes = reference.xpath(".//*[local-name()='InclusiveNamespaces']/@PrefixList")
    data = etree.tostring(
        bare,
        method="c14n",
        exclusive=True,
        inclusive_ns_prefixes=str(prefixes[0]).split() if prefixes else None,
    )
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def names_in(element: etree._Element) -> list[str]:
    """The NameIDs of the element, in document order."""
    return ["".join(n.itertext()) for n in element.iter(f"{SAML2}NameID")]
