"""Where the SP's time comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time; the fake Okta's clock fits, so both sides can share one."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock, which can be set or moved so that tests need not wait."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def set(self, at: datetime) -> None:
        """Put the clock to ``at``; it goes on from there."""
        self._offset = at - datetime.now(UTC)

    def move(self, by: timedelta) -> None:
        """Move the clock forward (or back, with a negative length)."""
        self._offset += by
