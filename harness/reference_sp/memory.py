"""Earlier messages: logins that were started, assertions that were used."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from harness.reference_sp.exchange import LoginRequest
from harness.reference_sp.store import Store, ended_sessions, requests, used_messages


class AlreadyUsed(Exception):
    """Another login took the message or the request a moment ago."""


def new_id() -> str:
    """An ID for a SAML message: an XML name with 160 random bits (SAML Core 1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def browser_key(cookie: str | None) -> str:
    """What is stored of the cookie that marks a browser; empty without one."""
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""


# Written once: putting a statement together takes longer than running it.
_REQUEST = select(requests).where(requests.c.id == bindparam("request_id"))
_REQUEST_BY_STATE = select(requests).where(requests.c.relay_state == bindparam("state"))
_USED_KEY = (used_messages.c.issuer == bindparam("by"), used_messages.c.id == bindparam("message_id"))
_USED = select(used_messages.c.id).where(*_USED_KEY)
_ENDED = select(ended_sessions.c.until).where(
    ended_sessions.c.issuer == bindparam("by"),
    ended_sessions.c.name_id == bindparam("name"),
    ended_sessions.c.session_index == bindparam("index"),
)
_ANSWER = (
    update(requests)
    .where(requests.c.id == bindparam("request_id"), requests.c.answered.is_(False))
    .values(answered=True)
)
_FORGET_USED = delete(used_messages).where(used_messages.c.until < bindparam("before"))
_FORGET_REQUESTS = delete(requests).where(requests.c.created < bindparam("before"))
_KEPT = timedelta(days=1)
"""How long a used message is remembered after its end, and a request after its start: no check depends on it."""
_TIDY_EVERY = 200


class MessageMemory:
    """The requests and the used messages of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._started = 0

    def start_request(self, **values: Any) -> LoginRequest:
        """Remember a login that is being started. The relay state is an opaque handle of 32 characters."""
        drawn = {"id": new_id(), "relay_state": secrets.token_urlsafe(24)}
        request = LoginRequest(**{**drawn, **values}, created=self._now())
        row = {field: getattr(request, field) for field in LoginRequest.__dataclass_fields__}
        with self._store.work() as work:
            if "id" in values:  # a weakness may choose one that is taken
                work.execute(delete(requests).where(requests.c.id == request.id))
            work.execute(insert(requests), row)
            self._tidy(work)
        return request

    def _tidy(self, work: Connection) -> None:
        self._started += 1
        if self._started % _TIDY_EVERY == 0:
            before = self._now() - _KEPT
            work.execute(_FORGET_USED, {"before": before})
            work.execute(_FORGET_REQUESTS, {"before": before})

    def find_request(self, request_id: str) -> LoginRequest | None:
        """The login with that request ID, whoever started it."""
        with self._store.work() as work:
            row = work.execute(_REQUEST, {"request_id": request_id}).mappings().first()
        return None if row is None else LoginRequest(**row)

    def find_by_relay_state(self, relay_state: str) -> LoginRequest | None:
        """The login that was sent out with that relay state."""
        if not relay_state:
            return None
        with self._store.work() as work:
            row = work.execute(_REQUEST_BY_STATE, {"state": relay_state}).mappings().first()
        return None if row is None else LoginRequest(**row)

    def was_used(self, issuer: str, message_id: str) -> bool:
        """Whether a message of that issuer was used and is still remembered."""
        with self._store.work() as work:
            return work.execute(_USED, {"by": issuer, "message_id": message_id}).first() is not None

    def was_ended(self, issuer: str, name_id: str, session_index: str) -> bool:
        """Whether the IdP has ended that session already, so that an assertion for it comes too late."""
        key = {"by": issuer, "name": name_id, "index": session_index}
        with self._store.work() as work:
            until = work.execute(_ENDED, key).scalars().first()
        return until is not None and until > self._now()

    def use(self, issuer: str, message_id: str, until: datetime) -> None:
        """Take a message for good, so that no second one can be made of it, not even at the same moment.

        :raises AlreadyUsed: when it was taken.
        """
        with self._store.work() as work:
            try:
                work.execute(insert(used_messages), {"issuer": issuer, "id": message_id, "until": until})
            except IntegrityError:
                raise AlreadyUsed from None

    def forget_used(self) -> None:
        """Forget every used message: what a weakness does at its start."""
        with self._store.work() as work:
            work.execute(delete(used_messages))

    def use_again(self, issuer: str, message_id: str, until: datetime) -> None:
        """Take a message, whether it was taken or not: what weaknesses do."""
        with self._store.work() as work:
            work.execute(delete(used_messages).where(*_USED_KEY), {"by": issuer, "message_id": message_id})
            work.execute(insert(used_messages), {"issuer": issuer, "id": message_id, "until": until})

    def answer(self, request: LoginRequest) -> None:
        """Mark a login as answered.

        :raises AlreadyUsed: when it was answered.
        """
        with self._store.work() as work:
            if work.execute(_ANSWER, {"request_id": request.id}).rowcount != 1:
                raise AlreadyUsed
