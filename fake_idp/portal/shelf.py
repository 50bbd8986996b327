"""Messages that wait for the browser: posted requests during sign-in, logout requests for their frames."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from flask import current_app

from fake_idp.slo import LogoutOrder

_ROOM = 500

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """A bounded store under unguessable keys, in memory; the oldest make room for new ones."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, value: Value) -> str:
        """Keep the value and say under which key."""
        key = secrets.token_urlsafe(18)
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._room:
                self._values.popitem(last=False)
        return key

    def get(self, key: str) -> Value | None:
        """The value, which stays, so that a page may be loaded again."""
        with self._lock:
            return self._values.get(key)


@dataclass(frozen=True, slots=True)
class PostedRequest:
    """An AuthnRequest's form fields."""

    saml_request: str
    relay_state: str | None


def posted_requests() -> Shelf[PostedRequest]:
    """AuthnRequests that were posted by people who had to sign in first."""
    return cast(
        "Shelf[PostedRequest]", current_app.extensions.setdefault("fake_idp.posted_requests", Shelf())
    )


def logout_orders() -> Shelf[LogoutOrder]:
    """LogoutRequests to apps, each fetched by its frame."""
    return cast("Shelf[LogoutOrder]", current_app.extensions.setdefault("fake_idp.logout_orders", Shelf()))
