"""Okta sessions, and which apps were signed in to within each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.assignments import Assignments
from fake_idp.org.errors import NotAllowed, NotFound
from fake_idp.org.log import person_entry
from fake_idp.org.model import App, AppSession, Person, Session

_COLUMNS = [f.name for f in fields(Session)]
_APP_COLUMNS = [f.name for f in fields(AppSession)]
_NOTE_LOGIN = (
    db.people.update()
    .where(db.people.c.id == sa.bindparam("person_id"))
    .values(last_login=sa.bindparam("now", type_=db.UtcTime))
)
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TOUCH = timedelta(minutes=1)
_SWEEP_EVERY = 200


class Sessions(Assignments):
    """The part of the org that keeps sessions. One that is not used ends after ``session_lifetime_minutes``."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._started = 0

    def start_session(
        self,
        person: str | Person,
        remember: bool = False,
        *,
        amr: tuple[str, ...] = ("pwd",),
        log: bool = True,
    ) -> Session:
        """Sign a person in to Okta.

        :raises NotAllowed: when the person's status does not let them in.
        """
        with self.store.lock:
            who = self.person(person)
            if not who.can_sign_in:
                raise NotAllowed(f"{who.login} is {who.status} and cannot sign in; only ACTIVE people can")
            now = self.now()
            session = Session(
                id="102" + "".join(self.rng.choices(_ID_LETTERS, k=22)), person_id=who.id, created=now,
                authenticated_at=now, expires_at=self._expiry(now, remember), remember=remember, amr=amr,
            )  # fmt: skip
            with self.store.transaction():
                self.store.insert(
                    db.sessions, **{n: getattr(session, n) for n in _COLUMNS if n != "amr"}, amr=list(amr)
                )
                self.store.change(_NOTE_LOGIN, {"person_id": who.id, "now": now})
                if log:
                    self.log_event(
                        "user.session.start", actor=who, target=[person_entry(who)], session=session
                    )
                self._sweep(now)
            # Of what is remembered of the org, a login changes the person alone.
            self._cache.pop(("people",), None)
            self._cache[("person", who.id)] = replace(who, last_login=now)
            self._cache[("session", session.id)] = session
        return session

    def session(self, session_id: str) -> Session | None:
        """The session, or None when there is none, it has expired, or its owner may not sign in any more.

        Asking counts as use: it moves the expiry on.
        """
        with self.store.lock:
            session = self._cache.get(("session", session_id)) or self._read(session_id)
            if session is None:
                return None
            now = self.now()
            owner = self.find_person(session.person_id)
            if now >= session.expires_at or owner is None or not owner.can_sign_in:
                self._drop(session_id)
                return None
            expiry = self._expiry(now, session.remember)
            if expiry - session.expires_at > _TOUCH:
                session = self._put(replace(session, expires_at=expiry))
            return session

    def sessions(self, person: str | Person) -> list[Session]:
        """The live sessions of a person."""
        table = db.sessions
        query = (
            sa.select(table.c.id)
            .where(table.c.person_id == self.person(person).id)
            .order_by(table.c.position)
        )
        found = [self.session(row.id) for row in self.store.rows(query)]
        return [session for session in found if session is not None]

    def refresh_session(self, session_id: str) -> Session:
        """Note that the person has just proved the password again, as ForceAuthn demands.

        :raises NotFound: when the session is over.
        """
        with self.store.lock:
            session = self.session(session_id)
            if session is None:
                raise NotFound("session", "(over or unknown)")
            now = self.now()
            return self._put(
                replace(
                    session,
                    authenticated_at=now,
                    expires_at=self._expiry(now, session.remember),
                    authentications=session.authentications + 1,
                )
            )

    def end_session(self, session_id: str, *, debug_data: Mapping[str, Any] | None = None) -> Session | None:
        """Sign out of Okta. Gives the session that ended, or None when there was none."""
        with self.store.lock:
            session = self.session(session_id)
            if session is None:
                return None
            with self.store.transaction():
                owner = self.person(session.person_id)
                self.log_event(
                    "user.session.end",
                    actor=owner,
                    target=[person_entry(owner)],
                    session=session,
                    debug_data=debug_data,
                )
                self._drop(session_id)
            return session

    def clear_sessions(self, person: str | Person) -> int:
        """End all sessions of a person, as an admin does; gives how many there were."""
        who = self.person(person)
        with self.store.lock, self.store.transaction():
            count = self._drop_sessions(who.id)
            self.log_event("user.session.clear", target=[person_entry(who)])
        return count

    def record_app_session(
        self, session_id: str, app_id: str | App, session_index: str, name_id: str, name_id_format: str = ""
    ) -> AppSession:
        """Remember that an app was signed in to within a session."""
        entry = AppSession(
            session_id, self.app(app_id).id, session_index, name_id, name_id_format, self.now()
        )
        self.store.insert(db.app_sessions, **{name: getattr(entry, name) for name in _APP_COLUMNS})
        return entry

    def app_sessions(self, session_id: str) -> list[AppSession]:
        """The logins to apps within a session, oldest first."""
        return self._app_sessions(db.app_sessions.c.session_id == session_id)

    def app_sessions_named(self, app_id: str | App, name_id: str) -> list[AppSession]:
        """The logins to one app under one NameID, in any session: what a LogoutRequest can mean."""
        table = db.app_sessions
        return self._app_sessions(table.c.app_id == self.app(app_id).id, table.c.name_id == name_id)

    def _app_sessions(self, *where: sa.ColumnElement[bool]) -> list[AppSession]:
        table = db.app_sessions
        query = sa.select(*(table.c[name] for name in _APP_COLUMNS)).where(*where).order_by(table.c.position)
        return [AppSession(**row._mapping) for row in self.store.rows(query)]

    def end_app_session(self, session_id: str, app_id: str | App) -> None:
        """Forget that an app was signed in to within a session."""
        table = db.app_sessions
        self.store.change(
            table.delete().where(table.c.session_id == session_id, table.c.app_id == self.app(app_id).id)
        )

    def _expiry(self, now: datetime, remember: bool) -> datetime:
        if remember:
            return now + timedelta(days=self.settings.remember_session_days)
        return now + timedelta(minutes=self.settings.session_lifetime_minutes)

    def _read(self, session_id: str) -> Session | None:
        table = db.sessions
        row = self.store.row(sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.id == session_id))
        if row is None:
            return None
        session = Session(**{**row._mapping, "amr": tuple(row.amr)})
        self._cache[("session", session_id)] = session
        return session

    def _put(self, session: Session) -> Session:
        self.store.change(
            db.sessions.update().where(db.sessions.c.id == session.id).values(
                authenticated_at=session.authenticated_at, expires_at=session.expires_at,
                authentications=session.authentications,
            )
        )  # fmt: skip
        self._cache[("session", session.id)] = session
        return session

    def _drop(self, session_id: str) -> None:
        self._cache.pop(("session", session_id), None)
        self.store.change(db.sessions.delete().where(db.sessions.c.id == session_id))
        self.store.change(db.app_sessions.delete().where(db.app_sessions.c.session_id == session_id))

    def _drop_sessions(self, person_id: str) -> int:
        rows = self.store.rows(sa.select(db.sessions.c.id).where(db.sessions.c.person_id == person_id))
        for row in rows:
            self._drop(row.id)
        return len(rows)

    def _sweep(self, now: datetime) -> None:
        """Forget expired sessions now and then, so that a long-running org does not grow."""
        self._started += 1
        if self._started % _SWEEP_EVERY:
            return
        for row in self.store.rows(sa.select(db.sessions.c.id).where(db.sessions.c.expires_at <= now)):
            self._drop(row.id)
