"""The signing keys of an org: one or more per app, the org's old SHA-1 key, and the key that signs metadata."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fake_idp.org import store as db
from fake_idp.org.membership import Membership
from fake_idp.saml.keys import (
    SigningKey,
    deterministic_private_key,
    key_pool,
    load_signing_key,
    new_signing_key,
)

Purpose = Literal["app", "sha1", "metadata"]
ORG_WIDE = ""
SHA1_AGE = timedelta(days=8 * 365)
SHA1_YEARS = 30


class Keyring(Membership):
    """The part of the org that makes and keeps keys. Each is loaded once and then stays in memory."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._loaded: dict[tuple[str, str], SigningKey] = {}
        self._borrowed: list[RSAPrivateKey] = []

    @property
    def metadata_key(self) -> SigningKey:
        """The key that signs metadata where the org setting ``sign_metadata`` is on. Made when first needed."""
        return self._org_key("metadata")

    @property
    def sha1_key(self) -> SigningKey:
        """The org's old key with a SHA-1 certificate, which every app lists as inactive. Made when first needed."""
        return self._org_key("sha1")

    def adopt_org_key(self, purpose: Literal["metadata", "sha1"], key: SigningKey) -> None:
        """Take over the metadata key or the old SHA-1 key of another org, in place of the own one."""
        table = db.keys
        with self._unit():
            self.store.change(table.delete().where(table.c.app_id == ORG_WIDE, table.c.purpose == purpose))
            self._keep_key(ORG_WIDE, purpose, key)

    def _org_key(self, purpose: Purpose) -> SigningKey:
        with self.store.lock:
            table = db.keys
            kid = self._remembered(
                ("org key", purpose),
                lambda: self.store.scalar(
                    sa.select(table.c.kid).where(table.c.app_id == ORG_WIDE, table.c.purpose == purpose)
                ),
            )
            if kid is not None:
                return self._load(ORG_WIDE, str(kid))
            with self._unit():
                if purpose == "sha1":
                    created = self.now().replace(microsecond=0) - SHA1_AGE
                    return self._make_key(ORG_WIDE, purpose, created, SHA1_YEARS)
                return self._make_key(ORG_WIDE, purpose, self.now(), 10)

    def _make_key(
        self, app_id: str, purpose: Purpose, created: datetime, years: int, kid: str | None = None
    ) -> SigningKey:
        key = new_signing_key(
            self.subdomain, created, years, self._private_key(purpose), kid, rng=self.rng,
            signature_hash="SHA1" if purpose == "sha1" else "SHA256",
        )  # fmt: skip
        self._keep_key(app_id, purpose, key)
        return key

    def _private_key(self, purpose: Purpose) -> RSAPrivateKey:
        if self.settings.deterministic_keys:
            count = self.store.scalar(sa.select(sa.func.count()).select_from(db.keys))
            return deterministic_private_key(f"{self.seed}/{purpose}/{count}")
        private_key = key_pool.take()
        if self.data_dir is None:
            self._borrowed.append(private_key)
        return private_key

    def _keep_key(self, app_id: str, purpose: Purpose, key: SigningKey) -> None:
        # Only an org on disk needs the private key in its store; in memory it stays in the object.
        on_disk = self.data_dir is not None
        self.store.insert(
            db.keys, kid=key.kid, app_id=app_id, purpose=purpose, created=key.created,
            private_key_pem=key.private_key_pem if on_disk else "",
            certificate_pem=key.certificate_pem if on_disk else "",
        )  # fmt: skip
        self._loaded[app_id, key.kid] = key

    def _load(self, app_id: str, kid: str) -> SigningKey:
        """The key of an app, or of the org where ``app_id`` is empty.

        :raises KeyError: when there is none.
        """
        with self.store.lock:
            if (app_id, kid) not in self._loaded:
                table = db.keys
                row = self.store.row(sa.select(table).where(table.c.app_id == app_id, table.c.kid == kid))
                if row is None:
                    raise KeyError(kid)
                self._loaded[app_id, kid] = load_signing_key(
                    row.private_key_pem, row.certificate_pem, row.kid, row.created
                )
            return self._loaded[app_id, kid]

    def _kids(self, app_id: str) -> list[str]:
        table = db.keys
        query = sa.select(table.c.kid).where(table.c.app_id == app_id).order_by(table.c.position)
        return [row.kid for row in self.store.rows(query)]

    def _return_keys(self) -> None:
        """Give the RSA keys of an org in memory back to the pool, for the next org of this process."""
        with self.store.lock:
            self._loaded.clear()
            borrowed, self._borrowed = self._borrowed, []
        key_pool.give_back(borrowed)
