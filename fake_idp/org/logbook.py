"""The org's System Log: writing and reading events."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.base import OrgBase
from fake_idp.org.log import EVENT_TYPES, SYSTEM_ACTOR, acting_now, event_object, person_entry
from fake_idp.org.model import LogEvent, Person, Session

_PRUNE_EVERY = 500


class Logbook(OrgBase):
    """The part of the org that keeps the System Log."""

    _since_pruning = 0

    def log_event(
        self,
        event_type: str,
        *,
        actor: Person | None = None,
        target: Sequence[Mapping[str, Any]] = (),
        result: str = "SUCCESS",
        reason: str | None = None,
        debug_data: Mapping[str, Any] | None = None,
        session: Session | None = None,
        message: str | None = None,
        severity: str | None = None,
    ) -> LogEvent:
        """Write one event.

        Actor, session and client default to those of :func:`fake_idp.org.log.acting`; without one the actor is
        the Okta System. ``message`` and ``severity`` default to those of the event type and the result.
        """
        known_message, legacy = EVENT_TYPES.get(event_type, (event_type, ""))
        current_actor, current_session, client = acting_now()
        who = actor or current_actor
        with self.store.lock:
            now = self.now()
            event_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
            transaction = base64.urlsafe_b64encode(self.rng.randbytes(18)).decode("ascii")
            data = event_object(
                uuid=event_id,
                transaction_id=transaction,
                published=now,
                event_type=event_type,
                display_message=message or known_message,
                legacy_event_type=legacy or None,
                severity=severity or ("INFO" if result in ("SUCCESS", "ALLOW", "UNANSWERED") else "WARN"),
                result=result,
                reason=reason,
                actor=person_entry(who) if who else SYSTEM_ACTOR,
                target=target,
                debug_data=debug_data or {},
                session=session or current_session,
                client=client,
            )
            self.store.insert(
                db.events, uuid=event_id, published=now, event_type=event_type, result=result, reason=reason,
                data=json.dumps(data, separators=(",", ":"), ensure_ascii=False),
            )  # fmt: skip
            self._prune()
        return _event(data, now)

    def log(
        self,
        event_type: str | None = None,
        since: datetime | None = None,
        *,
        until: datetime | None = None,
        result: str | None = None,
        q: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[LogEvent]:
        """Events, oldest first.

        ``event_type`` is a full type or its beginning followed by ``*``; ``q`` is text that stands anywhere in the
        event; ``since`` and ``until`` are compared with ``published`` (from, and before).
        """
        table = db.events
        query = sa.select(table.c.data, table.c.published)
        if event_type and event_type.endswith("*"):
            query = query.where(table.c.event_type.startswith(event_type[:-1], autoescape=True))
        elif event_type:
            query = query.where(table.c.event_type == event_type)
        if since is not None:
            query = query.where(table.c.published >= since)
        if until is not None:
            query = query.where(table.c.published < until)
        if result:
            query = query.where(table.c.result == result)
        for word in (q or "").split():
            query = query.where(table.c.data.icontains(word, autoescape=True))
        query = query.order_by(table.c.position.desc() if newest_first else table.c.position)
        if limit is not None:
            query = query.limit(limit)
        return [_event(json.loads(row.data), row.published) for row in self.store.rows(query)]

    def _prune(self) -> None:
        """Drop the oldest events beyond the limit, now and then."""
        self._since_pruning += 1
        if self._since_pruning < _PRUNE_EVERY:
            return
        self._since_pruning = 0
        table = db.events
        newest = self.store.scalar(sa.select(sa.func.max(table.c.position))) or 0
        self.store.change(table.delete().where(table.c.position <= newest - self.settings.log_max_events))


def _event(data: dict[str, Any], published: datetime) -> LogEvent:
    outcome = data["outcome"]
    return LogEvent(
        uuid=data["uuid"],
        published=published,
        event_type=data["eventType"],
        display_message=data["displayMessage"],
        severity=data["severity"],
        result=outcome["result"],
        reason=outcome["reason"],
        data=data,
    )
