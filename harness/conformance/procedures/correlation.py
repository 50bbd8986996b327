"""Requests and their answers: which browser, which request, how often, and none at all."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote, urlsplit

from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, passed, recorded, skipped


@procedure("levels-disagree")
def levels_disagree(attempt: Attempt) -> Outcome:
    """Two requests are open; the two levels of the answer name one each."""
    visitor = attempt.visitor()
    first, second = attempt.start(visitor), attempt.start(visitor)
    person = attempt.bench.people.somebody()
    sent = attempt.issue(person, first, data=attempt.data(person, other_request_id=second.request.id))
    return judge(attempt.case, attempt.post(visitor, sent, started=first).sight)


@procedure("answer-twice")
def answer_twice(attempt: Attempt) -> Outcome:
    """A second, new assertion for a request that has been answered, in the same browser without its session."""
    people = attempt.bench.people
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    again = visitor.twin()
    first = attempt.post(visitor, attempt.issue(people.somebody(), started), started=started)
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    second = attempt.post(again, attempt.issue(people.somebody(), started), started=started)
    return judge(attempt.case, second.sight)


@procedure("other-browser")
def other_browser(attempt: Attempt) -> Outcome:
    """The answer to one browser's request is posted by another one that has no cookies."""
    started = attempt.start(attempt.visitor())
    sent = attempt.issue(attempt.bench.people.somebody(), started)
    return judge(attempt.case, attempt.post(attempt.visitor(), sent, started=started).sight)


@procedure("other-browser-with-request")
def other_browser_with_request(attempt: Attempt) -> Outcome:
    """As before, while the other browser waits for the answer to a request of its own."""
    started = attempt.start(attempt.visitor())
    other = attempt.visitor()
    attempt.start(other)
    sent = attempt.issue(attempt.bench.people.somebody(), started)
    return judge(attempt.case, attempt.post(other, sent, started=started).sight)


@procedure("parallel-logins")
def parallel_logins(attempt: Attempt) -> Outcome:
    """Two tabs of one browser; the second is answered first."""
    visitor = attempt.visitor()
    first, second = attempt.start(visitor), attempt.start(visitor)
    people = attempt.bench.people
    if first.request.id == second.request.id:
        return not_met(
            attempt.case, "same_request", "two requests with IDs of their own", "Both have the same ID."
        )
    for started in (second, first):
        login = attempt.post(visitor, attempt.issue(people.somebody(), started), started=started)
        if login.sight.who != "subject":
            return judge(attempt.case, login.sight, "accept")
    return passed("Both logins were finished, the second one first.")


@procedure("unsolicited")
def unsolicited(attempt: Attempt) -> Outcome:
    """As an Okta tile sends it, with an empty RelayState, then without one: the same outcome each time."""
    outcomes = []
    for relay_state in ("", None, ""):
        login = attempt.login(flow="idp", relay_state=relay_state)
        outcomes.append(login.sight.who == "subject")
        if login.landed.status >= 500:
            return not_met(
                attempt.case, "server_error", "a session or an understandable refusal",
                f"HTTP {login.landed.status}", verdict="failed",
            )  # fmt: skip
    if len(set(outcomes)) > 1:
        return not_met(
            attempt.case, "inconsistent", "the same outcome with and without a RelayState field",
            f"empty RelayState: {_word(outcomes[0])}; none: {_word(outcomes[1])}", verdict="failed",
        )  # fmt: skip
    claimed = attempt.bench.target.capabilities.idp_initiated
    if claimed is not None and claimed != outcomes[0]:
        return not_met(
            attempt.case, "not_as_claimed", f"idp_initiated: {str(claimed).lower()}, as the target file says",
            f"unsolicited responses are {_word(outcomes[0])}", verdict="failed",
        )  # fmt: skip
    return recorded(f"Unsolicited responses are {_word(outcomes[0])}.")


