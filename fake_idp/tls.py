"""HTTPS on loopback: a certificate authority made for one data directory, and server certificates from it.

The authority is trustme's. It lives beside the data it was made for, readable by its owner alone, and signs for
loopback names only; whoever trusts it trusts nothing else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme

from fake_idp.org.errors import DataDirUnusable

NAMES = ("127.0.0.1", "::1", "localhost", "*.localhost")
"""Whom the server certificates are for: this machine, under the names that browsers resolve to it."""

_CA_CERTIFICATE = "ca.pem"
_CA_KEY = "ca-key.pem"
_SERVER = "server.pem"


@dataclass(frozen=True, slots=True)
class LocalTls:
    """Paths of a ready certificate, and what a client needs to trust it."""

    ca_certificate: Path
    """PEM file of the authority: what ``curl --cacert``, ``SSL_CERT_FILE`` or ``NODE_EXTRA_CA_CERTS`` take."""
    certificate: Path
    key: Path
    temporary: bool

    @property
    def trust_hint(self) -> str:
        """One line on how to trust it."""
        return f"curl --cacert {self.ca_certificate}   (or import that file as an authority in your browser)"

    def close(self) -> None:
        """Remove the files of a ``LocalTls`` that no data directory keeps."""
        if self.temporary:
            shutil.rmtree(self.ca_certificate.parent, ignore_errors=True)


def local_tls(directory: Path | None = None) -> LocalTls:
    """Make a server certificate for loopback from the directory's authority, which is made when it is missing.

    Without a directory everything lives in a temporary folder until ``close``. Raises ``OSError`` when the
    directory cannot be written, `DataDirUnusable` when its authority cannot be read.
    """
    home = directory if directory is not None else Path(tempfile.mkdtemp(prefix="okta-harness-tls-"))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _authority(home)
    leaf = authority.issue_cert(*NAMES, common_name="okta-harness on this machine")
    server = home / _SERVER
    _write_private(server, leaf.private_key_and_cert_chain_pem.bytes())
    return LocalTls(home / _CA_CERTIFICATE, server, server, temporary=directory is None)


def _authority(home: Path) -> trustme.CA:
    certificate, key = home / _CA_CERTIFICATE, home / _CA_KEY
    if certificate.exists() and key.exists():
        try:
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        except ValueError as trouble:
            raise DataDirUnusable(
                f"{certificate} and {key.name} hold no certificate authority; restore them from a copy, "
                "or delete both to have a new one made, which has to be trusted anew"
            ) from trouble
    authority = trustme.CA(organization_name="okta-harness, for tests only")
    _write_private(key, authority.private_key_pem.bytes())
    _write_private(certificate, authority.cert_pem.bytes())
    return authority


def _write_private(path: Path, data: bytes) -> None:
    """Write so that nobody else could read it at any moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
