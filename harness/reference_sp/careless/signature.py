"""A signature verifier as many were written: it believes the message about everything that it is not told to check.

It stands in for ``signature.verify_element`` when a weakness leaves out rules about the shape of signatures. The
rules that are left in still hold, so each weakness opens one hole and no other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from harness.difference import Difference
from harness.reference_sp import names, xml
from harness.reference_sp.names import ds
from harness.reference_sp.signature import Rules, Verified, verify_element
from harness.reference_sp.signature.structure import StructureCheck, check_structure
from harness.reference_sp.tools import Certificates
from harness.reference_sp.xml import Element

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha512": hashes.SHA512,
    "sha384": hashes.SHA384,
    "sha256": hashes.SHA256,
    "sha1": hashes.SHA1,
    "md5": hashes.MD5,
}
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n"
_C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"


def careless_verifier(
    left_out: frozenset[StructureCheck],
) -> Callable[[Element, Certificates, Rules, datetime], Verified | Difference]:
    """A verifier for which the rules ``left_out`` do not exist."""

    def verify(
        element: Element, certificates: Certificates, rules: Rules, now: datetime
    ) -> Verified | Difference:
        strict = verify_element(element, certificates, rules, now)
        if isinstance(strict, Verified):
            return strict
        signature = element.find(ds("Signature"))
        if signature is None:
            signature = element.find(f".//{ds('Signature')}")
        if signature is None or check_structure(element, signature, rules, left_out) is not None:
            return strict
        for certificate in certificates:
            if naively_verifies(signature, certificate):
                return Verified(element, certificate)
        return strict

    return verify


RsaCheck = Callable[[rsa.RSAPublicKey, bytes, bytes, type[hashes.HashAlgorithm]], bool]
"""Whether a key made a signature value over data."""


def naively_verifies(
    signature: Element, certificate: x509.Certificate, rsa_holds: RsaCheck | None = None
) -> bool:
    """Whether some reading of the signature makes it hold."""
    infos = signature.findall(ds("SignedInfo"))
    values = [data for text in _readings(signature.find(ds("SignatureValue"))) for data in _base64(text)]
    holds = rsa_holds or _rsa_holds
    if not any(_signed(info, value, certificate, holds) for info in infos for value in values):
        return False
    return any(_digests_hold(info, signature) for info in infos)


def _readings(element: Element | None) -> Iterator[str]:
    """Every way to read the value: whole, and each of its text nodes, comments and instructions alone."""
    if element is None:
        return
    yield xml.text_of(element)
    yield element.text or ""
    for node in element:
        yield node.text or ""
        yield node.tail or ""


def _base64(text: str) -> list[bytes]:
    try:
        return [base64.b64decode("".join(text.split()), validate=True)]
    except (binascii.Error, ValueError):
        return []


def _canonical(element: Element, algorithm: str, prefixes: list[str] | None = None) -> bytes:
    inclusive = algorithm.startswith((_C14N, _C14N_11))
    try:
        return etree.tostring(
            element,
            method="c14n",
            exclusive=not inclusive,
            with_comments=algorithm.endswith("#WithComments"),
            inclusive_ns_prefixes=None if inclusive else prefixes,
        )
    except etree.C14NError:
        return b""  # the hole of "void canonicalization": an error is taken for an empty result


def _signed(info: Element, value: bytes, certificate: x509.Certificate, rsa_holds: RsaCheck) -> bool:
    method = info.find(ds("SignatureMethod"))
    algorithm = "" if method is None else method.get("Algorithm", "")
    c14n = info.find(ds("CanonicalizationMethod"))
    data = _canonical(info, "" if c14n is None else c14n.get("Algorithm", ""))
    key = certificate.public_key()
    if "hmac" in algorithm:
        return any(_hmac_holds(secret, data, value) for secret in _secrets(certificate))
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    return any(rsa_holds(key, value, data, digest) for digest in _digests_for(algorithm))


def _digests_for(algorithm: str) -> list[type[hashes.HashAlgorithm]]:
    named = [digest for name, digest in _HASHES.items() if algorithm.lower().endswith(name)]
    return named or list(_HASHES.values())  # an unknown algorithm is replaced by whatever fits


def _rsa_holds(key: rsa.RSAPublicKey, value: bytes, data: bytes, digest: type[hashes.HashAlgorithm]) -> bool:
    try:
        key.verify(value, data, PKCS1v15(), digest())
    except (InvalidSignature, ValueError):
        return False
    return True


def _secrets(certificate: x509.Certificate) -> Iterator[bytes]:
    """What attackers take for the HMAC key when the verifier lets the message choose the algorithm."""
    key = certificate.public_key()
    yield certificate.public_bytes(Encoding.DER)
    yield certificate.public_bytes(Encoding.PEM)
    yield certificate.public_bytes(Encoding.PEM).strip()
    for encoding in (Encoding.PEM, Encoding.DER):
        yield key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, rsa.RSAPublicKey):
        modulus = key.public_numbers().n
        yield modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")


def _hmac_holds(secret: bytes, data: bytes, value: bytes) -> bool:
    return any(hmac.new(secret, data, name).digest()[: len(value)] == value for name in ("sha1", "sha256"))


def _digests_hold(info: Element, signature: Element) -> bool:
    references = info.findall(ds("Reference"))
    return not references or any(_digest_holds(reference, signature) for reference in references)


def _digest_holds(reference: Element, signature: Element) -> bool:
    target = _resolve(reference.get("URI"), signature)
    if target is None:
        return True  # what cannot be found cannot differ
    method = reference.find(ds("DigestMethod"))
    algorithm = "" if method is None else method.get("Algorithm", "")
    wanted = [data for text in _readings(reference.find(ds("DigestValue"))) for data in _base64(text)]
    content = _transformed(target, reference)
    for digest in _digests_for(algorithm):
        if hashlib.new(digest().name, content, usedforsecurity=False).digest() in wanted:
            return True
    return False


def _resolve(uri: str | None, signature: Element) -> Element | None:
    root = signature.getroottree().getroot()
    if not uri or uri == "#xpointer(/)":
        return root
    identifier = uri.removeprefix("#xpointer(id('").removesuffix("'))").lstrip("#")
    for element in xml.elements(root):
        for name, value in element.attrib.items():
            if str(name).rpartition("}")[2].lower() == "id" and value == identifier:
                return element
    return None


def _transformed(target: Element, reference: Element) -> bytes:
    copy = etree.fromstring(xml.serialize(target))
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    algorithms = [transform.get("Algorithm", "") for transform in transforms]
    if names.ENVELOPED in algorithms:
        for signature in copy.findall(ds("Signature")):
            copy.remove(signature)
    for transform in transforms:
        _cut(copy, transform)
    c14n = next(
        (t for t in transforms if t.get("Algorithm", "").startswith((names.EC, _C14N, _C14N_11))), None
    )
    prefixes = None if c14n is None else c14n.find(f"{{{names.EC}}}InclusiveNamespaces")
    listed = None if prefixes is None else prefixes.get("PrefixList", "").split()
    return _canonical(copy, names.EC if c14n is None else c14n.get("Algorithm", ""), listed)


def _cut(copy: Element, transform: Element) -> None:
    """Carry out an XPath transform: the content that it takes out is not signed."""
    for expression in transform.iterchildren(etree.Element):
        text, namespaces = xml.text_of(expression), {k: v for k, v in expression.nsmap.items() if k}
        try:
            if expression.get("Filter") == "subtract":
                doomed = copy.xpath(text, namespaces=namespaces)
            elif str(expression.tag).endswith("}XPath"):
                doomed = [e for e in xml.elements(copy) if e.xpath(text, namespaces=namespaces) is False]
            else:
                continue
        except etree.XPathError:
            continue
        for element in doomed if isinstance(doomed, list) else []:
            parent = element.getparent() if isinstance(element, etree._Element) else None
            if parent is not None:
                parent.remove(element)
