"""Who did what: the entries that Amplitude's audit log documents, with their risk classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import insert, select

from harness.reference_sp.store import Store, audit_entries
from harness.reference_sp.xml import read_time, write_time

Risk = Literal["low", "medium"]
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from."""

    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log. ``properties`` never hold a secret or a SAML message."""

    timestamp: str
    domain: str
    feature: str
    action: str
    target: str
    user_email: str
    org_id: str
    risk: Risk
    ip: str = ""
    user_agent: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    error: str = ""


_FIELDS = tuple(one.name for one in fields(AuditEntry))


class Audit:
    """The audit log of one SP."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def add(
        self,
        org_id: str,
        action: str,
        user_email: str,
        *,
        domain: str = "auth",
        feature: str = "auth",
        target: str = "",
        risk: Risk = "low",
        caller: Caller | None = None,
        error: str = "",
        **properties: Any,
    ) -> AuditEntry:
        """Write one entry."""
        caller = caller or Caller()
        entry = AuditEntry(
            timestamp=write_time(self._now()),
            domain=domain,
            feature=feature,
            action=action,
            target=target,
            user_email=user_email,
            org_id=org_id,
            risk=risk,
            ip=caller.ip,
            user_agent=caller.user_agent,
            properties=properties,
            error=error,
        )
        with self._store.work() as work:
            row = {name: getattr(entry, name) for name in _FIELDS}
            work.execute(insert(audit_entries), {"org_id": org_id, "entry": row})
        return entry

    def entries(self, org_id: str) -> list[AuditEntry]:
        """The entries of the last 90 days, the oldest first."""
        rows = (
            select(audit_entries.c.entry)
            .where(audit_entries.c.org_id == org_id)
            .order_by(audit_entries.c.number)
        )
        with self._store.work() as work:
            entries = [AuditEntry(**entry) for entry in work.execute(rows).scalars()]
        start = self._now() - KEPT
        return [entry for entry in entries if read_time(entry.timestamp) >= start]
