"""Reading the padding of an RSA signature from the front, and stopping when the digest was found."""

from __future__ import annotations

import re
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.difference import Difference
from harness.reference_sp.careless.signature import naively_verifies
from harness.reference_sp.names import ds
from harness.reference_sp.signature import Rules, Verified, verify_element
from harness.reference_sp.signature.structure import check_structure
from harness.reference_sp.xml import Element

_DIGEST_INFO = re.compile(rb"\x00\x01\xff+\x00\x30.{18}", re.DOTALL)
"""Padding, and the name of a SHA-2 digest; the digest itself follows."""


def verify_loosely(
    element: Element, certificates: tuple[x509.Certificate, ...], rules: Rules, now: datetime
) -> Verified | Difference:
    """As ``verify_element``, but with garbage behind the digest allowed."""
    strict = verify_element(element, certificates, rules, now)
    signature = element.find(ds("Signature"))
    if isinstance(strict, Verified) or signature is None or check_structure(element, signature, rules):
        return strict
    for certificate in certificates:
        if naively_verifies(signature, certificate, _holds):
            return Verified(element, certificate)
    return strict


def _holds(key: rsa.RSAPublicKey, value: bytes, data: bytes, digest: type[hashes.HashAlgorithm]) -> bool:
    numbers = key.public_numbers()
    opened = pow(int.from_bytes(value, "big"), numbers.e, numbers.n).to_bytes(key.key_size // 8, "big")
    found = _DIGEST_INFO.match(opened)
    hasher = hashes.Hash(digest())
    hasher.update(data)
    return found is not None and opened[found.end() :].startswith(hasher.finalize())
