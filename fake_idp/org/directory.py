"""The people of an org: their profiles, passwords and statuses."""

from __future__ import annotations

import hmac
import re
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.errors import AlreadyExists, InvalidValue, NotFound
from fake_idp.org.log import person_entry
from fake_idp.org.logbook import Logbook
from fake_idp.org.model import PERSON_STATUSES, Person
from fake_idp.org.passwords import hashed, matches
from fake_idp.org.people import made_up_person

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_COLUMNS = [f.name for f in fields(Person)]
_BASE = {"login": "login", "email": "email", "firstName": "first_name", "lastName": "last_name"}
_LIFECYCLE_EVENTS = {
    ("SUSPENDED", "ACTIVE"): "user.lifecycle.unsuspend",
    ("LOCKED_OUT", "ACTIVE"): "user.account.unlock",
}
_STATUS_EVENTS = {
    "ACTIVE": "user.lifecycle.activate",
    "SUSPENDED": "user.lifecycle.suspend",
    "DEPROVISIONED": "user.lifecycle.deactivate",
    "LOCKED_OUT": "user.account.lock",
}


class Directory(Logbook):
    """The part of the org that keeps people."""

    def add_person(
        self,
        login: str | None = None,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        password: str | None = None,
        admin: bool = False,
        *,
        status: str = "ACTIVE",
        person_id: str | None = None,
        password_hash: str | None = None,
        **profile: Any,
    ) -> Person:
        """Add a person. What is not given is made up from the org's seed, the same each time.

        ``profile`` takes any other attribute by Okta's name: ``department="R&D"``, ``employeeID="7"``; a list is a
        multi-valued attribute. Without ``password`` the person gets the one that :meth:`password_of` tells.
        ``person_id`` and ``password_hash`` are for people who come from another org.

        :raises AlreadyExists: when the login is taken.
        :raises InvalidValue: when the login or the email is no email address.
        """
        profile = dict(profile)
        first_name = first_name if first_name is not None else profile.pop("firstName", None)
        last_name = last_name if last_name is not None else profile.pop("lastName", None)
        with self._unit():
            if login is None or first_name is None or last_name is None:
                login, first_name, last_name = self._made_up(login, first_name, last_name)
            email = (
                email if email is not None else login if "@" in login else f"{login}@{self.subdomain}.test"
            )
            self._check_login(login)
            self._check_email(email)
            if status not in PERSON_STATUSES:
                raise InvalidValue(
                    "status", f"expected one of {', '.join(PERSON_STATUSES)}, received {status!r}"
                )
            now = self.now()
            person = Person(
                id=self._free_id(person_id) if person_id else self.new_id("00u"),
                login=login,
                email=email,
                first_name=first_name,
                last_name=last_name,
                status=status,
                is_admin=admin,
                created=now,
                last_updated=now,
                status_changed=now,
                password_changed=now,
                activated=now if status == "ACTIVE" else None,
                profile=profile,
            )
            self.store.insert(
                db.people,
                **{name: getattr(person, name) for name in _COLUMNS},
                login_key=login.lower(),
                password_hash=hashed(password) if password is not None else password_hash or "",
            )
            self.log_event("user.lifecycle.create", target=[person_entry(person)])
            if status == "ACTIVE":
                self.log_event("user.lifecycle.activate", target=[person_entry(person)])
            self._person_changed(person.id)
        return person

    def _free_id(self, person_id: str) -> str:
        if self._find_person(person_id) is not None:
            raise AlreadyExists(f"a person with the id {person_id!r} is in the org already")
        return person_id

    def _made_up(self, login: str | None, first: str | None, last: str | None) -> tuple[str, str, str]:
        domain = f"{self.subdomain}.test"
        if login is not None:
            made = made_up_person(self.seed, login.lower(), domain)
            return (
                login,
                made.first_name if first is None else first,
                made.last_name if last is None else last,
            )
        count = int(self.store.scalar(sa.select(sa.func.count()).select_from(db.people)))
        while True:
            made = made_up_person(self.seed, f"person {count}", domain)
            first_name, last_name = first or made.first_name, last or made.last_name
            local = f"{first_name}.{last_name}".lower()
            login = made.login if first is last is None else f"{re.sub(r'[^a-z0-9.]', '', local)}@{domain}"
            if self._find_person(login) is None:
                return login, first_name, last_name
            if first is not None and last is not None:
                return f"{login.partition('@')[0]}{count}@{domain}", first_name, last_name
            count += 1

    def people(self, q: str | None = None, *, status: str | None = None) -> list[Person]:
        """People in the order they were added; ``q`` narrows to those whose name, login or email has it in it."""
        rows = self._remembered(("people",), lambda: tuple(map(_person, self.store.rows(_select()))))
        words = (q or "").lower().split()
        return [
            person
            for person in rows
            if (status is None or person.status == status)
            and all(
                word in f"{person.first_name} {person.last_name} {person.login} {person.email}".lower()
                for word in words
            )
        ]

    def person(self, key: str | Person) -> Person:
        """The person with this id or login; the login's case does not matter.

        :raises NotFound: when there is none.
        """
        if isinstance(key, Person):
            key = key.id
        found = self._find_person(key)
        if found is None:
            raise NotFound("person", key, [person.login for person in self.people()])
        return found

    def find_person(self, key: str) -> Person | None:
        """The person with this id or login, or None."""
        return self._find_person(key)

    def _find_person(self, key: str) -> Person | None:
        return self._person_by_id(key) or self._person_by_id(self._id_of_login(key.lower()))

    def _person_by_id(self, person_id: str) -> Person | None:
        def read() -> Person | None:
            row = self.store.row(_select().where(db.people.c.id == person_id))
            return _person(row) if row else None

        return self._remembered(("person", person_id), read)

    def _id_of_login(self, login_key: str) -> str:
        def read() -> str:
            query = sa.select(db.people.c.id).where(db.people.c.login_key == login_key)
            return str(self.store.scalar(query) or "")

        return self._remembered(("login", login_key), read)

    def update_person(self, key: str | Person, **changes: Any) -> Person:
        """Change a person's profile.

        Base attributes by Python or Okta name (``first_name`` or ``firstName``), ``is_admin``, and any other
        attribute by Okta's name; None removes one. Application usernames follow where their app says so.

        :raises AlreadyExists: when the new login is taken.
        :raises InvalidValue: when the login or the email is no email address.
        """
        person = self.person(key)
        columns: dict[str, Any] = {}
        profile = dict(person.profile)
        for name, value in changes.items():
            column = _BASE.get(name, name)
            if column in _BASE.values() or column == "is_admin":
                columns[column] = value
            elif value is None:
                profile.pop(name, None)
            else:
                profile[name] = value
        with self._unit():
            if "login" in columns and columns["login"].lower() != person.login.lower():
                self._check_login(columns["login"])
            if "email" in columns:
                self._check_email(columns["email"])
            if "login" in columns:
                columns["login_key"] = columns["login"].lower()
                # A password that follows from the seed and the old login must keep working.
                if not self._password_hash(person.id):
                    columns["password_hash"] = hashed(self.derived(f"password/{person.login.lower()}"))
            self._set(person.id, profile=profile, last_updated=self.now(), **columns)
            self._cache.clear()
            updated = self.person(person.id)
            self.log_event("user.account.update_profile", target=[person_entry(updated)])
            self._person_changed(person.id)
        return updated

    def set_person_status(self, key: str | Person, status: str) -> Person:
        """Put a person into one of Okta's statuses. Whoever is not ACTIVE loses all sessions at once."""
        if status not in PERSON_STATUSES:
            raise InvalidValue("status", f"expected one of {', '.join(PERSON_STATUSES)}, received {status!r}")
        person = self.person(key)
        if person.status == status:
            return person
        now = self.now()
        with self._unit():
            more = {"activated": now} if status == "ACTIVE" and person.activated is None else {}
            self._set(person.id, status=status, status_changed=now, last_updated=now, **more)
            event = _LIFECYCLE_EVENTS.get((person.status, status)) or _STATUS_EVENTS.get(status)
            if event:
                self.log_event(event, target=[person_entry(person)])
            if status != "ACTIVE":
                self._drop_sessions(person.id)
            self._cache.clear()
            self._person_changed(person.id)
        return self.person(person.id)

    def delete_person(self, key: str | Person) -> None:
        """Delete a person for good, with all sessions, memberships and assignments."""
        person = self.person(key)
        with self._unit():
            self._drop_sessions(person.id)
            self.store.change(db.members.delete().where(db.members.c.person_id == person.id))
            table = db.assignments
            self.store.change(table.delete().where(table.c.scope == "USER", table.c.target_id == person.id))
            self.store.change(db.app_users.delete().where(db.app_users.c.person_id == person.id))
            self.store.change(db.people.delete().where(db.people.c.id == person.id))
            self.log_event("user.lifecycle.delete.initiated", target=[person_entry(person)])

    def check_password(self, login: str, password: str) -> Person | None:
        """The person, when the password is right and the person may sign in; else None. Writes no event."""
        person = self._find_person(login)
        if person is None or not person.can_sign_in:
            return None
        stored = self._password_hash(person.id)
        if stored:
            return person if matches(password, stored) else None
        expected = self.derived(f"password/{person.login.lower()}")
        return person if hmac.compare_digest(password.encode(), expected.encode()) else None

    def password_of(self, key: str | Person) -> str:
        """The password of a person who was added without one.

        :raises InvalidValue: when the person was given a password, which only a hash is kept of.
        """
        person = self.person(key)
        if self._password_hash(person.id):
            raise InvalidValue("password", f"{person.login} was given a password, and only its hash is kept")
        return self.derived(f"password/{person.login.lower()}")

    def set_password(self, key: str | Person, password: str) -> None:
        """Give a person a password."""
        person = self.person(key)
        if not password:
            raise InvalidValue("password", "expected at least one character")
        now = self.now()
        with self._unit():
            self._set(person.id, password_hash=hashed(password), password_changed=now, last_updated=now)
            self.log_event("user.account.update_password", target=[person_entry(person)])

    def password_hash(self, key: str | Person) -> str:
        """The hash of a password that was given; empty for people with a generated one."""
        return self._password_hash(self.person(key).id)

    def set_password_hash(self, key: str | Person, password_hash: str) -> None:
        """Take over the hash of a password that was given in another org."""
        with self._unit():
            self._set(self.person(key).id, password_hash=password_hash, password_changed=self.now())

    def _password_hash(self, person_id: str) -> str:
        return self._remembered(
            ("password", person_id),
            lambda: str(
                self.store.scalar(sa.select(db.people.c.password_hash).where(db.people.c.id == person_id))
                or ""
            ),
        )

    def _set(self, person_id: str, **columns: Any) -> None:
        self.store.change(db.people.update().where(db.people.c.id == person_id).values(**columns))

    def _check_login(self, login: str) -> None:
        if not login or len(login) > 100:
            raise InvalidValue("login", f"expected 1 to 100 characters, received {len(login)}")
        if self.settings.require_email_logins and not _EMAIL.fullmatch(login):
            raise InvalidValue(
                "login", f"username must be in the form of an email address, received {login!r}"
            )
        if self._find_person(login) is not None:
            raise AlreadyExists(f"a person with the login {login!r} is in the org already")

    @staticmethod
    def _check_email(email: str) -> None:
        if not _EMAIL.fullmatch(email):
            raise InvalidValue("email", f"expected an email address, received {email!r}")

    def _person_changed(self, person_id: str) -> None:
        """What follows from a change of a person; assignments override it."""

    def _drop_sessions(self, person_id: str) -> int:  # noqa: ARG002 - the session part overrides it
        """End all sessions of a person; gives how many there were."""
        return 0


def _select() -> sa.Select[Any]:
    return sa.select(*(db.people.c[name] for name in _COLUMNS)).order_by(db.people.c.position)


def _person(row: sa.Row[Any]) -> Person:
    return Person(**row._mapping)
