"""Logout requests that somebody else makes: with an assertion that was caught, or as another IdP."""

from __future__ import annotations

from dataclasses import replace

from fake_idp.saml.nodes import Element
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, Login
from harness.conformance.idp import Variation
from harness.conformance.procedures.logout import hostile_then_proper, stays
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import Channel, channels_of, request_claims
from harness.conformance.verdicts import Outcome, not_verified


@procedure("idp-logout-wrapped")
def idp_logout_wrapped(attempt: Attempt) -> Outcome:
    """An unsigned request with an assertion of the attacker's in it, which the IdP did sign."""
    caught = _signed_assertion(attempt)

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        claims = request_claims(attempt, login, channel.url)
        channel.send_request(attempt, login.visitor, claims, None)
        if stays(attempt, login, "a request without any signature"):
            return not_verified(
                "A request without any signature ends the session, so this one has no need of it."
            )
        data = {"captured_assertion": caught}
        channel.send_request(attempt, login.visitor, claims, None, faults=attempt.faults, data=data)
        return stays(attempt, login, "a request with a signed assertion in it")

    return hostile_then_proper(attempt, hostile)


def _signed_assertion(attempt: Attempt) -> Element:
    """An assertion of the IdP about somebody else: any user of the SP has one."""
    sent = attempt.issue(attempt.bench.people.stranger(), None, faults=(), variation=Variation("assertion"))
    return sent.issued.tree.one("saml2:Assertion")


@procedure("idp-logout-other-idp")
def idp_logout_other_idp(attempt: Attempt) -> Outcome:
    """The IdP of another tenant asks: at this endpoint, in either name, and at its own."""
    other = attempt.bench.other
    assert other is not None  # noqa: S101 - the case needs several_idps
    issuer, key = other.idp.entity_id, other.idp.key
    elsewhere = {channel.binding: channel for channel in channels_of(other)}
    if not elsewhere or not _ends_its_own(attempt, other, next(iter(elsewhere.values()))):
        return not_verified("The other tenant's own logout does not work, so a refusal says nothing.")

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        own = request_claims(attempt, login, channel.url)
        channel.send_request(attempt, login.visitor, replace(own, issuer=issuer), key)
        if problem := stays(attempt, login, "a request of another IdP"):
            return problem
        channel.send_request(attempt, login.visitor, own, key)
        if problem := stays(attempt, login, "a request signed by another IdP"):
            return problem
        there = elsewhere.get(channel.binding)
        if there is None:
            return None
        for indexes in (own.session_indexes, ()):
            theirs = replace(
                request_claims(attempt, login, there.url), issuer=issuer, session_indexes=indexes
            )
            there.send_request(attempt, login.visitor, theirs, key)
        return stays(attempt, login, "a request of another IdP at the endpoint of its own tenant")

    return hostile_then_proper(attempt, hostile)


def _ends_its_own(attempt: Attempt, other: Bench, channel: Channel) -> bool:
    """Whether the other tenant's IdP can end a session of its own: the control."""
    login = other.login(attempt.variation)
    claims = replace(request_claims(attempt, login, channel.url), issuer=other.idp.entity_id)
    channel.send_request(attempt, login.visitor, claims, other.idp.key)
    after = other.look(login.visitor, login.sent.person)
    return login.sight.who == "subject" and after.who == "nobody"
