"""Signing keys with certificates exactly as Okta makes them, and a pool so that tests do not wait for RSA.

Everything here is for tests. No private key is shipped: each is generated on the machine that uses it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from random import Random, SystemRandom
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fake_idp.saml.certificates import SignatureHash, okta_certificate
from fake_idp.saml.ids import key_id
from fake_idp.saml.key_pool import deterministic_private_key, key_pool

__all__ = [
    "SigningKey",
    "deterministic_private_key",
    "key_pool",
    "load_signing_key",
    "new_signing_key",
    "wrap_base64",
]

CertificateType = Literal["SHA-1", "SHA-2"]


def wrap_base64(data: bytes, columns: int = 76) -> str:
    """Base64 in lines of ``columns`` characters, LF between them and none at the end, as Okta wraps."""
    text = base64.b64encode(data).decode()
    return "\n".join(text[i : i + columns] for i in range(0, len(text), columns))


@dataclass(frozen=True)
class SigningKey:
    """A private key, the certificate that publishes it, Okta's ``kid`` and the moment it was made."""

    private_key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    kid: str
    created: datetime

    def __repr__(self) -> str:
        return f"<SigningKey {self.kid} of {self.created:%Y-%m-%d}>"

    @cached_property
    def certificate_der(self) -> bytes:
        """The certificate's DER bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @cached_property
    def certificate_pem(self) -> str:
        """The certificate as the admin downloads it (``okta.cert``): PEM, 64 columns."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @cached_property
    def certificate_b64(self) -> str:
        """The certificate in base64 on one line (``x5c``)."""
        return base64.b64encode(self.certificate_der).decode()

    @cached_property
    def certificate_b64_wrapped(self) -> str:
        """The certificate in base64 in lines of 76 columns, as in metadata and signatures."""
        return wrap_base64(self.certificate_der)

    @cached_property
    def private_key_pem(self) -> str:
        """The private key, unencrypted PKCS#8. Store it readable by its owner alone; never log it."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @cached_property
    def sha256_fingerprint(self) -> str:
        """SHA-256 of the certificate, upper-case hexadecimal with colons."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @cached_property
    def sha1_fingerprint(self) -> str:
        """SHA-1 of the certificate, upper-case hexadecimal with colons."""
        return self.certificate.fingerprint(hashes.SHA1()).hex(":").upper()  # noqa: S303 - an identifier

    @property
    def expires(self) -> datetime:
        """When the certificate ends (aware, UTC)."""
        return self.certificate.not_valid_after_utc

    @property
    def type(self) -> CertificateType:
        """What the console's table SAML Signing Certificates shows in the column Type."""
        signed_with = self.certificate.signature_hash_algorithm
        return "SHA-1" if isinstance(signed_with, hashes.SHA1) else "SHA-2"

    def as_jwk(self) -> Mapping[str, object]:
        """The key object of the Management API, fields in Okta's order; public parts only."""
        public = self.private_key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "created": _api_instant(self.created),
            "lastUpdated": _api_instant(self.created),
            "expiresAt": _api_instant(self.expires),
            "kid": self.kid,
            "use": "sig",
            "x5c": [self.certificate_b64],
            "x5t#S256": _base64url(hashlib.sha256(self.certificate_der).digest()),
            "e": _base64url(_unsigned(public.e)),
            "n": _base64url(_unsigned(public.n)),
        }


def new_signing_key(
    subdomain: str,
    created: datetime,
    years: int = 10,
    private_key: rsa.RSAPrivateKey | None = None,
    kid: str | None = None,
    rng: Random | None = None,
    signature_hash: SignatureHash = "SHA256",
) -> SigningKey:
    """A new key for an app of the org that was created as ``subdomain``.

    ``private_key`` defaults to one from the pool, ``kid`` to one drawn from ``rng``. ``signature_hash`` SHA1
    makes the kind of certificate that old orgs still list.
    """
    private_key = private_key or key_pool.take()
    certificate = okta_certificate(private_key, subdomain, created, years, signature_hash)
    return SigningKey(private_key, certificate, kid or key_id(rng or SystemRandom()), created)


def load_signing_key(
    private_pem: str | bytes, certificate_pem: str | bytes, kid: str, created: datetime
) -> SigningKey:
    """Read a stored key back.

    The RSA consistency check is left out: it takes 40 ms, and what is read is what this program wrote.
    """
    private_key = serialization.load_pem_private_key(
        _bytes(private_pem), None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError(f"the stored key {kid} is not an RSA key; Okta signs with RSA only")
    return SigningKey(private_key, x509.load_pem_x509_certificate(_bytes(certificate_pem)), kid, created)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _api_instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsigned(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
