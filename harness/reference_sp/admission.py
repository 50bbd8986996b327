"""May this person in? The decision about the account, once the IdP's word for it is proven."""

from __future__ import annotations

from harness.difference import Difference
from harness.reference_sp.audit import Caller
from harness.reference_sp.codes import difference, okta, sp
from harness.reference_sp.core import Core
from harness.reference_sp.exchange import Subject
from harness.reference_sp.hints import listed
from harness.reference_sp.identity_link import link, linked_member
from harness.reference_sp.members import Member
from harness.reference_sp.organizations import Organization


def admit(
    core: Core, organization: Organization, subject: Subject, caller: Caller | None
) -> Member | Difference:
    """The member that signs in, made or joined if the settings allow it; else why not."""
    email, org_id = subject.email, organization.id
    refused = _foreign_domain(core, email)
    if refused is not None:
        return refused
    known = linked_member(core, org_id, subject, caller)
    if isinstance(known, Difference):
        return known
    found = _admitted(core, organization, known or core.members.find(org_id, email), email, caller)
    return found if isinstance(found, Difference) else link(core, found, subject)


def _admitted(
    core: Core, organization: Organization, member: Member | None, email: str, caller: Caller | None
) -> Member | Difference:
    if member is not None and member.status == "removed":
        may_return = core.settings.removed_members == "recreate" and organization.saved.jit
        if not may_return and not core.weak("lets-anybody-in"):
            return difference("user_disabled", sp("Members", "invite the person again"), received=email)
        member = None
    if member is None:
        return _new_member(core, organization, email, caller)
    if member.status == "pending":
        return _invited(core, member, caller)
    return member


def _foreign_domain(core: Core, email: str) -> Difference | None:
    domains = core.settings.allowed_domains
    domain = email.rpartition("@")[2].lower()
    if not domains or core.weak("no-domain-check") or domain in [one.lower() for one in domains]:
        return None
    return difference("domain_refused", sp("Email Domain"), expected=listed(domains), received=domain)


def _new_member(
    core: Core, organization: Organization, email: str, caller: Caller | None
) -> Member | Difference:
    if not organization.saved.jit and not core.weak("lets-anybody-in"):
        return difference(
            "user_unknown",
            sp("Members > Invite", "invite this address"),
            sp("Enable JIT Provisioning", "switch it on to let everyone in whom the identity provider knows"),
            okta("Application username", "send the address that the person has here"),
            expected="a member of the organization",
            received=email,
            hint=_similar(core, organization.id, email),
        )
    member = core.members.add(organization.id, email, organization.saved.jit_role, joined_by="jit")
    core.audit.add(
        organization.id, "register", email, target=email, caller=caller, method="jit", role=member.role
    )
    return member


def _similar(core: Core, org_id: str, email: str) -> str:
    name = email.partition("@")[0].casefold()
    near = [one.email for one in core.members.all(org_id) if one.email.partition("@")[0].casefold() == name]
    return f"there is a member with the same name: {near[0]}" if near else ""


def _invited(core: Core, member: Member, caller: Caller | None) -> Member | Difference:
    if not core.settings.pending_joins:
        return difference(
            "user_pending", sp("Members", "the person must accept the invitation"), received=member.email
        )
    joined = core.members.change(member.org_id, member.email, status="joined", joined_by="sso")
    core.audit.add(member.org_id, "join", member.email, target=member.email, caller=caller, role=member.role)
    return joined
