"""The sign-on log: every answer that came, with what was found in it. Org admins read it, end users do not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, select

from harness.difference import Difference, Fix
from harness.reference_sp.store import Store, attempts
from harness.reference_sp.xml import write_time

_KEPT = 500
Outcome = Literal["signed in", "refused", "test passed", "test failed"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of the IdP and its outcome. ``reference`` stands on the user's error page too."""

    reference: str
    at: str
    org_id: str
    outcome: Outcome
    flow: Literal["SP-initiated", "IdP-initiated"] = "SP-initiated"
    email: str = ""
    email_source: str = ""
    name_id: str = ""
    name_id_format: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    warnings: tuple[Difference, ...] = ()
    public_code: str = ""

    @property
    def code(self) -> str:
        """The first difference's code; empty after a success."""
        return self.differences[0].code if self.differences else ""


_FIELDS = tuple(one.name for one in fields(Attempt))


class Attempts:
    """The sign-on log of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def add(self, **values: Any) -> Attempt:
        """Write one attempt."""
        attempt = Attempt(reference=secrets.token_hex(4).upper(), at=write_time(self._now()), **values)
        with self._store.work() as work:
            row = {"org_id": attempt.org_id, "reference": attempt.reference, "attempt": _row(attempt)}
            number = work.execute(insert(attempts), row).inserted_primary_key
            if number is not None and number[0] % 100 == 0:
                work.execute(delete(attempts).where(attempts.c.number <= number[0] - _KEPT))
        return attempt

    def all(self, org_id: str) -> list[Attempt]:
        """The attempts of an organization, the newest first."""
        rows = (
            select(attempts.c.attempt).where(attempts.c.org_id == org_id).order_by(attempts.c.number.desc())
        )
        with self._store.work() as work:
            return [_attempt(row) for row in work.execute(rows).scalars()]

    def find(self, reference: str) -> Attempt | None:
        """The attempt with that reference number, of any organization."""
        row = select(attempts.c.attempt).where(attempts.c.reference == reference)
        with self._store.work() as work:
            found = work.execute(row).scalars().first()
        return None if found is None else _attempt(found)

    def last(self) -> Attempt | None:
        """The newest attempt of all organizations."""
        row = select(attempts.c.attempt).order_by(attempts.c.number.desc()).limit(1)
        with self._store.work() as work:
            found = work.execute(row).scalars().first()
        return None if found is None else _attempt(found)


def _row(attempt: Attempt) -> dict[str, Any]:
    """The fields as JSON takes them. `dataclasses.asdict` would copy every attribute, at ten times the cost."""
    row = {name: getattr(attempt, name) for name in _FIELDS}
    for name in ("differences", "warnings"):
        row[name] = [asdict(one) for one in row[name]]
    return row


def _attempt(row: dict[str, Any]) -> Attempt:
    for name in ("differences", "warnings"):
        row[name] = tuple(
            Difference(**{**one, "fixes": tuple(Fix(**fix) for fix in one["fixes"])}) for one in row[name]
        )
    return Attempt(**row)
