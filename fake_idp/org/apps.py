"""The apps of an org: their life cycle and settings."""

from __future__ import annotations

import re
from dataclasses import asdict, fields, replace
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.errors import AlreadyExists, InvalidSetting, InvalidValue, NotAllowed, NotFound
from fake_idp.org.fields import APPLICATION_USERNAMES, FIELD_BY_ATTRIBUTE, USERNAME_UPDATES
from fake_idp.org.keyring import Keyring
from fake_idp.org.log import app_entry
from fake_idp.org.logos import checked_logo
from fake_idp.org.model import App, AppIdentity, Logo
from fake_idp.org.saml_settings import AcsEndpoint, AttributeStatement, GroupAttributeStatement, SamlSettings
from fake_idp.org.settings_rules import validate
from fake_idp.saml.ids import app_ids
from fake_idp.saml.keys import SigningKey

_COLUMNS = [f.name for f in fields(App) if f.name not in ("settings", "has_logo")]
_SETTING_NAMES = {f.name for f in fields(SamlSettings)}
_CHANGEABLE = {
    "label", "hidden", "application_username", "username_expression", "username_update", "access_error_url", "notes",
}  # fmt: skip
_SENSITIVE = (
    "sso_acs_url",
    "recipient",
    "destination",
    "audience",
    "sp_certificate",
    "idp_issuer",
    "acs_endpoints",
)


