"""The SP's own key pairs: one to sign requests and logouts, one to decrypt assertions. Made when first needed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and the certificate that publishes its public half."""

    private_key: rsa.RSAPrivateKey
    certificate: x509.Certificate


def make_key_pair(name: str) -> KeyPair:
    """A new RSA-2048 key with a self-signed certificate of ten years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"okta-harness reference SP ({name})")])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3653))
        .sign(key, hashes.SHA256())
    )
    return KeyPair(key, certificate)


@cache
def _of_this_process(name: str) -> KeyPair:
    return make_key_pair(name)


class SpKeys:
    """The key pairs of one SP. Without a data directory, SPs of one process share them: making one takes long."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self._dir = data_dir
        self._pairs: dict[str, KeyPair] = {}
        self._former: list[KeyPair] = []

    @property
    def signing(self) -> KeyPair:
        """Signs AuthnRequests and logout messages."""
        return self._pair("signing")

    @property
    def encryption(self) -> KeyPair:
        """Decrypts assertions."""
        return self._pair("encryption")

    def decryption_keys(self) -> tuple[rsa.RSAPrivateKey, ...]:
        """The current key, and former ones during a change."""
        return (self.encryption.private_key, *(pair.private_key for pair in self._former))

    def rotate_encryption(self, *, keep_former: bool = True) -> KeyPair:
        """A new encryption key; the former one still decrypts when ``keep_former``."""
        if keep_former:
            self._former.insert(0, self.encryption)
        else:
            self._former.clear()
        self._pairs["encryption"] = make_key_pair("encryption")
        return self._pairs["encryption"]

    def _pair(self, name: str) -> KeyPair:
        with _LOCK:
            if name not in self._pairs:
                self._pairs[name] = _of_this_process(name) if self._dir is None else _in_file(self._dir, name)
            return self._pairs[name]


def _in_file(directory: Path, name: str) -> KeyPair:
    path = directory / f"reference-sp-{name}.pem"
    if path.exists():
        text = path.read_bytes()
        key = load_pem_private_key(text, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path.name} holds no RSA key; delete it to have a new one made")
        return KeyPair(key, x509.load_pem_x509_certificate(text))
    pair = make_key_pair(name)
    path.touch(mode=0o600)
    private = pair.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + pair.certificate.public_bytes(Encoding.PEM))
    return pair
