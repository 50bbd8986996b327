"""The org's clock: every time that the fake Okta writes or compares comes from here."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 365 * 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w|y)", re.IGNORECASE)
_LONG_UNITS = re.compile(
    r"\s*(milliseconds?|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|years?)\b", re.IGNORECASE
)


def parse_duration(text: str) -> timedelta:
    """Read ``"+5m"``, ``"-1h30m"``, ``"10 days"`` or ``"90"`` (seconds) as a length of time.

    :raises ValueError: when the text is no length of time; the message gives examples.
    """
    stripped = text.strip()
    sign = -1 if stripped.startswith("-") else 1
    body = stripped.lstrip("+-").strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", body):
        return timedelta(seconds=sign * float(body))
    short = _LONG_UNITS.sub(lambda m: "ms" if m[1].lower().startswith("milli") else m[1][0].lower(), body)
    parts = _DURATION.findall(short)
    if not parts or _DURATION.sub("", short).strip():
        raise ValueError(
            f"{text!r} is no length of time; write it like '+5m', '-1h30m', '10 days' or '90' (seconds)"
        )
    return timedelta(seconds=sign * sum(float(number) * _UNITS[unit.lower()] for number, unit in parts))


def parse_time(text: str) -> datetime:
    """Read ``2026-03-01T12:00:00Z`` as an aware UTC time; without an offset it is taken as UTC.

    :raises ValueError: when the text is no ISO 8601 date and time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it like '2026-03-01T12:00:00Z'") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Clock:
    """A clock that can be set, moved, frozen and let run again. Times are aware UTC.

    It runs with the machine's clock until told otherwise. ``Clock("2026-03-01T12:00:00Z")`` starts frozen
    there, which is what tests of exact bytes want; ``Clock()`` runs.
    """

    def __init__(self, at: datetime | str | None = None) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._frozen: datetime | None = None
        self._listeners: list[Callable[[], None]] = []
        if at is not None:
            self._frozen = _aware(at)

    def now(self) -> datetime:
        """The org's time."""
        with self._lock:
            return self._frozen if self._frozen is not None else self._machine() + self._offset

    def set(self, at: datetime | str) -> None:
        """Put the clock to ``at``. A running clock runs on from there, a frozen one stays frozen there."""
        moment = _aware(at)
        with self._lock:
            if self._frozen is not None:
                self._frozen = moment
            else:
                self._offset = moment - self._machine()
        self._changed()

    def move(self, by: timedelta | str | float) -> None:
        """Move the clock by a length of time: a timedelta, seconds, or text such as ``"+5m"``."""
        if isinstance(by, str):
            by = parse_duration(by)
        elif not isinstance(by, timedelta):
            by = timedelta(seconds=by)
        with self._lock:
            if self._frozen is not None:
                self._frozen += by
            else:
                self._offset += by
        self._changed()

    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, now or at the given time."""
        moment = _aware(at) if at is not None else self.now()
        with self._lock:
            self._frozen = moment
        self._changed()

    def run(self) -> None:
        """Let a frozen clock run on from where it stands. A running clock is left alone."""
        with self._lock:
            if self._frozen is not None:
                self._offset = self._frozen - self._machine()
                self._frozen = None
        self._changed()

    def reset(self) -> None:
        """Go back to the machine's time."""
        with self._lock:
            self._frozen, self._offset = None, timedelta(0)
        self._changed()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    @property
    def offset(self) -> timedelta:
        """How far the org's time is ahead of the machine's."""
        return self.now() - self._machine()

    def state(self) -> dict[str, str | float]:
        """What :meth:`restore` needs to bring back this clock in another process."""
        with self._lock:
            if self._frozen is not None:
                return {"frozen": self._frozen.isoformat()}
            return {"offset": self._offset.total_seconds()}

    def restore(self, state: dict[str, str | float]) -> None:
        """Take over the state that another clock gave by :meth:`state`."""
        with self._lock:
            frozen = state.get("frozen")
            self._frozen = parse_time(str(frozen)) if frozen else None
            self._offset = timedelta(seconds=float(state.get("offset", 0.0)))

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` each time that the clock is set, moved, frozen or let run."""
        self._listeners.append(listener)

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()

    @staticmethod
    def _machine() -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


def _aware(at: datetime | str) -> datetime:
    if isinstance(at, str):
        return parse_time(at)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
