"""The people of an organization at the SP: invited, joined, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from harness.reference_sp.need import need
from harness.reference_sp.settings import ROLES, UnknownSetting
from harness.reference_sp.store import Store, members, sessions

Status = Literal["joined", "pending", "removed"]
_HASH = "scrypt:1024:8:1"  # quick: these are accounts of a test tool on loopback


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one organization. Accounts of different organizations have nothing in common."""

    org_id: str
    email_key: str
    email: str
    role: str
    status: Status
    password_hash: str
    joined_by: str
    created: datetime
    identity: str = ""
    """Issuer, format and NameID that the account belongs to, at an SP that goes by these."""


_MEMBER = select(members).where(members.c.org_id == bindparam("org"), members.c.email_key == bindparam("key"))


class UnknownMember(LookupError):
    """There is no such member."""


class Members:
    """The accounts of one SP, by organization and email address."""

    def __init__(self, store: Store, now: Callable[[], datetime], fold_case: bool) -> None:
        self._store = store
        self._now = now
        self._fold = fold_case

    def key(self, email: str) -> str:
        """What identifies an address: itself, or its folded form."""
        return email.casefold() if self._fold else email

    def all(self, org_id: str) -> list[Member]:
        """The joined and invited members in the order of their coming."""
        rows = select(members).where(members.c.org_id == org_id, members.c.status != "removed")
        with self._store.work() as work:
            found = work.execute(rows.order_by(members.c.created)).mappings()
            return [Member(**row) for row in found]

    def find(self, org_id: str, email: str) -> Member | None:
        """The member with that address, a removed one too."""
        with self._store.work() as work:
            found = work.execute(_MEMBER, {"org": org_id, "key": self.key(email)}).mappings().first()
        return None if found is None else Member(**found)

    def with_identity(self, org_id: str, identity: str) -> Member | None:
        """The joined or invited member that belongs to this issuer, format and NameID."""
        row = select(members).where(
            members.c.org_id == org_id, members.c.identity == identity, members.c.status != "removed"
        )
        with self._store.work() as work:
            found = work.execute(row).mappings().first()
        return None if found is None else Member(**found)

    def with_email(self, email: str) -> list[Member]:
        """The accounts with that address in all organizations."""
        rows = select(members).where(members.c.email_key == self.key(email), members.c.status != "removed")
        with self._store.work() as work:
            return [Member(**row) for row in work.execute(rows.order_by(members.c.created)).mappings()]

    def add(
        self,
        org_id: str,
        email: str,
        role: str = "viewer",
        *,
        password: str | None = None,
        status: Status = "joined",
        joined_by: str = "",
    ) -> Member:
        """A new member; one who was removed comes back as new.

        :raises UnknownSetting: for a role that does not exist, or an address that is taken.
        """
        if role not in ROLES:
            raise UnknownSetting(f"there is no role {role!r}; roles: {', '.join(ROLES)}")
        known = self.find(org_id, email)
        if known is not None and known.status != "removed":
            raise UnknownSetting(f"{email!r} is a member already ({known.status})")
        member = Member(
            org_id=org_id,
            email_key=self.key(email),
            email=email,
            role=role,
            status=status,
            password_hash=generate_password_hash(password, _HASH) if password else "",
            joined_by=joined_by,
            created=self._now(),
        )
        with self._store.work() as work:
            work.execute(
                delete(members).where(members.c.org_id == org_id, members.c.email_key == member.email_key)
            )
            work.execute(
                insert(members).values({name: getattr(member, name) for name in Member.__dataclass_fields__})
            )
        return member

    def change(self, org_id: str, email: str, **changes: Any) -> Member:
        """Change the role, status or identity of a member.

        :raises UnknownMember: when there is none with that address.
        """
        where = (members.c.org_id == org_id, members.c.email_key == self.key(email))
        with self._store.work() as work:
            if work.execute(update(members).where(*where).values(**changes)).rowcount != 1:
                raise UnknownMember(f"organization {org_id} has no member {email!r}")
        return need(self.find(org_id, email), "it was just changed")

    def change_email(self, member: Member, email: str) -> Member:
        """Give a member another address, which nobody has; their sessions go on."""
        key = self.key(email)
        mine = (members.c.org_id == member.org_id, members.c.email_key == member.email_key)
        theirs = (sessions.c.org_id == member.org_id, sessions.c.email_key == member.email_key)
        with self._store.work() as work:
            if key != member.email_key:
                old = (members.c.org_id == member.org_id, members.c.email_key == key)
                work.execute(delete(members).where(*old))
            work.execute(update(members).where(*mine).values(email=email, email_key=key))
            work.execute(update(sessions).where(*theirs).values(email_key=key))
        return need(self.find(member.org_id, email), "it was just changed")

    def check_password(self, email: str, password: str) -> Member | None:
        """The joined member with that address and password."""
        candidates = self.with_email(email)
        for member in candidates:
            if member.password_hash and check_password_hash(member.password_hash, password):
                return member if member.status == "joined" else None
        if not candidates:
            check_password_hash(
                generate_password_hash("-", _HASH), password
            )  # takes as long for an unknown address
        return None
