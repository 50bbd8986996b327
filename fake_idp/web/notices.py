"""One-line messages that a page shows once, after the redirect that followed a form."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Literal, cast

from flask import Flask, current_app

from fake_idp.web.context import session

Category = Literal["good", "bad", "warn"]
_SESSIONS = 200


class _Notices:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, list[tuple[Category, str]]] = OrderedDict()

    def add(self, sid: str, category: Category, text: str) -> None:
        with self._lock:
            self._waiting.setdefault(sid, []).append((category, text))
            while len(self._waiting) > _SESSIONS:
                self._waiting.popitem(last=False)

    def take(self, sid: str) -> list[tuple[Category, str]]:
        with self._lock:
            return self._waiting.pop(sid, [])


def notify(text: str, category: Category = "good") -> None:
    """Show ``text`` on the next page of this session."""
    current = session()
    if current is not None:
        _store().add(current.id, category, text)


def notices() -> list[tuple[Category, str]]:
    """What there is to show; it is then gone."""
    current = session()
    return _store().take(current.id) if current else []


def install(app: Flask) -> None:
    """Let templates show the notices."""
    app.jinja_env.globals["notices"] = notices


def _store() -> _Notices:
    return cast(_Notices, current_app.extensions.setdefault("fake_idp.notices", _Notices()))
