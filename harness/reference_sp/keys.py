"""The SP's own key pairs: one to sign requests and logouts, one to decrypt assertions. Made when first needed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

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

from harness.reference_sp.store import DataDirUnusable

Use = Literal["signing", "encryption"]
_NAMES = ("signing", "encryption", "signing-former", "encryption-former")
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
        """Keys in memory, or those that ``data_dir`` keeps.

        :raises DataDirUnusable: when a file there holds no key pair: at the start, not in the middle of a login.
        """
        self._dir = data_dir
        self._pairs: dict[str, KeyPair | None] = {}
        self._changes = 0
        if data_dir is not None:
            self._pairs.update(
                {name: _read(path) for name in _NAMES if (path := _path(data_dir, name)).exists()}
            )

    @property
    def signing(self) -> KeyPair:
        """Signs AuthnRequests and logout messages."""
        return self._pair("signing")

    @property
    def encryption(self) -> KeyPair:
        """Decrypts assertions."""
        return self._pair("encryption")

    @property
    def signing_certificates(self) -> tuple[x509.Certificate, ...]:
        """What the SP publishes: the current certificate, and the former one during a change."""
        former = self._former("signing")
        return (self.signing.certificate, *((former.certificate,) if former else ()))

    @property
    def encryption_certificates(self) -> tuple[x509.Certificate, ...]:
        """The current certificate, and the former one during a change."""
        former = self._former("encryption")
        return (self.encryption.certificate, *((former.certificate,) if former else ()))

    def decryption_keys(self) -> tuple[rsa.RSAPrivateKey, ...]:
        """The current key, and the former one during a change."""
        former = self._former("encryption")
        return (self.encryption.private_key, *((former.private_key,) if former else ()))

    def rotate(self, use: Use, *, keep_former: bool = True) -> KeyPair:
        """A new key pair. With ``keep_former`` the one before still decrypts, or is still published, for a while."""
        before = self._pair(use)
        with _LOCK:
            self._changes += 1
            fresh = _of_this_process(f"{use} {self._changes}") if self._dir is None else make_key_pair(use)
            self._keep(use, fresh)
            self._keep(f"{use}-former", before if keep_former else None)
        return fresh

    def change_has_begun(self, use: Use) -> None:
        """Rotate this key unless there is a former one already."""
        if self._former(use) is None:
            self.rotate(use)

    def drop_former(self) -> None:
        """End every change of keys: the former ones are forgotten."""
        with _LOCK:
            for use in ("signing", "encryption"):
                self._keep(f"{use}-former", None)

    def _former(self, use: Use) -> KeyPair | None:
        with _LOCK:
            name = f"{use}-former"
            if name not in self._pairs:
                path = None if self._dir is None else _path(self._dir, name)
                self._pairs[name] = None if path is None or not path.exists() else _read(path)
            return self._pairs[name]

    def _pair(self, use: Use) -> KeyPair:
        with _LOCK:
            pair = self._pairs.get(use)
            if pair is None:
                pair = _of_this_process(use) if self._dir is None else _in_file(self._dir, use)
                self._pairs[use] = pair
            return pair

    def _keep(self, name: str, pair: KeyPair | None) -> None:
        self._pairs[name] = pair
        if self._dir is None:
            return
        if pair is None:
            _path(self._dir, name).unlink(missing_ok=True)
        else:
            _write(_path(self._dir, name), pair)


def _path(directory: Path, name: str) -> Path:
    return directory / f"reference-sp-{name}.pem"


def _in_file(directory: Path, name: str) -> KeyPair:
    path = _path(directory, name)
    if path.exists():
        return _read(path)
    pair = make_key_pair(name)
    _write(path, pair)
    return pair


def _read(path: Path) -> KeyPair:
    text = path.read_bytes()
    try:
        key = load_pem_private_key(text, None)
        certificate = x509.load_pem_x509_certificate(text)
    except ValueError as trouble:
        raise _unusable(path) from trouble
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _unusable(path)
    return KeyPair(key, certificate)


def _unusable(path: Path) -> DataDirUnusable:
    return DataDirUnusable(
        f"{path} holds no RSA key with its certificate; restore it from a copy, or delete it to have a new one made"
    )


def _write(path: Path, pair: KeyPair) -> None:
    """Beside its place first: whoever is killed in the middle leaves no half of a key."""
    private = pair.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(private + pair.certificate.public_bytes(Encoding.PEM))
    unfinished.replace(path)
