"""The forgery fits its key as far as a lax verifier looks, and no further."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fake_idp.faults import fault
from fake_idp.faults.padding import exponent_three_key, forged_signature
from tests.faults.messages import issue
from tests.faults.test_elliptic import certificate_in
from tests.faults.test_metadata_faults import publish


def public_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def test_the_cube_begins_as_a_signature_does() -> None:
    numbers = public_key(exponent_three_key().certificate).public_numbers()
    opened = pow(int.from_bytes(forged_signature(b"data"), "big"), 3, numbers.n).to_bytes(256, "big")

    assert numbers.e == 3
    assert opened.startswith(b"\x00\x01" + b"\xff" * 8 + b"\x00")
    assert opened[11:62].endswith(hashlib.sha256(b"data").digest())


def test_a_strict_verifier_refuses_it() -> None:
    key = public_key(exponent_three_key().certificate)

    with pytest.raises(InvalidSignature):
        key.verify(forged_signature(b"data"), b"data", padding.PKCS1v15(), hashes.SHA256())


def test_message_and_metadata_name_the_same_key() -> None:
    message = issue("response", fault("signature-padding-garbage"))
    certificate = certificate_in(publish(fault("metadata-exponent-three")))

    assert certificate_in(message.xml) == certificate == exponent_three_key().certificate
    assert len(base64.b64decode(message.tree.one("ds:SignatureValue").text)) == 256
