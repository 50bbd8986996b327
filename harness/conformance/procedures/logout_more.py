"""Single logout in finer points: which session, when, and answers that belong to no request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fake_idp.saml.ids import message_ids
from fake_idp.saml.logout import LogoutResponseClaims
from fake_idp.saml.messages import LogoutRequest
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.errors import answer_class
from harness.conformance.procedures.logout import (
    NO_ENDPOINT,
    Channel,
    carried_message,
    channels,
    hostile_then_proper,
    press_logout,
    request_claims,
    stays,
)
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped
from harness.conformance.visitor import Page


@procedure("idp-logout-expired")
def idp_logout_expired(attempt: Attempt) -> Outcome:
    """A properly signed request that was good until ten minutes ago."""

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        past = datetime.now(UTC) - timedelta(minutes=10)
        claims = request_claims(attempt, login, channel.url)
        claims = replace(claims, issue_instant=past - timedelta(minutes=1), not_on_or_after=past)
        channel.send_request(attempt, login.visitor, claims, attempt.bench.idp.key)
        return stays(attempt, login, "an expired request")

    return hostile_then_proper(attempt, hostile)


@procedure("idp-logout-without-cookie")
def idp_logout_without_cookie(attempt: Attempt) -> Outcome:
    """The request comes from a browser that holds no cookie of the SP."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    channel = channels(attempt)[0]
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    claims = request_claims(attempt, login, channel.url)
    channel.send_request(attempt, attempt.visitor(), claims, attempt.bench.idp.key)
    if attempt.look(login.visitor, login.sent.person).who == "nobody":
        return passed("The session is gone.")
    return not_met(attempt.case, "session_alive", "the session has ended", "It is still there.",
                   hint="Okta's front-channel frames often carry no cookies.")  # fmt: skip


@procedure("idp-logout-session-index")
def idp_logout_session_index(attempt: Attempt) -> Outcome:
    """One person, two browsers, two indexes: a made-up index ends none, the first one ends the first, none ends all."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    channel, key = channels(attempt)[0], attempt.bench.idp.key
    person = attempt.bench.people.somebody()
    first, second = attempt.good_login(person), attempt.good_login(person)
    if {first.sight.who, second.sight.who} != {"subject"}:
        return not_verified("One person cannot be signed in in two browsers.")
    claims = request_claims(attempt, first, channel.url)
    channel.send_request(attempt, attempt.visitor(), replace(claims, session_indexes=("made-up",)), key)
    if problem := stays(attempt, first, "a request with a made-up SessionIndex"):
        return problem
    channel.send_request(attempt, first.visitor, request_claims(attempt, first, channel.url), key)
    if attempt.look(first.visitor, first.sent.person).who != "nobody":
        return not_met(
            attempt.case, "session_alive", "the session of that index has ended", "It is still there."
        )
    if problem := stays(attempt, second, "a request with the SessionIndex of another session"):
        return problem
    every = replace(request_claims(attempt, second, channel.url), session_indexes=())
    channel.send_request(attempt, second.visitor, every, key)
    if attempt.look(second.visitor, second.sent.person).who != "nobody":
        return not_met(
            attempt.case, "session_alive", "a request without SessionIndex ends all", "One is still there."
        )
    return passed("Each request ends exactly the sessions that it names.")


@procedure("late-assertion")
def late_assertion(attempt: Attempt) -> Outcome:
    """The logout of a session overtakes the assertion that opens it."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    channel = channels(attempt)[0]
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    sent = attempt.issue(attempt.bench.people.somebody(), started)
    login = Login(visitor, sent, started.page, attempt.look(visitor, sent.person), started)
    channel.send_request(
        attempt, attempt.visitor(), request_claims(attempt, login, channel.url), attempt.bench.idp.key
    )
    return judge(attempt.case, attempt.post(visitor, sent, started=started).sight, "reject")


def _answered(attempt: Attempt, **changes: str) -> Page | Outcome:
    """A logout begun at the SP and answered by the IdP; ``changes`` alter the answer."""
    url = attempt.bench.target.logout_url
    if not url:
        return skipped("The target file names no logout_url.")
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    channel = channels(attempt)[0]
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    request = carried_message(press_logout(login.visitor, url))
    if not isinstance(request, LogoutRequest):
        return not_verified("The logout at the SP sends no LogoutRequest.")
    now = datetime.now(UTC)
    claims = LogoutResponseClaims(
        id=message_ids(attempt.bench.idp.rng, now, 1)[0],
        issue_instant=now,
        destination=channel.url,
        issuer=attempt.bench.idp.entity_id,
        in_response_to=request.id,
    )
    return channel.send_answer(attempt, login.visitor, replace(claims, **changes), attempt.bench.idp.key)  # type: ignore[arg-type]


@procedure("logout-answered")
def logout_answered(attempt: Attempt) -> Outcome:
    """Okta answers the SP's request with Success.

    A page that the endpoint leads on to may ask for a login, even with 401: nobody is signed in there, rightly.
    """
    page = _answered(attempt)
    if isinstance(page, Outcome):
        return page
    refused_there = page.status >= 400 and len(page.chain) == 1
    if refused_there or page.status >= 500:
        return not_met(
            attempt.case, "refused", "a page that says that the user is signed out", f"HTTP {page.status}"
        )
    return passed(f"The logout ends at {page.url} with HTTP {page.status}.")


@procedure("logout-answer-uncorrelated")
def logout_answer_uncorrelated(attempt: Attempt) -> Outcome:
    """Signed answers to another request, by another IdP's name, for another address: not taken for the right one."""
    right = _answered(attempt)
    if isinstance(right, Outcome):
        return right
    for what, changes in (
        ("another InResponseTo", {"in_response_to": "_made-up"}),
        ("another Issuer", {"issuer": "http://www.okta.com/exkother00000000000"}),
        ("another Destination", {"destination": "https://other-sp.example.test/slo"}),
    ):
        page = _answered(attempt, **changes)
        if isinstance(page, Outcome):
            return page
        if answer_class(page) == answer_class(right):
            return not_met(
                attempt.case,
                "uncorrelated",
                "an error page",
                f"An answer with {what} is taken for a good one.",
            )
    return passed("Answers that belong to no request are told apart.")