class Apps(Keyring):
    """The part of the org that keeps apps."""

    def create_saml_app(
        self,
        label: str,
        settings: SamlSettings,
        *,
        application_username: str = "Okta username",
        username_expression: str = "",
        username_update: str = "Create and update",
        hidden: bool = False,
        logo: bytes | None = None,
        access_error_url: str = "",
        notes: str = "",
        active: bool = True,
        key: SigningKey | None = None,
        identity: AppIdentity | None = None,
    ) -> App:
        """Create a SAML app with a signing key of its own (or ``key``). ``identity`` is for one from elsewhere.

        :raises AlreadyExists: when an id or name of ``identity`` is taken.
        :raises InvalidSetting: when Okta would refuse a setting.
        :raises InvalidValue: when the label or the logo cannot be taken.
        """
        validate(settings)
        label = _checked_label(label)
        image = checked_logo(logo) if logo else None
        application_username, username_update = _checked_username(
            application_username, username_expression, username_update
        )
        with self._unit():
            known = self._identity(identity or AppIdentity(), label)
            now = self.now()
            if key is None:
                key = self._make_key(known.id, "app", now, 10, known.signing_kid or None)
            else:
                self._keep_key(known.id, "app", key)
            app = App(
                id=known.id,
                name=known.name,
                label=label,
                status="ACTIVE" if active else "INACTIVE",
                external_key=known.external_key,
                link_id=known.link_id,
                created=now,
                last_updated=now,
                settings=settings,
                signing_kid=key.kid,
                hidden=hidden,
                has_logo=image is not None,
                application_username=application_username,
                username_expression=username_expression,
                username_update=username_update,
                access_error_url=access_error_url,
                notes=notes,
            )
            self.store.insert(db.apps, **{n: getattr(app, n) for n in _COLUMNS}, settings=asdict(settings))
            if image is not None:
                self._keep_logo(app.id, image)
            self.log_event("application.lifecycle.create", target=[app_entry(app)])
            if active:
                self.log_event("application.lifecycle.activate", target=[app_entry(app)])
        return app

    def _identity(self, wanted: AppIdentity, label: str) -> AppIdentity:
        """Ids and name for a new app: those wanted, where they are free, and new ones for the rest."""
        for taken in filter(None, (wanted.id, wanted.name, wanted.external_key)):
            if taken in self._apps_by_key():
                raise AlreadyExists(f"an app {taken!r} is in the org already")
        app_id, external_key, link_id = app_ids(self.rng, self.cell)
        return AppIdentity(
            id=wanted.id or app_id,
            name=wanted.name or self._next_name(label),
            external_key=wanted.external_key or external_key,
            link_id=wanted.link_id or link_id,
            signing_kid=wanted.signing_kid,
        )

    def _next_name(self, label: str) -> str:
        """The name in URLs: ``{subdomain}_{label in small letters and digits}_{number}``; no number comes twice."""
        slug = re.sub(r"[^a-z0-9]", "", label.lower()) or "app"
        table = db.app_slugs
        last = self.store.scalar(sa.select(table.c.last_number).where(table.c.slug == slug))
        number = (last or 0) + 1
        while f"{self.subdomain}_{slug}_{number}" in self._apps_by_key():
            number += 1
        self.store.change(table.delete().where(table.c.slug == slug))
        self.store.insert(table, slug=slug, last_number=number)
        return f"{self.subdomain}_{slug}_{number}"

    def apps(self, q: str | None = None, *, status: str | None = None) -> list[App]:
        """Apps in the order they were created; ``q`` narrows to labels and names that have it in them."""

        def read() -> tuple[App, ...]:
            query = sa.select(db.apps, db.logos.c.app_id.label("logo_of"))
            query = query.outerjoin(db.logos, db.logos.c.app_id == db.apps.c.id).order_by(db.apps.c.position)
            return tuple(_app(row) for row in self.store.rows(query))

        word = (q or "").strip().lower()
        return [
            app
            for app in self._remembered(("apps",), read)
            if (status is None or app.status == status) and (word in app.label.lower() or word in app.name)
        ]

    def app(self, key: str | App) -> App:
        """The app with this ``0oa`` id, name, or label where only one app has it.

        :raises NotFound: when there is none.
        """
        if isinstance(key, App):
            key = key.id
        found = self._apps_by_key().get(key) or next((app for app in self._only_labelled(key)), None)
        if found is None:
            raise NotFound("app", key, [app.label for app in self.apps()])
        return found

    def _only_labelled(self, label: str) -> list[App]:
        found = [app for app in self.apps() if app.label == label]
        return found if len(found) == 1 else []

    def app_by_external_key(self, external_key: str) -> App | None:
        """The app with this ``exk`` id, or None."""
        app = self._apps_by_key().get(external_key)
        return app if app is not None and app.external_key == external_key else None

    def _apps_by_key(self) -> dict[str, App]:
        return self._remembered(
            ("apps by key",),
            lambda: {key: app for app in self.apps() for key in (app.id, app.name, app.external_key)},
        )

    def update_app(self, app_id: str | App, **changes: Any) -> App:
        """Change an app: ``label``, ``hidden``, ``logo`` (``b""`` removes it), ``settings`` as a whole, or single
        settings by name.

        Application usernames of people follow a new form where the update rule is Create and update.

        :raises InvalidSetting: when Okta would refuse a setting.
        :raises InvalidValue: for an unknown name.
        """
        app = self.app(app_id)
        logo = changes.pop("logo", None)
        image = checked_logo(logo) if logo else None
        settings: SamlSettings = changes.pop("settings", app.settings)
        for name in list(changes):
            if name in _SETTING_NAMES:
                settings = replace(settings, **{name: changes.pop(name)})
            elif name not in _CHANGEABLE:
                raise InvalidValue(
                    name, f"an app has no such value; it has {', '.join(sorted(_CHANGEABLE))} and settings"
                )
        if settings.signed_requests and settings.acs_endpoints:
            settings = replace(settings, acs_endpoints=())
        validate(settings)
        if "label" in changes:
            changes["label"] = _checked_label(changes["label"])
        updated = replace(app, settings=settings, last_updated=self.now(), **changes)
        form, rule = _checked_username(
            updated.application_username, updated.username_expression, updated.username_update
        )
        updated = replace(updated, application_username=form, username_update=rule)
        with self._unit():
            self._save(updated)
            if image is not None:
                self._keep_logo(app.id, image)
            elif logo == b"":
                self.store.change(db.logos.delete().where(db.logos.c.app_id == app.id))
            self.log_event("application.lifecycle.update", target=[app_entry(updated)])
            sensitive = [n for n in _SENSITIVE if getattr(app.settings, n) != getattr(settings, n)]
            if sensitive:
                labels = ", ".join(FIELD_BY_ATTRIBUTE[name].label for name in sensitive)
                self.log_event(
                    "app.saml.sensitive.attribute.update", target=[app_entry(updated)],
                    debug_data={"changedAttributes": labels},
                )  # fmt: skip
            self._cache.clear()
            self._app_changed(updated)
        return self.app(app.id)

    def _save(self, app: App) -> None:
        values = {name: getattr(app, name) for name in _COLUMNS}
        self.store.change(
            db.apps.update().where(db.apps.c.id == app.id).values(**values, settings=asdict(app.settings))
        )

    def activate_app(self, app_id: str | App) -> App:
        """Let people sign in to the app again."""
        return self._set_status(app_id, "ACTIVE", "application.lifecycle.activate")

    def deactivate_app(self, app_id: str | App) -> App:
        """Shut the app; its settings, keys and assignments stay."""
        return self._set_status(app_id, "INACTIVE", "application.lifecycle.deactivate")

    def _set_status(self, app_id: str | App, status: Any, event: str) -> App:
        app = self.app(app_id)
        if app.status == status:
            return app
        updated = replace(app, status=status, last_updated=self.now())
        with self._unit():
            self._save(updated)
            self.log_event(event, target=[app_entry(updated)])
        return updated

    def delete_app(self, app_id: str | App) -> None:
        """Delete an app for good, with its keys and assignments.

        :raises NotAllowed: while the app is active.
        """
        app = self.app(app_id)
        if app.is_active:
            raise NotAllowed(f"the app {app.label!r} is active; deactivate it before you delete it")
        with self._unit():
            for table in (db.keys, db.assignments, db.app_users, db.app_sessions, db.logos):
                self.store.change(table.delete().where(table.c.app_id == app.id))
            self.store.change(db.apps.delete().where(db.apps.c.id == app.id))
            self.log_event("application.lifecycle.delete", target=[app_entry(app)])

    def logo(self, app_id: str | App) -> Logo | None:
        """The app's logo, or None."""
        row = self.store.row(sa.select(db.logos).where(db.logos.c.app_id == self.app(app_id).id))
        return Logo(row.content_type, row.data) if row else None

    def _keep_logo(self, app_id: str, logo: Logo) -> None:
        self.store.change(db.logos.delete().where(db.logos.c.app_id == app_id))
        self.store.insert(db.logos, app_id=app_id, content_type=logo.content_type, data=logo.data)

    def _app_changed(self, app: App) -> None:
        """What follows from a change of an app; assignments override it."""


