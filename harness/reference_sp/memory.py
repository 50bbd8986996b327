"""Earlier messages: logins that were started, assertions that were used."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
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


class MessageMemory:
    """The requests and the used messages of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def start_request(self, **values: Any) -> LoginRequest:
        """Remember a login that is being started. The relay state is an opaque handle of 32 characters."""
        request = LoginRequest(
            id=new_id(), relay_state=secrets.token_urlsafe(24), created=self._now(), **values
        )
        row = {field: getattr(request, field) for field in LoginRequest.__dataclass_fields__}
        with self._store.work() as work:
            work.execute(insert(requests).values(**row))
        return request

    def find_request(self, request_id: str) -> LoginRequest | None:
        """The login with that request ID, whoever started it."""
        with self._store.work() as work:
            row = work.execute(select(requests).where(requests.c.id == request_id)).mappings().first()
        return None if row is None else LoginRequest(**row)

    def find_by_relay_state(self, relay_state: str) -> LoginRequest | None:
        """The login that was sent out with that relay state."""
        if not relay_state:
            return None
        with self._store.work() as work:
            row = (
                work.execute(select(requests).where(requests.c.relay_state == relay_state)).mappings().first()
            )
        return None if row is None else LoginRequest(**row)

    def was_used(self, issuer: str, message_id: str) -> bool:
        """Whether a message of that issuer was used and is still remembered."""
        found = select(used_messages.c.id).where(
            used_messages.c.issuer == issuer, used_messages.c.id == message_id
        )
        with self._store.work() as work:
            return work.execute(found).first() is not None

    def was_ended(self, issuer: str, name_id: str, session_index: str) -> bool:
        """Whether the IdP has ended that session already, so that an assertion for it comes too late."""
        row = select(ended_sessions.c.until).where(
            ended_sessions.c.issuer == issuer,
            ended_sessions.c.name_id == name_id,
            ended_sessions.c.session_index == session_index,
        )
        with self._store.work() as work:
            until = work.execute(row).scalars().first()
        return until is not None and until > self._now()

    def use(self, issuer: str, message_id: str, until: datetime) -> None:
        """Take a message for good, so that no second one can be made of it, not even at the same moment.

        :raises AlreadyUsed: when it was taken.
        """
        with self._store.work() as work:
            work.execute(delete(used_messages).where(used_messages.c.until < self._now() - timedelta(days=1)))
            try:
                work.execute(insert(used_messages).values(issuer=issuer, id=message_id, until=until))
            except IntegrityError:
                raise AlreadyUsed from None

    def use_again(self, issuer: str, message_id: str, until: datetime) -> None:
        """Take a message, whether it was taken or not: what weaknesses do."""
        with self._store.work() as work:
            work.execute(
                delete(used_messages).where(
                    used_messages.c.issuer == issuer, used_messages.c.id == message_id
                )
            )
            work.execute(insert(used_messages).values(issuer=issuer, id=message_id, until=until))

    def answer(self, request: LoginRequest) -> None:
        """Mark a login as answered.

        :raises AlreadyUsed: when it was answered.
        """
        open_one = update(requests).where(requests.c.id == request.id, requests.c.answered.is_(False))
        with self._store.work() as work:
            if work.execute(open_one.values(answered=True)).rowcount != 1:
                raise AlreadyUsed
