"""Requests that were posted by people who had to sign in first, kept while they do."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

from flask import current_app

_ROOM = 500


@dataclass(frozen=True, slots=True)
class PostedRequest:
    """An AuthnRequest's form fields."""

    saml_request: str
    relay_state: str | None


class Shelf:
    """A bounded store under unguessable keys, in memory; the oldest make room for new ones."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._requests: OrderedDict[str, PostedRequest] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, request: PostedRequest) -> str:
        """Keep the request and say under which key."""
        key = secrets.token_urlsafe(18)
        with self._lock:
            self._requests[key] = request
            while len(self._requests) > self._room:
                self._requests.popitem(last=False)
        return key

    def get(self, key: str) -> PostedRequest | None:
        """The request, which stays, so that a page may be loaded again."""
        with self._lock:
            return self._requests.get(key)


def posted_requests() -> Shelf:
    """The shelf of this org's pages."""
    return cast(Shelf, current_app.extensions.setdefault("fake_idp.posted_requests", Shelf()))
