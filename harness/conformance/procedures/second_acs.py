"""The further addresses at which an SP takes responses."""

from __future__ import annotations

from collections.abc import Callable

from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import Fault, FaultContext, Stage
from harness.conformance.attempt import Attempt
from harness.conformance.procedures.registry import procedure
from harness.conformance.procedures.replay import REWRAP
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed

_CONFIRMATION = "saml2:SubjectConfirmation"


@procedure("replay-other-acs")
def replay_other_acs(attempt: Attempt) -> Outcome:
    """An assertion that is confirmed for two addresses is used at the first, and comes again at the second."""
    for url in attempt.bench.further_acs_urls:
        visitor = attempt.visitor()
        started = attempt.start(visitor)
        again = visitor.twin()
        person = attempt.bench.people.somebody()
        sent = attempt.issue(
            person, started, faults=(_fault("confirmed-for-two", "tree", _confirmed_for(url)),)
        )
        if attempt.post(visitor, sent, started=started).sight.who != "subject":
            return not_verified("An assertion with two confirmations is refused, which other cases judge.")
        used = sent.issued.tree.one("saml2:Assertion")
        moved = (REWRAP, _fault("sent-elsewhere", "signed", _sent_to(url)))
        rewrapped = attempt.issue(
            person, started, faults=moved, data=attempt.data(person, used_assertion=used)
        )
        for message in (sent, rewrapped):
            landed = attempt.bench.deliver(again, message, url=url)
            sight = attempt.saw(again, message, landed, started=started).sight
            if sight.who != "nobody":
                return judge(attempt.case, sight, "reject")
    return passed("What was used at one ACS is refused at the others.")


def _fault(name: str, stage: Stage, apply: Callable[[Element, FaultContext], None]) -> Fault:
    return Fault(id=name, title=name, stage=stage, apply=apply)


def _confirmed_for(url: str) -> Callable[[Element, FaultContext], None]:
    def apply(response: Element, context: FaultContext) -> None:  # noqa: ARG001 - a fault's two arguments
        first = response.one(_CONFIRMATION)
        second = first.copy()
        second.one("saml2:SubjectConfirmationData").set("Recipient", url)
        response.insert_after(first, second)

    return apply


def _sent_to(url: str) -> Callable[[Element, FaultContext], None]:
    def apply(response: Element, context: FaultContext) -> None:  # noqa: ARG001 - a fault's two arguments
        response.set("Destination", url)

    return apply


@procedure("unsolicited-at-other-acs")
def unsolicited_at_other_acs(attempt: Attempt) -> Outcome:
    """An unsolicited response to each further ACS, which it names throughout."""
    told = []
    for url in attempt.bench.further_acs_urls:
        person = attempt.bench.people.somebody()
        claims = attempt.bench.idp.claims(person, None, attempt.variation)
        claims.destination = claims.recipient = url
        sent = attempt.bench.idp.message(person, attempt.variation, claims=claims)
        visitor = attempt.visitor()
        landed = attempt.bench.deliver(visitor, sent, url=url)
        sight = attempt.saw(visitor, sent, landed).sight
        if sight.who not in ("subject", "nobody"):
            return judge(attempt.case, sight, "accept")
        if landed.status >= 500:
            seen = f"HTTP {landed.status} at {url}"
            return not_met(attempt.case, "server_error", "a session, or a clean refusal", seen)
        told.append(f"{url}: {'accepted' if sight.who == 'subject' else 'refused'}")
    return passed("; ".join(told) + ".")
