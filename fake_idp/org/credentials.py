"""The certificates, metadata and URLs of an org's apps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fake_idp.org import store as db
from fake_idp.org.apps import Apps
from fake_idp.org.errors import InvalidValue, NotAllowed, NotFound
from fake_idp.org.keyring import ORG_WIDE
from fake_idp.org.log import app_entry, key_entry
from fake_idp.org.model import App, AppKey
from fake_idp.saml.faults import Fault
from fake_idp.saml.keys import SigningKey, new_signing_key
from fake_idp.saml.metadata import MetadataClaims, build_metadata, name_id_formats_for


class Credentials(Apps):
    """The part of the org that answers for an app's SAML identity."""

    def keys(self, app_id: str | App) -> list[AppKey]:
        """The rows of SAML Signing Certificates: the org's old SHA-1 key, then the app's own, oldest first."""
        app = self.app(app_id)
        old = self.sha1_key
        own = [self._load(app.id, kid) for kid in self._kids(app.id)]
        rows = [AppKey(old, _key_status(app, old), "SHA-1", org_wide=True)]
        return rows + [AppKey(key, _key_status(app, key), key.type) for key in own]

    def signing_key(self, app_id: str | App, kid: str | None = None) -> SigningKey:
        """The app's active key, or the one with this ``kid``.

        :raises NotFound: when the app has no such key.
        """
        app = self.app(app_id)
        wanted = kid or app.signing_kid
        for owner in (app.id, ORG_WIDE):
            try:
                return self._load(owner, wanted)
            except KeyError:
                continue
        raise NotFound(f"key of the app {app.label!r} with the kid", wanted)

    def generate_key(self, app_id: str | App, years: int = 10) -> AppKey:
        """Generate new certificate: a new key, valid for 2 to 10 years, that stays inactive until it is activated."""
        app = self.app(app_id)
        if not 2 <= years <= 10:
            raise InvalidValue("validityYears", f"expected 2 to 10 years, received {years}")
        with self._unit():
            row = AppKey(self._make_key(app.id, "app", self.now(), years), "INACTIVE", "SHA-2")
            self.log_event("app.keys.generate", target=[app_entry(app), key_entry(row)])
        return row

    def activate_key(self, app_id: str | App, kid: str) -> App:
        """Sign with this key from now on. SPs that do not know its certificate yet refuse the next login."""
        app = self.app(app_id)
        key = self.signing_key(app, kid)
        updated = replace(app, signing_kid=kid, last_updated=self.now())
        with self._unit():
            self._save(updated)
            row = AppKey(key, "ACTIVE", key.type)
            self.log_event("app.keys.rotate", target=[app_entry(updated), key_entry(row)])
        return updated

    def deactivate_key(self, app_id: str | App, kid: str) -> None:
        """Inactive keys stay inactive.

        :raises NotAllowed: for the active key, which only gives way to another one that is activated.
        """
        app = self.app(app_id)
        self.signing_key(app, kid)
        if kid == app.signing_kid:
            raise NotAllowed(
                "this certificate is the active one; activate another one, and it becomes inactive"
            )

    def delete_key(self, app_id: str | App, kid: str) -> None:
        """Delete an inactive key of the app's own.

        :raises NotAllowed: for the active key and for the org's SHA-1 key.
        """
        app = self.app(app_id)
        key = self.signing_key(app, kid)
        if kid == app.signing_kid:
            raise NotAllowed("this certificate is the active one; activate another one before you delete it")
        if kid not in self._kids(app.id):
            raise NotAllowed("this certificate belongs to the whole org and cannot be deleted from an app")
        with self._unit():
            self.store.change(db.keys.delete().where(db.keys.c.app_id == app.id, db.keys.c.kid == kid))
            self._loaded.pop((app.id, kid), None)
            self.log_event(
                "app.keys.delete", target=[app_entry(app), key_entry(AppKey(key, "INACTIVE", key.type))]
            )

    def add_key(self, app_id: str | App, key: SigningKey, *, active: bool = False) -> AppKey:
        """Give the app a key that was made elsewhere, such as one from an org file."""
        app = self.app(app_id)
        if key.kid in self._kids(app.id):
            raise NotAllowed(f"the app {app.label!r} has a key with the kid {key.kid!r} already")
        with self._unit():
            self._keep_key(app.id, "app", key)
        if active:
            self.activate_key(app, key.kid)
        return AppKey(key, "ACTIVE" if active else "INACTIVE", key.type)

    def clone_key(self, app_id: str | App, kid: str, target_id: str | App) -> AppKey:
        """Share a key with another app: the same ``kid`` and key pair under a new certificate, as Okta does it.

        :raises NotAllowed: when the target has the key already.
        """
        app, target = self.app(app_id), self.app(target_id)
        key = self.signing_key(app, kid)
        if kid in self._kids(target.id):
            raise NotAllowed(f"the app {target.label!r} has this key already")
        with self._unit():
            copy = new_signing_key(self.subdomain, self.now(), 10, key.private_key, kid)
            self._keep_key(target.id, "app", copy)
            row = AppKey(copy, "INACTIVE", copy.type)
            self.log_event("app.keys.clone", target=[app_entry(app), app_entry(target), key_entry(row)])
        return row

    def entity_id(self, app: App) -> str:
        """The Issuer of the app's messages and the entity ID of its metadata."""
        return app.settings.idp_issuer.replace("${org.externalKey}", app.external_key)

    def sso_url(self, app: App) -> str:
        """Where AuthnRequests go: the Identity Provider Single Sign-On URL."""
        return f"{self.url}/app/{app.name}/{app.external_key}/sso/saml"

    def slo_url(self, app: App) -> str:
        """Where LogoutRequests go: the Identity Provider Single Logout URL."""
        return f"{self.url}/app/{app.name}/{app.external_key}/slo/saml"

    def metadata_url(self, app: App) -> str:
        """The public Metadata URL that the Sign On tab shows."""
        return f"{self.url}/app/{app.external_key}/sso/saml/metadata"

    def embed_link(self, app: App) -> str:
        """The link behind the app's tile."""
        return f"{self.url}/home/{app.name}/{app.id}/{app.link_id}"

    def metadata(
        self, app_id: str | App, kid: str | None = None, *, faults: Sequence[Fault] | None = None
    ) -> bytes:
        """The app's IdP metadata with its active certificate, or the one of ``kid``.

        Signed by :attr:`metadata_key` where the org setting ``sign_metadata`` is on. ``faults`` default to those armed
        in the org; only those of the stage *metadata* count.
        """
        app = self.app(app_id)
        if faults is None:
            faults = self.faults.peek(app.id)
        wanted = [fault for fault in faults if fault.stage == "metadata"]
        if wanted:
            return self._build_metadata(app, kid, wanted)
        key = ("metadata", app.id, kid, self.url)
        return self._remembered(key, lambda: self._build_metadata(app, kid, ()))

    def _build_metadata(self, app: App, kid: str | None, faults: Sequence[Fault]) -> bytes:
        settings = app.settings
        claims = MetadataClaims(
            entity_id=self.entity_id(app),
            keys=[self.signing_key(app, kid)],
            name_id_formats=name_id_formats_for(settings.subject_name_id_format),
            sso_url=self.sso_url(app),
            slo_url=self.slo_url(app) if settings.slo_enabled or settings.participate_slo else None,
        )
        return build_metadata(
            claims, self.metadata_key if self.settings.sign_metadata else None, faults=faults
        )


def _key_status(app: App, key: SigningKey) -> Any:
    return "ACTIVE" if key.kid == app.signing_kid else "INACTIVE"
