"""Single logout, by the user at the SP and by the IdP, with HTTP-POST."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.html

from fake_idp.saml.ids import message_ids
from fake_idp.saml.keys import SigningKey
from fake_idp.saml.logout import (
    LogoutRequestClaims,
    LogoutResponseClaims,
    build_logout_request,
    build_logout_response,
)
from fake_idp.saml.messages import (
    LogoutRequest,
    Message,
    RequestRefused,
    read_post,
    read_redirect,
    verify_request_signature,
)
from fake_idp.saml.names import BINDING_POST, BINDING_REDIRECT
from fake_idp.saml.pipeline import SigningOptions, foreign_key
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped
from harness.conformance.visitor import Page, Visitor

_NO_ENDPOINT = "The SP names no logout endpoint for HTTP-POST."


def slo_url(attempt: Attempt, binding: str = BINDING_POST) -> str:
    """The SP's logout endpoint for a binding, from its metadata or the target file."""
    endpoint = attempt.bench.sp.slo_endpoint(binding)
    return (
        endpoint.location if endpoint else (attempt.bench.target.slo_url if binding == BINDING_POST else "")
    )


def request_claims(attempt: Attempt, login: Login, destination: str) -> LogoutRequestClaims:
    """What Okta says to end the session of a login."""
    claims = login.sent.issued.claims
    return LogoutRequestClaims(
        id=message_ids(attempt.bench.idp.rng, datetime.now(UTC), 1)[0],
        issue_instant=datetime.now(UTC),
        destination=destination,
        issuer=attempt.bench.idp.entity_id,
        name_id=claims.name_id,
        name_id_format=claims.name_id_format,
        session_indexes=(claims.session_index,) if claims.session_index else (),
    )


def _signing(attempt: Attempt, key: SigningKey | None = None) -> SigningOptions:
    return SigningOptions(key=key or attempt.bench.idp.key)


def post_message(
    attempt: Attempt, visitor: Visitor, url: str, name: str, xml: bytes, relay_state: str = ""
) -> Page:
    """Post a logout message as Okta's page does."""
    fields = [(name, base64.b64encode(xml).decode()), *([("RelayState", relay_state)] if relay_state else [])]
    kind = "LogoutRequest" if name == "SAMLRequest" else "LogoutResponse"
    return visitor.post(url, fields, from_url=attempt.bench.idp.sso_url, message=(kind, xml.decode()))


def logout_response(
    attempt: Attempt,
    visitor: Visitor,
    url: str,
    *,
    relay_state: str = "",
    signing: SigningOptions | None = None,
) -> Page:
    """An answer to a logout that nobody asked for."""
    claims = LogoutResponseClaims(
        id=message_ids(attempt.bench.idp.rng, datetime.now(UTC), 1)[0],
        issue_instant=datetime.now(UTC),
        destination=url,
        issuer=attempt.bench.idp.entity_id,
        in_response_to="_made-up",
    )
    xml = build_logout_response(claims, signing)
    return post_message(attempt, visitor, url, "SAMLResponse", xml, relay_state)


def carried_message(page: Page) -> Message | None:
    """The SAML message that a page carries to the IdP, by redirect or by form."""
    query = urlsplit(page.leads_to).query
    try:
        if "SAMLRequest=" in query or "SAMLResponse=" in query:
            return read_redirect(query)
        root = lxml.html.fromstring(page.answer.body or b"<html></html>")
        for field in root.iter("input"):
            if field.get("name") in ("SAMLRequest", "SAMLResponse"):
                return read_post(field.get("value", ""), parameter=field.get("name", ""))
    except RequestRefused:
        return None
    return None


def press_logout(visitor: Visitor, url: str) -> Page:
    """Log out at the SP: a link, or where the SP refuses that, the button of a form on a page of its own."""
    page = visitor.get(url, from_url=url)
    return visitor.post(url, [], from_url=url) if page.status in (404, 405) else page


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
    return not_met(attempt.case, "session_ended", "the session stays", f"{what} ended it.", verdict="failed")


@procedure("sp-logout")
def sp_logout(attempt: Attempt) -> Outcome:
    """The user logs out at the SP; the request is taken out of their hands and never answered."""
    url = attempt.bench.target.logout_url
    if not url:
        return skipped("The target file names no logout_url.")
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    page = press_logout(login.visitor, url)
    message = carried_message(page)
    if attempt.case.requirement.id == "slo-local-session-ended":
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
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    for what, signing in (
        ("an unsigned LogoutResponse", None),
        ("a LogoutResponse by a foreign key", _signing(attempt, foreign_key())),
    ):
        logout_response(attempt, login.visitor, url, signing=signing)
        if problem := stays(attempt, login, what):
            return problem
    return passed("The session stays.")


