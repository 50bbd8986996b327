"""Answers to logout requests: those of the IdP at the SP, and those of the SP itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fake_idp.saml.ids import message_ids
from fake_idp.saml.logout import LogoutResponseClaims
from fake_idp.saml.messages import LogoutRequest, LogoutResponse
from fake_idp.saml.pipeline import Fault
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.errors import answer_class
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import (
    NO_ENDPOINT,
    carried_message,
    carried_relay_state,
    channels,
    ends,
    press_logout,
    request_claims,
)
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped
from harness.conformance.visitor import Page

RELAY_STATE = "state \"<&'>+%2f=?#;/\\ \u00e9"
"""What a query string, a form and a page each have to escape; filled up to the 80 bytes that the binding allows."""


def _answered(
    attempt: Attempt, *, faults: Sequence[Fault] = (), changes: Mapping[str, str] | None = None
) -> tuple[Login, Page] | Outcome:
    """A logout begun at the SP and answered by the IdP; ``faults`` and ``changes`` alter the answer."""
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
    changed = replace(claims, **(changes or {}))  # type: ignore[arg-type]
    page = channel.send_answer(attempt, login.visitor, changed, attempt.bench.idp.key, faults=faults)
    return login, page


@procedure("logout-answered")
def logout_answered(attempt: Attempt) -> Outcome:
    """Okta answers the SP's request with Success.

    A page that the endpoint leads on to may ask for a login, even with 401: nobody is signed in there, rightly.
    """
    answered = _answered(attempt)
    if isinstance(answered, Outcome):
        return answered
    _, page = answered
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
        answered = _answered(attempt, changes=changes)
        if isinstance(answered, Outcome):
            return answered
        if answer_class(answered[1]) == answer_class(right[1]):
            return not_met(
                attempt.case,
                "uncorrelated",
                "an error page",
                f"An answer with {what} is taken for a good one.",
            )
    return passed("Answers that belong to no request are told apart.")


@procedure("logout-answered-otherwise")
def logout_answered_otherwise(attempt: Attempt) -> Outcome:
    """Okta answers the SP's request, and not with plain Success."""
    answered = _answered(attempt, faults=attempt.faults)
    if isinstance(answered, Outcome):
        return answered
    login, page = answered
    if page.status >= 500:
        return not_met(
            attempt.case, "server_error", "a page that the user understands", f"HTTP {page.status}"
        )
    sight = attempt.look(login.visitor, login.sent.person)
    if sight.who != "nobody":
        return not_met(attempt.case, "session_alive", "the local session is gone", sight.describe())
    return passed(f"HTTP {page.status}, and the local session is gone.")


@procedure("idp-logout-impossible")
def idp_logout_impossible(attempt: Attempt) -> Outcome:
    """The IdP asks for what cannot be done, in a signed request: the SP says so, and does not break."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    told = []
    for channel in channels(attempt):
        login = attempt.good_login()
        if login.sight.who != "subject":
            return judge(attempt.case, login.sight, "accept")
        claims = request_claims(attempt, login, channel.url)
        page = channel.send_request(
            attempt, login.visitor, claims, attempt.bench.idp.key, faults=attempt.faults
        )
        if page.status >= 500:
            seen = f"HTTP {page.status}"
            return not_met(attempt.case, "server_error", "an error answer, or a clean page", seen)
        told.append(_what_came(page))
        if not ends(attempt, channel, attempt.good_login()):
            return not_verified(f"{told[-1]}, but a proper LogoutRequest does not end a session either.")
    return passed(f"{'; '.join(dict.fromkeys(told))}.")


def _what_came(page: Page) -> str:
    answer = carried_message(page)
    if not isinstance(answer, LogoutResponse):
        return f"A page with HTTP {page.status}"
    codes = (answer.status, answer.sub_status)
    return f"A LogoutResponse with {' / '.join(code.rpartition(':')[2] for code in codes if code)}"


@procedure("idp-logout-relaystate")
def idp_logout_relaystate(attempt: Attempt) -> Outcome:
    """RelayState of the IdP's request, of the full length and with everything in it that must be escaped."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    relay_state = RELAY_STATE + "x" * (80 - len(RELAY_STATE.encode()))
    for channel in channels(attempt):
        login = attempt.good_login()
        if login.sight.who != "subject":
            return judge(attempt.case, login.sight, "accept")
        claims = request_claims(attempt, login, channel.url)
        page = channel.send_request(
            attempt, login.visitor, claims, attempt.bench.idp.key, relay_state=relay_state
        )
        if not isinstance(carried_message(page), LogoutResponse):
            return not_verified(f"HTTP {page.status} and no LogoutResponse, which other cases judge.")
        echoed = carried_relay_state(page)
        if echoed != relay_state:
            seen = "no RelayState" if echoed is None else repr(echoed)
            return not_met(attempt.case, "relaystate_lost", repr(relay_state), seen)
    return passed("RelayState comes back as it was sent.")
