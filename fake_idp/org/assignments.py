"""Who may use which app, and under which application username."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.credentials import Credentials
from fake_idp.org.errors import InvalidValue, NotFound
from fake_idp.org.expressions import Context
from fake_idp.org.expressions.time_functions import iso8601
from fake_idp.org.log import app_entry, app_user_entry, group_entry, person_entry
from fake_idp.org.model import App, AppUser, Assignment, Group, Person, Scope, Session
from fake_idp.org.username import application_username

_COLUMNS = [f.name for f in fields(AppUser)]


class Assignments(Credentials):
    """The part of the org that assigns apps to people and groups.

    Each assigned person has an app user in the app, made when the assignment begins; it holds the application
    username as it was then, and follows the profile only where the update rule is Create and update.
    """

    def assign_person(
        self, app_id: str | App, person_id: str | Person, user_name: str | None = None
    ) -> Assignment:
        """Assign an app to a person. Assigning again changes the user name.

        :raises InvalidValue: when the app's form gives the person no username and none is given.
        """
        app, person = self.app(app_id), self.person(person_id)
        typed = (user_name or "").strip()
        if not typed and not self._computed_user_name(app, person):
            raise InvalidValue(
                "User Name",
                f"the form {app.application_username!r} gives {person.login} no username in {app.label!r}; type one, "
                "or fill in the profile attribute that the form reads",
            )
        with self._unit():
            self._keep_assignment(app, "USER", person.id, typed)
            self._sync(app, person)
        return self._assignment(app, "USER", person.id)

    def assign_group(self, app_id: str | App, group_id: str | Group) -> Assignment:
        """Assign an app to all people of a group, those who join later included."""
        app, group = self.app(app_id), self.group(group_id)
        with self._unit():
            if self._keep_assignment(app, "GROUP", group.id, ""):
                self.log_event(
                    "group.application_assignment.add", target=[group_entry(group), app_entry(app)]
                )
            for person in self.members(group):
                self._sync(app, person)
        return self._assignment(app, "GROUP", group.id)

    def unassign_person(self, app_id: str | App, person_id: str | Person) -> None:
        """Take back a person's own assignment; one that comes through a group stays."""
        app, person = self.app(app_id), self.person(person_id)
        with self._unit():
            self._drop_assignment(app, "USER", person.id)
            self._sync(app, person)

    def unassign_group(self, app_id: str | App, group_id: str | Group) -> None:
        """Take an app back from a group; people with an assignment of their own keep it."""
        app, group = self.app(app_id), self.group(group_id)
        with self._unit():
            if self._drop_assignment(app, "GROUP", group.id):
                self.log_event(
                    "group.application_assignment.remove", target=[group_entry(group), app_entry(app)]
                )
            for person in self.members(group):
                self._sync(app, person)

    def assignments(self, app_id: str | App) -> list[Assignment]:
        """Who the app is assigned to, people and groups, in the order of assignment."""
        return list(self._assignments_of(self.app(app_id)))

    def _assignments_of(self, app: App) -> tuple[Assignment, ...]:
        def read() -> tuple[Assignment, ...]:
            table = db.assignments
            rows = self.store.rows(
                sa.select(table).where(table.c.app_id == app.id).order_by(table.c.position)
            )
            return tuple(
                Assignment(
                    app.id, row.scope, row.target_id,
                    self.person(row.target_id).display_name if row.scope == "USER" else self.group(row.target_id).name,
                    row.user_name, row.created, row.priority,
                )
                for row in rows
            )  # fmt: skip

        return self._remembered(("assignments", app.id), read)

    def _assignment(self, app: App, scope: str, target_id: str) -> Assignment:
        return next(a for a in self._assignments_of(app) if (a.scope, a.target_id) == (scope, target_id))

    def is_assigned(self, app: str | App, person: str | Person) -> bool:
        """Whether the person may use the app, by an own assignment or through a group."""
        return self._scope_of(self.app(app), self.person(person)) is not None

    def _scope_of(self, app: App, person: Person) -> Scope | None:
        rows = self._assignments_of(app)
        if any(row.scope == "USER" and row.target_id == person.id for row in rows):
            return "USER"
        wanted = {row.target_id for row in rows if row.scope == "GROUP"}
        if wanted and any(group.id in wanted for group in self.groups_of(person)):
            return "GROUP"
        return None

    def apps_of(self, person: str | Person, *, visible_only: bool = False) -> list[App]:
        """The active apps that a person is assigned to; ``visible_only`` leaves out those that hide their icon."""
        who = self.person(person)
        return [
            app
            for app in self.apps(status="ACTIVE")
            if not (visible_only and app.hidden) and self._scope_of(app, who) is not None
        ]

    def app_user(self, app: str | App, person: str | Person) -> AppUser:
        """What the app knows of a person who is assigned to it.

        :raises NotFound: when the person is not assigned.
        """
        which, who = self.app(app), self.person(person)
        found = self._find_app_user(which, who)
        if found is None:
            raise NotFound(f"app user of {which.label!r}", who.login)
        return found

    def _find_app_user(self, app: App, person: Person) -> AppUser | None:
        def read() -> AppUser | None:
            table = db.app_users
            row = self.store.row(
                sa.select(*(table.c[name] for name in _COLUMNS)).where(
                    table.c.app_id == app.id, table.c.person_id == person.id
                )
            )
            return AppUser(**row._mapping) if row else None

        return self._remembered(("app user", app.id, person.id), read)

    def app_users(self, app_id: str | App) -> list[AppUser]:
        """Everybody whom the app is assigned to, people of assigned groups included."""
        table = db.app_users
        query = sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.app_id == self.app(app_id).id)
        return [AppUser(**row._mapping) for row in self.store.rows(query.order_by(table.c.position))]

    def app_user_name(self, app: str | App, person: str | Person) -> str:
        """The person's username in the app: the assigned one, else what the app's form gives."""
        which, who = self.app(app), self.person(person)
        found = self._find_app_user(which, who)
        return found.user_name if found is not None else self._computed_user_name(which, who)

    def expression_context(
        self, app: App | None, person: Person, *, user_name: str = "", session: Session | None = None
    ) -> Context:
        """What expressions can refer to for this person in this app."""
        internal = {
            "id": person.id, "status": person.status, "created": person.created, "activated": person.activated,
            "statusChanged": person.status_changed, "lastLogin": person.last_login, "lastUpdated": person.last_updated,
        }  # fmt: skip
        return Context(
            user=person.attributes,
            appuser={**person.attributes, "userName": user_name or person.login},
            app={"id": app.id, "name": app.name, "label": app.label} if app else {},
            org={
                "name": self.name,
                "subDomain": self.subdomain,
                "externalKey": app.external_key if app else "",
            },
            session={"amr": list(session.amr)} if session else {},
            internal={k: iso8601(v) if isinstance(v, datetime) else v for k, v in internal.items()},
            groups=tuple(self.groups_of(person)),
            now=self.now(),
            find_person=self._profile_of,
        )

    def _profile_of(self, key: str) -> dict[str, Any] | None:
        found = self.find_person(key)
        return found.attributes if found else None

    def _computed_user_name(self, app: App, person: Person) -> str:
        context = self.expression_context(app, person)
        return application_username(app.application_username, app.username_expression, context)

    def _keep_assignment(self, app: App, scope: str, target_id: str, user_name: str) -> bool:
        table = db.assignments
        where = (table.c.app_id == app.id, table.c.scope == scope, table.c.target_id == target_id)
        if self.store.row(sa.select(table.c.position).where(*where)):
            if user_name:
                self.store.change(table.update().where(*where).values(user_name=user_name))
            self._cache.clear()
            return False
        priority = len(self._assignments_of(app)) + 1
        self.store.insert(
            table, app_id=app.id, scope=scope, target_id=target_id, user_name=user_name, created=self.now(),
            priority=priority,
        )  # fmt: skip
        self._cache.clear()
        return True

    def _drop_assignment(self, app: App, scope: str, target_id: str) -> bool:
        table = db.assignments
        dropped = self.store.change(
            table.delete().where(
                table.c.app_id == app.id, table.c.scope == scope, table.c.target_id == target_id
            )
        )
        self._cache.clear()
        return bool(dropped)

    def _sync(self, app: App, person: Person) -> None:
        """Make the person's app user in this app what assignments, profile and update rule say."""
        scope = self._scope_of(app, person)
        known = self._find_app_user(app, person)
        table = db.app_users
        if scope is None:
            if known is not None:
                self.store.change(table.delete().where(table.c.id == known.id))
                self._log_membership("remove", app, person, known)
            return
        typed = next(
            (a.user_name for a in self._assignments_of(app) if scope == "USER" and a.target_id == person.id),
            "",
        )
        now = self.now()
        if known is None:
            made = AppUser(
                self.new_id("0ua"), app.id, person.id, typed or self._computed_user_name(app, person), scope, now, now,
                bool(typed),
            )  # fmt: skip
            self.store.insert(table, **{name: getattr(made, name) for name in _COLUMNS})
            self._cache.pop(("app user", app.id, person.id), None)
            self._log_membership("add", app, person, made)
            return
        name, overridden = known.user_name, known.overridden
        if typed:
            name, overridden = typed, True
        elif app.username_update == "Create and update" and not overridden:
            name = self._computed_user_name(app, person)
        if (name, overridden, scope) != (known.user_name, known.overridden, known.scope):
            self.store.change(
                table.update().where(table.c.id == known.id).values(
                    user_name=name, overridden=overridden, scope=scope, last_updated=now
                )
            )  # fmt: skip
            self._cache.pop(("app user", app.id, person.id), None)
            if name != known.user_name:
                self._log_membership("change_username", app, person, self.app_user(app, person))

    def _log_membership(self, what: str, app: App, person: Person, app_user: AppUser) -> None:
        target: list[dict[str, Any]] = [
            app_user_entry(app_user, person),
            app_entry(app),
            person_entry(person),
        ]
        self.log_event(f"application.user_membership.{what}", target=target)

    def _person_changed(self, person_id: str) -> None:
        self._cache.clear()
        person = self.person(person_id)
        for app in self.apps():
            self._sync(app, person)

    def _app_changed(self, app: App) -> None:
        for app_user in self.app_users(app):
            self._sync(app, self.person(app_user.person_id))
