"""Mail that the SP would send. It goes no further than an outbox, which admins and tests read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from harness.reference_sp.store import Store, mails


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``topic`` names what it is about; one topic is never mailed twice to the same person."""

    org_id: str
    topic: str
    to: str
    subject: str
    text: str
    sent: datetime


class Outbox:
    """The mails of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def send(self, org_id: str, topic: str, to: str, subject: str, text: str) -> None:
        """Send a mail, unless this person has had one on the topic."""
        mine = (mails.c.org_id == org_id, mails.c.topic == topic, mails.c.to == to)
        with self._store.work() as work:
            if work.execute(select(mails.c.to).where(*mine)).first() is None:
                mail = Mail(org_id, topic, to, subject, text, self._now())
                work.execute(
                    insert(mails).values({name: getattr(mail, name) for name in Mail.__dataclass_fields__})
                )

    def all(self, org_id: str) -> list[Mail]:
        """The mails of an organization, the oldest first."""
        rows = select(mails).where(mails.c.org_id == org_id).order_by(mails.c.sent)
        with self._store.work() as work:
            return [Mail(**row) for row in work.execute(rows).mappings()]
