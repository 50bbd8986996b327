"""Messages that are used twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import Fault, FaultContext
from fake_idp.saml.signature import remove_signature
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login, Started
from harness.conformance.idp import Sent
from harness.conformance.procedures.registry import procedure
from harness.conformance.procedures.times import let_time_pass
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded, skipped
from harness.conformance.visitor import Page, Visitor
from harness.drivers.errors import PageUnreachable

RACERS = 20
TRIES = 3
"""How often a racer posts when the SP, beset by all of them, does not take its connection."""
RACES = 3
_ASSERTIONS = ("Assertion", "EncryptedAssertion")


@procedure("replay-same-browser")
def replay_same_browser(attempt: Attempt) -> Outcome:
    """The accepted bytes again, in a browser as it was before the first post: its request was pending then."""
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    again = visitor.twin()
    sent = attempt.issue(attempt.bench.people.somebody(), started)
    first = attempt.post(visitor, sent, started=started)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    return judge(attempt.case, attempt.post(again, sent, started=started).sight, "reject")


@procedure("replay-other-browser")
def replay_other_browser(attempt: Attempt) -> Outcome:
    """The accepted bytes again, from a browser that knows nothing of the first login."""
    first = attempt.login()
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    other = attempt.visitor()
    if first.started is not None:
        attempt.start(other)
    return judge(attempt.case, attempt.post(other, first.sent).sight, "reject")


def _rewrap(response: Element, context: FaultContext) -> None:
    """A new Response around the used assertion: new ID, nothing signed outside."""
    used = context.data["used_assertion"]
    remove_signature(response)
    for assertion in [
        child for child in response.elements if child.local_name in ("Assertion", "EncryptedAssertion")
    ]:
        response.replace(assertion, used.copy())


REWRAP = Fault(
    id="used-assertion-rewrapped",
    title="An assertion that was used before, inside a new and unsigned Response.",
    stage="signed",
    apply=_rewrap,
    requirements=("replay-rewrapped-assertion",),
    source="SAML Profiles 4.1.4.5, lines 602-604",
)


@procedure("replay-rewrapped")
def replay_rewrapped(attempt: Attempt) -> Outcome:
    """The used assertion inside a new Response, which needs no key."""
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    again = visitor.twin()
    person = attempt.bench.people.somebody()
    first = attempt.post(visitor, attempt.issue(person, started), started=started)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    used = next(child for child in first.sent.issued.tree.elements if child.local_name in _ASSERTIONS)
    sent = attempt.issue(person, started, faults=(REWRAP,), data=attempt.data(person, used_assertion=used))
    return judge(attempt.case, attempt.post(again, sent, started=started).sight, "reject")


@procedure("replay-concurrent")
def replay_concurrent(attempt: Attempt) -> Outcome:
    """Many posts of one response at the same moment, from browsers that all know its request; several times over."""
    for _ in range(RACES):
        logins = _race(attempt)
        if len(logins) < RACERS // 2:
            return not_verified(f"Only {len(logins)} of {RACERS} posts at the same moment were answered.")
        accepted = [login for login in logins if login.sight.who == "subject"]
        attempt.logins.extend((accepted or logins)[:2])
        if not accepted:
            return judge(attempt.case, logins[0].sight, "accept")
        if len(accepted) > 1:
            seen = f"{len(accepted)} of {RACERS} posts opened a session."
            return not_met(attempt.case, "race", "one session at most", seen)
    return passed(f"In each of {RACES} races one of {RACERS} posts opened a session.")


def _race(attempt: Attempt) -> list[Login]:
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    sent = attempt.issue(attempt.bench.people.somebody(), started)
    racers = [visitor.twin() for _ in range(RACERS)]
    line = Barrier(RACERS)

    def post(racer: Visitor) -> Page | None:
        line.wait(10)
        for _ in range(TRIES):
            try:
                return attempt.bench.deliver(racer, sent)
            except PageUnreachable:  # a full queue of connections, not a refusal of the message
                continue
        return None

    with ThreadPoolExecutor(RACERS) as pool:
        landings = list(pool.map(post, racers))
    return [
        Login(racer, sent, landed, attempt.bench.look(racer, sent.person, landed=landed), started)
        for racer, landed in zip(racers, landings, strict=True)
        if landed is not None
    ]


LATE = timedelta(seconds=10)
"""How long ago the assertion of a late replay has expired: more than an SP allows that counts in whole seconds."""


@procedure("replay-late")
def replay_late(attempt: Attempt) -> Outcome:
    """The replay comes when the assertion has already expired, but within the tolerance for clocks.

    No waiting is needed: the assertion is made so that it has expired before it comes first, and the tolerance does
    the rest.
    """
    people = attempt.bench.people
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    again = visitor.twin()
    person = people.somebody()
    request, relay_state = (started.request, started.relay_state) if started else (None, "")
    claims = attempt.bench.idp.claims(person, request, attempt.variation)
    claims.not_on_or_after = claims.subject_not_on_or_after = datetime.now(UTC) - LATE
    sent = attempt.bench.idp.message(
        person, attempt.variation, request=request, relay_state=relay_state, claims=claims
    )
    first = attempt.post(visitor, sent, started=started)
    if first.sight.who != "subject":
        return skipped(
            "The SP allows no clock difference, so an expired assertion cannot be replayed at all."
        )
    return judge(attempt.case, attempt.post(again, sent, started=started).sight, "reject")


DAY = timedelta(days=1)
TEN_MINUTES = 600


def _good_for_a_day(attempt: Attempt, started: Started | None) -> Sent:
    person = attempt.bench.people.somebody()
    request, relay_state = (started.request, started.relay_state) if started else (None, "")
    claims = attempt.bench.idp.claims(person, request, attempt.variation)
    claims.not_on_or_after = claims.subject_not_on_or_after = claims.issue_instant + DAY
    return attempt.bench.idp.message(
        person, attempt.variation, request=request, relay_state=relay_state, claims=claims
    )


_NOT_FOR_A_DAY = (
    "The SP refuses an assertion that is good for a day, so it need not remember one for so long."
)


@procedure("replay-long-lived")
def replay_long_lived(attempt: Attempt) -> Outcome:
    """An assertion that is good for a day; ten minutes later it comes again, from the browser as it was before."""
    visitor = attempt.visitor()
    started = attempt.start(visitor) if attempt.case.flow == "sp" else None
    again = visitor.twin()
    sent = _good_for_a_day(attempt, started)
    if attempt.post(visitor, sent, started=started).sight.who != "subject":
        return skipped(_NOT_FOR_A_DAY)
    if not let_time_pass(attempt, TEN_MINUTES):
        return skipped("It takes ten minutes to see; run with --slow to include it.")
    return judge(attempt.case, attempt.post(again, sent, started=started).sight, "reject")


@procedure("replay-after-restart")
def replay_after_restart(attempt: Attempt) -> Outcome:
    """An assertion that is good for a day comes again when the SP has been stopped and started in between."""
    sent = _good_for_a_day(attempt, None)
    if attempt.post(attempt.visitor(), sent).sight.who != "subject":
        return skipped(_NOT_FOR_A_DAY)
    attempt.bench.restart()
    return judge(attempt.case, attempt.post(attempt.visitor(), sent).sight, "reject")


@procedure("id-squatting")
def id_squatting(attempt: Attempt) -> Outcome:
    """An unsigned forgery uses up the ID that the genuine assertion will carry; then the genuine one comes.

    The forgery answers a request of the forger's own: an SP may give up a request with its first answer.
    """
    visitor, other = attempt.visitor(), attempt.visitor()
    started, own = attempt.start(visitor), attempt.start(other)
    person = attempt.bench.people.somebody()
    genuine = attempt.issue(person, started)
    strip = Fault(
        id="signature-removed", title="No signature at all.", stage="signed", apply=_strip_signatures
    )
    asked = own.request.id
    claims = replace(genuine.issued.claims, in_response_to=asked, subject_in_response_to=asked)
    forged = attempt.bench.idp.message(
        person, attempt.variation, request=own.request, relay_state=own.relay_state, claims=claims,
        faults=(strip,),
    )  # fmt: skip
    refused = attempt.post(other, forged, started=own)
    if refused.sight.who != "nobody":
        return recorded("The unsigned forgery was accepted, which other cases judge.")
    login = attempt.post(visitor, genuine, started=started)
    return judge(attempt.case, login.sight, "accept")


def _strip_signatures(response: Element, context: FaultContext) -> None:  # noqa: ARG001 - a fault's two arguments
    for element in list(response.walk()):
        remove_signature(element)
