"""Faults of the padding of RSA signatures: a forgery that lax readers of PKCS#1 1.5 take for the IdP's own.

With the public exponent 3 anybody can find a number whose cube begins with good padding and a good digest; what
fills the rest is garbage. A verifier that does not look at the end is content (Bleichenbacher, 2006).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from fake_idp.faults.registry import on
from fake_idp.faults.signing import Recipe, any_signature, sign_all_anew
from fake_idp.saml.keys import SigningKey, new_signing_key
from fake_idp.saml.metadata import MetadataWire
from fake_idp.saml.names import MORE_SIGNATURE_ALGORITHMS
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext

SOURCE = "RFC 8017, section 8.2.2; CVE-2006-4339"
BITS = 2048
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_SHORTEST_PADDING = b"\x00\x01" + b"\xff" * 8 + b"\x00"


@lru_cache(maxsize=1)
def exponent_three_key() -> SigningKey:
    """The key of this process with the public exponent 3. No org has it."""
    created = datetime.now(UTC) - timedelta(days=1)
    private_key = rsa.generate_private_key(public_exponent=3, key_size=BITS)
    return new_signing_key("exponent", created, private_key=private_key)


def forged_signature(data: bytes) -> bytes:
    """A number whose cube begins as a signature over ``data`` does. No private key is needed to find it."""
    wanted = _SHORTEST_PADDING + _SHA256_INFO + hashlib.sha256(data).digest()
    lowest = int.from_bytes(wanted.ljust(BITS // 8, b"\x00"), "big")
    return _cube_root(lowest).to_bytes(BITS // 8, "big")


def _cube_root(number: int) -> int:
    """The smallest whole number whose cube is not below ``number``."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


@on("signed", "sig-pkcs1-padding", source=SOURCE, applies=any_signature)
def signature_padding_garbage(response: Element, context: FaultContext) -> None:
    """Forged without the private key of "metadata-exponent-three": good padding and digest, and then garbage."""
    recipe = Recipe(
        key=exponent_three_key(),
        signature_uri=MORE_SIGNATURE_ALGORITHMS["RSA_SHA256"],
        sign=forged_signature,
    )
    sign_all_anew(response, context, recipe)


@on("metadata", "sig-pkcs1-padding", source=SOURCE)
def metadata_exponent_three(published: MetadataWire) -> None:
    """The only signing key is an RSA key with the public exponent 3."""
    role = published.tree.one("md:IDPSSODescriptor")
    role.one("ds:X509Certificate").text = exponent_three_key().certificate_b64_wrapped
