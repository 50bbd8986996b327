"""Single logout, by the user at the SP and by the IdP, through whatever endpoints the SP offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fake_idp.saml.messages import (
    LogoutRequest,
    LogoutResponse,
    Message,
    RequestRefused,
    verify_request_signature,
)
from fake_idp.saml.pipeline import foreign_key
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import (
    NO_ENDPOINT,
    Channel,
    carried_message,
    channels,
    ends,
    press_logout,
    request_claims,
)
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped
from harness.conformance.visitor import Page


def _ended(attempt: Attempt, login: Login, page: Page, outcome: str) -> Outcome:
    sight = attempt.look(login.visitor, login.sent.person)
    if sight.who == "nobody":
        return passed(outcome)
    return not_met(
        attempt.case, "session_alive", "the session has ended", f"{sight.describe()} HTTP {page.status}"
    )


def stays(attempt: Attempt, login: Login, what: str) -> Outcome | None:
    """None when the session of a login is still there."""
    sight = attempt.look(login.visitor, login.sent.person)
    if sight.who == "subject":
        return None
    return not_met(
        attempt.case,
        "session_ended",
        "the session stays",
        f"The session was ended by {what}.",
        verdict="failed",
    )


@procedure("sp-logout")
def sp_logout(attempt: Attempt) -> Outcome:
    """The user logs out at the SP; the request is taken out of their hands and never answered."""
    url = attempt.bench.target.logout_url
    if not url:
        return skipped("The target file names no logout_url.")
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    thief = login.visitor.twin()
    page = press_logout(login.visitor, url)
    message = carried_message(page)
    if attempt.case.requirement.id == "slo-local-session-ended":
        if attempt.look(thief, login.sent.person).who != "nobody":
            seen = "The cookie from before the logout is still signed in."
            return not_met(attempt.case, "session_alive", "the session has ended", seen)
        return _ended(attempt, login, page, "The local session is gone although the IdP never answered.")
    if not isinstance(message, LogoutRequest):
        return not_verified(
            f"The logout at {url} sends no LogoutRequest (HTTP {page.status} {page.leads_to}).".strip()
        )
    if attempt.case.requirement.id == "slo-request-signed":
        return _signed(attempt, message)
    return _content(attempt, login, message)


def _signed(attempt: Attempt, message: Message) -> Outcome:
    certificates = attempt.bench.sp.signing_certificates
    if not certificates:
        return not_verified("The SP publishes no signing key.")
    try:
        verify_request_signature(message, certificates)
    except RequestRefused as refusal:
        return not_met(attempt.case, refusal.code, "a signature that a published key verifies", str(refusal))
    return passed("A published key verifies the signature.")


def _content(attempt: Attempt, login: Login, message: LogoutRequest) -> Outcome:
    claims = login.sent.issued.claims
    problems = [
        problem
        for problem, right in (
            (f"Issuer {message.issuer}", message.issuer == attempt.bench.sp.entity_id),
            (f"Destination {message.destination}", message.destination == attempt.bench.idp.slo_url),
            (f"NameID {message.name_id}", message.name_id == claims.name_id),
            (f"SessionIndex {message.session_indexes}", claims.session_index in message.session_indexes),
        )
        if not right
    ]
    if problems:
        return not_met(attempt.case, "slo_content", "Issuer, Destination, NameID and SessionIndex of this login",
                       "; ".join(problems))  # fmt: skip
    return passed("Issuer, Destination, NameID and SessionIndex are right.")


@procedure("logout-response-unauthenticated")
def logout_response_unauthenticated(attempt: Attempt) -> Outcome:
    """LogoutResponses that nobody vouches for, while a user is logged in."""

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        channel.send_response(attempt, login.visitor)
        if problem := stays(attempt, login, "an unsigned LogoutResponse"):
            return problem
        channel.send_response(attempt, login.visitor, key=foreign_key())
        return stays(attempt, login, "a LogoutResponse by a foreign key")

    return hostile_then_proper(attempt, hostile)


@procedure("idp-logout")
def idp_logout(attempt: Attempt) -> Outcome:
    """The IdP ends the session, and is told so in a signed answer."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    for channel in channels(attempt):
        outcome = _idp_logout(attempt, channel)
        if outcome.verdict != "passed":
            return outcome
    return outcome


