"""The unit in which every check reports: what was expected, what came, and which field to change.

Deciding and explaining are one thing: a check returns a ``Difference`` or ``None``, so an SP's refusal, its
error page, the command line and the reports all say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["okta", "sp", "user", "harness"]
"""Who can put it right: the Okta admin, the SP admin, the person signing in, or the author of the test."""

SIDE_NAMES: dict[Side, str] = {"okta": "Okta", "sp": "the SP", "user": "the user", "harness": "the test"}


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to change. ``field`` is the label that the admin of that side sees on the page; empty for code."""

    side: Side
    field: str
    advice: str = ""

    def __str__(self) -> str:
        where = f"in {SIDE_NAMES[self.side]}" + (f", field {self.field!r}" if self.field else "")
        return f"{where}: {self.advice}" if self.advice else where


@dataclass(frozen=True, slots=True)
class Difference:
    """One failed check.

    ``code`` is stable (``aud_mismatch``); ``message`` is one plain sentence that an end user may read, without
    any value from the message; ``expected`` and ``received`` are for admins and logs.
    """

    code: str
    message: str
    expected: str = ""
    received: str = ""
    fixes: tuple[Fix, ...] = ()
    hint: str = ""

    def lines(self) -> list[str]:
        """The difference as an admin reads it, one fact a line."""
        rows = [f"{self.code}: {self.message}"]
        if self.expected:
            rows.append(f"expected: {self.expected}")
        if self.received:
            rows.append(f"received: {self.received}")
        if self.hint:
            rows.append(f"hint: {self.hint}")
        rows.extend(f"to fix: {fix}" for fix in self.fixes)
        return rows

    def as_json(self) -> dict[str, object]:
        """The difference as it stands in ``--json`` reports."""
        return {
            "code": self.code,
            "message": self.message,
            "expected": self.expected,
            "received": self.received,
            "hint": self.hint,
            "fixes": [{"side": f.side, "field": f.field, "advice": f.advice} for f in self.fixes],
        }
