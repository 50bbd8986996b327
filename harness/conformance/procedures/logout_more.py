"""Single logout in finer points: which session, when, and whose name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import etree

from fake_idp.faults import fault
from fake_idp.saml.messages import LogoutRequest
from fake_idp.saml.names import NAMEID_UNSPECIFIED, NS_SAML2
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import Fault, FaultContext
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.logout import hostile_then_proper, stays
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import (
    NO_ENDPOINT,
    Channel,
    carried_message,
    channels,
    press_logout,
    request_claims,
)
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, skipped


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


@procedure("logout-name-exact")
def logout_name_exact(attempt: Attempt) -> Outcome:
    """The NameID of the SP's request, compared with that of the login: one with qualifiers, one without a Format."""
    url = attempt.bench.target.logout_url
    if not url:
        return skipped("The target file names no logout_url.")
    for what, changed in (
        ("with qualifiers", QUALIFIED),
        ("without a Format", fault("name-id-format-absent")),
    ):
        login = attempt.login(faults=(changed,))
        if login.sight.who != "subject":
            return not_verified(f"A login under a NameID {what} is refused, so no logout follows it.")
        request = carried_message(press_logout(login.visitor, url))
        if not isinstance(request, LogoutRequest):
            return not_verified("The logout at the SP sends no LogoutRequest.")
        sent = login.sent.issued.tree.one("saml2:NameID")
        received = etree.fromstring(request.xml).find(f"{{{NS_SAML2}}}NameID")
        expected, got = _parts(sent.text, sent.get), _parts(request.name_id or "", _reader(received))
        if expected != got:
            return not_met(attempt.case, "slo_name", _told(expected), f"After a login {what}: {_told(got)}")
    return passed("Value, Format and qualifiers are those of the login.")


def _qualify(response: Element, context: FaultContext) -> None:
    name_id = response.one("saml2:NameID")
    name_id.set("NameQualifier", response.one("saml2:Issuer").text)
    name_id.set("SPNameQualifier", context.claims.audience if context.claims else "")


QUALIFIED = Fault(
    id="name-id-qualified",
    title="The NameID has the qualifiers of this IdP and this SP.",
    stage="tree",
    apply=_qualify,
    requirements=("slo-request-nameid-exact",),
    source="SAML Core 3.3.4, lines 1947-1961",
)


def _reader(element: etree._Element | None) -> Callable[[str], str | None]:
    return lambda name: None if element is None else element.get(name)


def _parts(value: str, attribute: Callable[[str], str | None]) -> dict[str, str]:
    """What identifies somebody. A NameID without a Format has the unspecified one (SAML Core 2.2.2)."""
    return {
        "value": value,
        "Format": attribute("Format") or NAMEID_UNSPECIFIED,
        "NameQualifier": attribute("NameQualifier") or "",
        "SPNameQualifier": attribute("SPNameQualifier") or "",
    }


def _told(parts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value or '(none)'}" for name, value in parts.items())