def _word(accepted: bool) -> str:
    return "accepted" if accepted else "refused"


@procedure("unsolicited-with-irt")
def unsolicited_with_irt(attempt: Attempt) -> Outcome:
    """A clean browser, no request, and an InResponseTo all the same."""
    return judge(attempt.case, attempt.login(flow="idp").sight)


@procedure("unsolicited-default-page")
def unsolicited_default_page(attempt: Attempt) -> Outcome:
    """Without RelayState the login ends at a page of the SP."""
    login = attempt.login(flow="idp", relay_state=None)
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if login.landed.leads_to or login.landed.status >= 400:
        return not_met(
            attempt.case, "no_default_page", "a page of the SP",
            f"HTTP {login.landed.status} {login.landed.leads_to}".strip(),
        )  # fmt: skip
    return passed(f"The login ends at {login.landed.url}.")


@procedure("downgrade")
def downgrade(attempt: Attempt) -> Outcome:
    """While a request is pending, a response that leaves InResponseTo out everywhere."""
    deep_link = attempt.bench.target.deep_link
    login = attempt.login(url=attempt.bench.target.deep_link_start or deep_link)
    if login.sight.who == "nobody":
        return passed(login.sight.describe())
    if attempt.bench.idp_initiated is False:
        return not_met(
            attempt.case, "downgraded", "no session: unsolicited responses are refused here",
            "A response without InResponseTo was accepted while a request was pending.", verdict="failed",
        )  # fmt: skip
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "no forgery")
    if deep_link and login.landed.url == deep_link and not _says_where(login):
        return not_met(
            attempt.case, "downgraded", "a login like any unsolicited one, with the default page",
            "It was taken for the answer to the pending request: the page first asked for was opened.",
            verdict="failed",
        )  # fmt: skip
    return passed("It was treated as an unsolicited login, which this SP accepts.")


def _says_where(login: Login) -> bool:
    """Whether RelayState itself names the page, so that no pending request is needed to find it."""
    started = login.started
    relay_state = unquote(started.relay_state or "") if started else ""
    return urlsplit(login.landed.url).path in relay_state


@procedure("login-csrf")
def login_csrf(attempt: Attempt) -> Outcome:
    """An attacker's unsolicited response, posted into a browser in which somebody else is signed in."""
    people = attempt.bench.people
    attacker = people.another()
    if attacker is None:
        return skipped("The target has a single account: name a second one as other_user.")
    first = attempt.good_login(people.somebody(), flow="sp")
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    sent = attempt.issue(attacker, None)
    second = attempt.post(first.visitor, sent)
    if second.sight.who == "subject":
        return not_met(
            attempt.case, "silent_swap", "a refusal, a question to the user, or a visible change",
            "The session changed to the attacker's account without a word, as the flow allows.", verdict="warning",
            hint="A warning only: whoever accepts unsolicited responses cannot prevent it, only make it visible.",
        )  # fmt: skip
    return recorded(f"The existing session was not replaced. {second.sight.describe()}")


STALE_SECONDS = 25 * 3600


@procedure("stale-request")
def stale_request(attempt: Attempt) -> Outcome:
    """The answer comes a day after the request; its own times are those of the day after."""
    bench = attempt.bench
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    bench.running.move_clock(STALE_SECONDS)
    bench.moved_clock += STALE_SECONDS
    person = bench.people.somebody()
    claims = bench.idp.claims(person, started.request, attempt.variation)
    later = timedelta(seconds=STALE_SECONDS)
    for name in (
        "issue_instant",
        "not_before",
        "not_on_or_after",
        "subject_not_on_or_after",
        "authn_instant",
    ):
        setattr(claims, name, getattr(claims, name) + later)
    sent = bench.idp.message(
        person, attempt.variation, request=started.request, relay_state=started.relay_state, claims=claims
    )
    return judge(attempt.case, attempt.post(visitor, sent, started=started).sight, "reject")
