"""Accounts that belong to a NameID: GitHub's and GitLab's way, in which the email address may change.

With the setting ``identity`` on "name id", an account remembers which issuer, format and NameID it first signed in
with. From then on these say whose account it is; an email address alone no longer opens it.
"""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp.audit import Caller
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.core import Core
from harness.reference_sp.exchange import Subject
from harness.reference_sp.hints import shown
from harness.reference_sp.members import Member

_STEADY = okta("Application username", "send something that never changes, such as the user's id")
_FORGET = sp("Members > Forget identity", "let the account be taken by the new identity")


def identity_of(subject: Subject) -> str:
    """Issuer, format and value of the NameID: all three say who it is."""
    return f"{subject.issuer} {subject.name_id_format} {subject.name_id}"


def linked_member(
    core: Core, org_id: str, subject: Subject, caller: Caller | None
) -> Member | Difference | None:
    """The member that this NameID belongs to; nobody when it is new and the address is free to be linked."""
    if core.settings.identity != "name id":
        return None
    linked = core.members.with_identity(org_id, identity_of(subject))
    if linked is None and core.weak("links-by-email-alone"):
        return None
    if linked is None:
        holder = core.members.find(org_id, subject.email)
        taken = holder is not None and holder.status != "removed" and bool(holder.identity)
        return _conflict(holder.identity, subject) if holder is not None and taken else None
    if core.members.key(linked.email) == core.members.key(subject.email):
        return linked
    if core.weak("lets-email-change-unnoticed"):
        return core.members.find(org_id, subject.email) or linked
    return _with_new_address(core, linked, subject, caller)


def link(core: Core, member: Member, subject: Subject) -> Member:
    """The member, who from now on belongs to this NameID if the setting says so and nobody had it yet."""
    if core.settings.identity != "name id" or member.identity:
        return member
    return core.members.change(member.org_id, member.email, identity=identity_of(subject))


def _conflict(identity: str, subject: Subject) -> Difference:
    return difference(
        "identity_conflict",
        _STEADY,
        _FORGET,
        expected=f"{subject.email} as {shown(identity)}",
        received=shown(identity_of(subject)),
    )


def _with_new_address(
    core: Core, member: Member, subject: Subject, caller: Caller | None
) -> Member | Difference:
    if core.settings.email_change == "refuse":
        return difference(
            "email_changed",
            okta("Primary email", "give the person the address back that they have here"),
            sp("Members", "invite the new address and remove the old account"),
            expected=member.email,
            received=subject.email,
        )
    holder = core.members.find(member.org_id, subject.email)
    if holder is not None and holder.status != "removed":
        return _conflict(holder.identity or f"an account of its own ({holder.status})", subject)
    moved = core.members.change_email(member, subject.email)
    core.audit.add(
        member.org_id,
        "change email",
        moved.email,
        target=moved.email,
        caller=caller,
        before=member.email,
        after=moved.email,
    )
    return moved