def _idp_logout(attempt: Attempt, channel: Channel) -> Outcome:
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    claims = request_claims(attempt, login, channel.url)
    page = channel.send_request(attempt, login.visitor, claims, attempt.bench.idp.key)
    outcome = _ended(attempt, login, page, "The session is gone.")
    if outcome.verdict != "passed":
        return outcome
    answer = carried_message(page)
    if not isinstance(answer, LogoutResponse) or answer.in_response_to != claims.id:
        what = "no LogoutResponse" if answer is None else "another InResponseTo"
        seen = f"HTTP {page.status}, {what}"
        return not_met(attempt.case, "slo_answer", "a LogoutResponse that names the request", seen)
    signed = _signed(attempt, answer)
    return signed if signed.verdict != "passed" else passed("The session is gone, and the answer is signed.")


@procedure("idp-logout-unauthenticated")
def idp_logout_unauthenticated(attempt: Attempt) -> Outcome:
    """LogoutRequests without a signature, by a foreign key, and changed after signing."""

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        claims = request_claims(attempt, login, channel.url)
        channel.send_request(attempt, login.visitor, claims, None)
        if problem := stays(attempt, login, "an unsigned LogoutRequest"):
            return problem
        channel.send_request(attempt, login.visitor, claims, foreign_key())
        if problem := stays(attempt, login, "a LogoutRequest by a foreign key"):
            return problem
        channel.send_tampered_request(attempt, login.visitor, claims)
        return stays(attempt, login, "a LogoutRequest that was changed after signing")

    return hostile_then_proper(attempt, hostile)


def hostile_then_proper(attempt: Attempt, hostile: Callable[[Channel, Login], Outcome | None]) -> Outcome:
    """Hostile requests must end nothing; a proper one must, else the refusals had another cause."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    for channel in channels(attempt):
        login = attempt.good_login()
        if login.sight.who != "subject":
            return judge(attempt.case, login.sight, "accept")
        if problem := hostile(channel, login):
            return problem
        if not ends(attempt, channel, login):
            return not_verified("A proper LogoutRequest does not end the session either.")
    return passed("The session stays, and ends by a proper request.")


@procedure("idp-logout-other-name")
def idp_logout_other_name(attempt: Attempt) -> Outcome:
    """Properly signed requests for somebody else."""

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        stranger = attempt.bench.people.stranger().email
        claims = replace(request_claims(attempt, login, channel.url), name_id=stranger)
        channel.send_request(attempt, login.visitor, claims, attempt.bench.idp.key)
        return stays(attempt, login, "a request with another NameID")

    return hostile_then_proper(attempt, hostile)


@procedure("idp-logout-other-destination")
def idp_logout_other_destination(attempt: Attempt) -> Outcome:
    """A properly signed request that was meant for another address."""

    def hostile(channel: Channel, login: Login) -> Outcome | None:
        claims = request_claims(attempt, login, "https://other-sp.example.test/slo")
        channel.send_request(attempt, login.visitor, claims, attempt.bench.idp.key)
        return stays(attempt, login, "a request for another address")

    return hostile_then_proper(attempt, hostile)


@procedure("idp-logout-replayed")
def idp_logout_replayed(attempt: Attempt) -> Outcome:
    """The request of a finished logout, after the same user has logged in again."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    channel, key = channels(attempt)[0], attempt.bench.idp.key
    person = attempt.bench.people.somebody()
    first = attempt.good_login(person)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    claims = replace(request_claims(attempt, first, channel.url), session_indexes=())
    channel.send_request(attempt, first.visitor, claims, key)
    if attempt.look(first.visitor, first.sent.person).who != "nobody":
        return not_verified("A proper LogoutRequest does not end the session.")
    second = attempt.good_login(person)
    channel.send_request(attempt, second.visitor, claims, key)
    return stays(attempt, second, "a replayed LogoutRequest") or passed("The new session stays.")