def _checked_label(label: str) -> str:
    label = label.strip()
    if not 1 <= len(label) <= 100:
        raise InvalidValue("App name", f"expected 1 to 100 characters, received {len(label)}")
    return label


def _checked_username(form: str, expression: str, rule: str) -> tuple[str, str]:
    from fake_idp.org.username import check_expression, known_form

    known = known_form(form)
    if known is None:
        label = FIELD_BY_ATTRIBUTE["application_username"].label
        raise InvalidSetting(
            "application_username", label, form, f"one of {', '.join(APPLICATION_USERNAMES)}"
        )
    if rule not in USERNAME_UPDATES:
        label = FIELD_BY_ATTRIBUTE["username_update"].label
        raise InvalidSetting("username_update", label, rule, f"one of {', '.join(USERNAME_UPDATES)}")
    if known == "Custom":
        check_expression(expression)
    return known, rule


def settings_from_dict(values: dict[str, Any]) -> SamlSettings:
    """The settings that ``dataclasses.asdict`` made a dictionary of."""
    values = dict(values)
    values["acs_endpoints"] = tuple(AcsEndpoint(**row) for row in values["acs_endpoints"])
    values["attribute_statements"] = tuple(
        AttributeStatement(row["name"], tuple(row["values"]), row["name_format"])
        for row in values["attribute_statements"]
    )
    values["group_attribute_statements"] = tuple(
        GroupAttributeStatement(**row) for row in values["group_attribute_statements"]
    )
    return SamlSettings(**values)


def _app(row: sa.Row[Any]) -> App:
    values = row._mapping
    return App(
        **{name: values[name] for name in _COLUMNS},
        settings=settings_from_dict(values["settings"]),
        has_logo=values["logo_of"] is not None,
    )
