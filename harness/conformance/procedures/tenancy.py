"""Two tenants of one SP, each with an IdP of its own: neither may speak for the other. And an IdP that is no more."""

from __future__ import annotations

from dataclasses import replace

from fake_idp.saml.keys import SigningKey
from fake_idp.saml.metadata import build_metadata
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, Login, NoRequest
from harness.conformance.procedures.metadata import metadata_of, spare_keys
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped
from harness.targets.errors import SetUpError


def _other(attempt: Attempt) -> Bench:
    other = attempt.bench.other
    assert other is not None  # noqa: S101 - the case needs several_idps
    return other


@procedure("idp-mixup")
def idp_mixup(attempt: Attempt) -> Outcome:
    """The request of one tenant is answered by the other tenant's IdP, in its own name."""
    other = _other(attempt)
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    person = attempt.bench.people.somebody()
    claims = attempt.bench.idp.claims(person, started.request, attempt.variation)
    claims.issuer = other.idp.entity_id
    sent = other.idp.message(
        person, attempt.variation, request=started.request, relay_state=started.relay_state, claims=claims
    )
    return judge(attempt.case, attempt.post(visitor, sent, started=started).sight, "reject")


@procedure("subject-collision")
def subject_collision(attempt: Attempt) -> Outcome:
    """One address, asserted by both IdPs: the second tenant's session must not open the first tenant's pages."""
    other = _other(attempt)
    own_page = attempt.bench.target.deep_link
    if not own_page:
        return not_verified("The target names no deep_link, so there is no page of one tenant to try.")
    person = attempt.bench.people.somebody()
    first = attempt.good_login(person)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    visitor = other.visitor()
    started = other.start(visitor)
    sent = other.message(person, attempt.variation, started)
    landed = other.deliver(visitor, sent)
    sight = other.look(visitor, sent.person, landed=landed)
    attempt.logins.append(Login(visitor, sent, landed, sight, started))
    if sight.who != "subject":
        return passed("The second tenant does not sign in an address that the first one knows.")
    page = visitor.get(own_page)
    if page.status == 200 and page.url == own_page:
        return not_met(
            attempt.case, "collision", "two accounts, one for each tenant",
            f"The session of the second tenant opens {own_page}.",
        )  # fmt: skip
    return passed("The session of the second tenant does not open the first tenant's pages.")


@procedure("tenant-acs")
def tenant_acs(attempt: Attempt) -> Outcome:
    """A response for one tenant, posted to the other tenant's ACS, while a login is pending at the one or the other."""
    own, other = attempt.bench, _other(attempt)
    for pending_at in (own, other):
        visitor = other.visitor()
        started = pending_at.start(visitor)
        person = own.people.somebody()
        sent = own.idp.message(
            person, attempt.variation, request=started.request, relay_state=started.relay_state
        )
        landed = own.deliver(visitor, sent, url=other.sp.acs_url)
        for tenant in (other, own):
            sight = tenant.look(visitor, sent.person, landed=landed)
            attempt.logins.append(Login(visitor, sent, landed, sight, started))
            if sight.who != "nobody":
                return judge(attempt.case, sight, "reject")
    return passed("A response for one tenant opens nothing at the other.")


@procedure("idp-removed")
def idp_removed(attempt: Attempt) -> Outcome:
    """Another IdP is set in the place of this one; then this one answers, asked before its removal and unasked."""
    bench, idp = attempt.bench, attempt.bench.idp
    before = attempt.good_login()
    if before.sight.who != "subject":
        return judge(attempt.case, before.sight, "accept")
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    with spare_keys(attempt, 1) as (key,):
        successor = replace(idp.metadata_claims([key]), entity_id=f"{idp.entity_id}-successor")
        try:
            with metadata_of(attempt, build_metadata(successor)):
                if not _signs_in(attempt, successor.entity_id, key):
                    return not_verified(
                        "No login works by the other IdP, so the first one may still be there."
                    )
                answers = [attempt.post(visitor, attempt.issue(bench.people.somebody(), started)).sight]
                if bench.idp_initiated:
                    answers.append(attempt.login(flow="idp").sight)
                goes_on = attempt.look(before.visitor, before.sent.person).who == "subject"
        except (SetUpError, NoRequest):
            return skipped("The SP takes no other IdP in the place of the first.")
    for sight in answers:
        if sight.who != "nobody":
            return judge(attempt.case, sight, "reject")
    return passed(f"It is refused. A session that it had opened {'goes on' if goes_on else 'has ended'}.")


def _signs_in(attempt: Attempt, entity_id: str, key: SigningKey) -> bool:
    """Whether the other IdP can sign somebody in."""
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    person = attempt.bench.people.somebody()
    claims = attempt.bench.idp.claims(person, started.request, attempt.variation)
    claims.issuer = entity_id
    sent = attempt.bench.idp.message(
        person, attempt.variation, relay_state=started.relay_state, claims=claims, key=key
    )
    return attempt.post(visitor, sent, started=started).sight.who == "subject"


@procedure("foreign-domain")
def foreign_domain(attempt: Attempt) -> Outcome:
    """The IdP asserts somebody of a domain that it may not speak for."""
    person = attempt.bench.people.stranger("foreign-domain.test")
    return judge(attempt.case, attempt.login(person).sight, "reject")
