"""Who is signed in, in which browser."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from harness.reference_sp.exchange import Subject
from harness.reference_sp.members import Member
from harness.reference_sp.store import Store, sessions


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. Everything that names the person comes from the verified assertion."""

    id: str
    """Hash of the cookie; the cookie itself is nowhere stored."""
    org_id: str
    email_key: str
    method: str
    created: datetime
    expires: datetime
    seen: datetime
    """When it was last used."""
    browser: str = ""
    """Mark of the browser that it was started in."""
    offered: bool = False
    """The person has not said yet that they want it in place of the session they have."""
    issuer: str = ""
    name_id: str = ""
    name_id_format: str = ""
    name_qualifier: str = ""
    sp_name_qualifier: str = ""
    session_index: str = ""
    attributes: Mapping[str, list[str]] = field(default_factory=dict)


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


# Written once: putting a statement together takes longer than running it.
_BY_ID = select(sessions).where(sessions.c.id == bindparam("session_id"))
_IN_BROWSER = (
    select(sessions)
    .where(
        sessions.c.browser == bindparam("mark"),
        sessions.c.offered.is_(False),
        sessions.c.expires > bindparam("now"),
    )
    .order_by(sessions.c.created.desc())
)
_TIDY_EVERY = 200


class Sessions:
    """The sessions of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime], idle: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._idle = idle
        self._started = 0

    def _tidy(self, work: Connection, now: datetime) -> None:
        self._started += 1
        if self._started % _TIDY_EVERY == 0:
            work.execute(delete(sessions).where(sessions.c.expires <= now))

    def start(
        self,
        member: Member,
        method: str,
        lifetime: int,
        subject: Subject | None = None,
        *,
        browser: str = "",
        offered: bool = False,
        cookie: str | None = None,
    ) -> str:
        """A new session; returns the value of its cookie, always a fresh one (``cookie`` is a weakness)."""
        value = cookie or secrets.token_urlsafe(32)
        now = self._now()
        expires = now + timedelta(seconds=lifetime)
        if subject is not None and subject.session_not_on_or_after is not None:
            expires = min(expires, subject.session_not_on_or_after)
        session = Session(
            _hash(value), member.org_id, member.email_key, method, now, expires, now, browser, offered
        )
        row = {name: getattr(session, name) for name in Session.__dataclass_fields__}
        if subject is not None:
            row |= {
                "issuer": subject.issuer,
                "name_id": subject.name_id,
                "name_id_format": subject.name_id_format,
                "name_qualifier": subject.name_qualifier,
                "sp_name_qualifier": subject.sp_name_qualifier,
                "session_index": subject.session_index,
                "attributes": dict(subject.attributes),
            }
        with self._store.work() as work:
            self._tidy(work, now)
            if cookie is not None:  # a weakness may choose one that is taken
                work.execute(delete(sessions).where(sessions.c.id == row["id"]))
            work.execute(insert(sessions), row)
        return value

    def find(self, cookie: str | None) -> Session | None:
        """The live session of that cookie; looking for it counts as using it."""
        if not cookie:
            return None
        with self._store.work() as work:
            row = work.execute(_BY_ID, {"session_id": _hash(cookie)}).mappings().first()
        session = None if row is None else Session(**row)
        if session is None or session.offered or self._now() >= session.expires:
            return None
        return self._used(session) if self._idle() else session

    def _used(self, session: Session) -> Session | None:
        """The session, marked as used now, unless it was left alone for too long."""
        now = self._now()
        if now >= session.seen + timedelta(seconds=self._idle()):
            self.end(session.id)
            return None
        with self._store.work() as work:
            work.execute(update(sessions).where(sessions.c.id == session.id).values(seen=now))
        return replace(session, seen=now)

    def in_browser(self, browser: str) -> Session | None:
        """The newest live session that was started in that browser, whether its cookie came along or not."""
        if not browser:
            return None
        with self._store.work() as work:
            row = work.execute(_IN_BROWSER, {"mark": browser, "now": self._now()}).mappings().first()
        return None if row is None else Session(**row)

    def accept(self, cookie: str, browser: str) -> Session | None:
        """Make an offered session of that browser live."""
        row = select(sessions).where(sessions.c.id == _hash(cookie), sessions.c.browser == browser)
        with self._store.work() as work:
            found = (
                work.execute(row.where(sessions.c.offered.is_(True))).mappings().first() if browser else None
            )
            if found is None:
                return None
            work.execute(update(sessions).where(sessions.c.id == found["id"]).values(offered=False))
        return self.find(cookie)

    def all(self, org_id: str) -> list[Session]:
        """The live sessions of an organization, the oldest first."""
        rows = select(sessions).where(
            sessions.c.org_id == org_id, sessions.c.offered.is_(False), sessions.c.expires > self._now()
        )
        with self._store.work() as work:
            return [Session(**row) for row in work.execute(rows.order_by(sessions.c.created)).mappings()]

    def end(self, session_id: str) -> None:
        """End one session."""
        with self._store.work() as work:
            work.execute(delete(sessions).where(sessions.c.id == session_id))

    def end_passwords(self, org_id: str, *, but: str) -> None:
        """End the sessions of an organization that a password opened, except those of one member."""
        opened = (sessions.c.org_id == org_id, sessions.c.method == "password")
        with self._store.work() as work:
            work.execute(delete(sessions).where(*opened, sessions.c.email_key != but))

    def end_all_of(self, org_id: str, email_key: str) -> None:
        """End every session of one member."""
        with self._store.work() as work:
            work.execute(
                delete(sessions).where(sessions.c.org_id == org_id, sessions.c.email_key == email_key)
            )