@procedure("idp-logout")
def idp_logout(attempt: Attempt) -> Outcome:
    """The IdP ends the session, and is told so in a signed answer."""
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    claims = request_claims(attempt, login, url)
    page = post_message(
        attempt, login.visitor, url, "SAMLRequest", build_logout_request(claims, _signing(attempt))
    )
    outcome = _ended(attempt, login, page, "The session is gone.")
    if outcome.verdict != "passed":
        return outcome
    answer = carried_message(page)
    if answer is None or getattr(answer, "in_response_to", None) != claims.id:
        return not_met(attempt.case, "slo_answer", "a LogoutResponse that names the request", f"HTTP {page.status}, "
                       f"{'no SAML message' if answer is None else 'another InResponseTo'}")  # fmt: skip
    signed = _signed(attempt, answer)
    return signed if signed.verdict != "passed" else passed("The session is gone, and the answer is signed.")


@procedure("idp-logout-unauthenticated")
def idp_logout_unauthenticated(attempt: Attempt) -> Outcome:
    """LogoutRequests without a signature, by a foreign key, and changed after signing."""
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    claims = request_claims(attempt, login, url)
    other = replace(claims, name_id=f"other.{claims.name_id}")
    tampered = build_logout_request(other, _signing(attempt)).replace(b"other.", b"")
    for what, xml in (
        ("an unsigned LogoutRequest", build_logout_request(claims, None)),
        ("a LogoutRequest by a foreign key", build_logout_request(claims, _signing(attempt, foreign_key()))),
        ("a LogoutRequest that was changed after signing", tampered),
    ):
        post_message(attempt, login.visitor, url, "SAMLRequest", xml)
        if problem := stays(attempt, login, what):
            return problem
    return _control(attempt, login, url)


def _control(attempt: Attempt, login: Login, url: str) -> Outcome:
    """The same request, properly signed, must work: else the refusals had another cause."""
    claims = request_claims(attempt, login, url)
    post_message(attempt, login.visitor, url, "SAMLRequest", build_logout_request(claims, _signing(attempt)))
    if attempt.look(login.visitor, login.sent.person).who == "nobody":
        return passed("The session stays, and ends by a proper request.")
    return not_verified("A proper LogoutRequest does not end the session either.")


@procedure("idp-logout-other-name")
def idp_logout_other_name(attempt: Attempt) -> Outcome:
    """Properly signed requests for somebody else."""
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    other = replace(request_claims(attempt, login, url), name_id=attempt.bench.people.stranger().email)
    post_message(attempt, login.visitor, url, "SAMLRequest", build_logout_request(other, _signing(attempt)))
    return stays(attempt, login, "a request with another NameID") or _control(attempt, login, url)


@procedure("idp-logout-other-destination")
def idp_logout_other_destination(attempt: Attempt) -> Outcome:
    """A properly signed request that was meant for another address."""
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    claims = request_claims(attempt, login, "https://other-sp.example.test/slo")
    post_message(attempt, login.visitor, url, "SAMLRequest", build_logout_request(claims, _signing(attempt)))
    return stays(attempt, login, "a request for another address") or _control(attempt, login, url)


@procedure("idp-logout-replayed")
def idp_logout_replayed(attempt: Attempt) -> Outcome:
    """The request of a finished logout, after the same user has logged in again."""
    url = slo_url(attempt)
    if not url:
        return not_verified(_NO_ENDPOINT)
    person = attempt.bench.people.somebody()
    first = attempt.good_login(person)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    claims = replace(request_claims(attempt, first, url), session_indexes=())
    xml = build_logout_request(claims, _signing(attempt))
    post_message(attempt, first.visitor, url, "SAMLRequest", xml)
    if attempt.look(first.visitor, first.sent.person).who != "nobody":
        return not_verified("A proper LogoutRequest does not end the session.")
    second = attempt.good_login(person)
    post_message(attempt, second.visitor, url, "SAMLRequest", xml)
    return stays(attempt, second, "a replayed LogoutRequest") or passed("The new session stays.")


def redirect_endpoint(attempt: Attempt) -> str:
    """The SP's logout endpoint for HTTP-Redirect."""
    return slo_url(attempt, BINDING_REDIRECT)
