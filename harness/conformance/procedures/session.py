"""The session that a login leaves: its identifier, its cookie, whose it is."""

from __future__ import annotations

from dataclasses import replace

from harness.conformance.attempt import Attempt
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded, skipped
from harness.drivers.agent import Cookie
from harness.drivers.http.cookies import CookieJar
from harness.drivers.site import is_trustworthy

BAD_REQUEST = 400


def session_cookies(attempt: Attempt, jar: CookieJar, person: object) -> list[Cookie]:
    """The cookies without which nobody is signed in any more: tried out one by one."""
    found = []
    for cookie in jar.cookies():
        visitor = attempt.visitor()
        for other in jar.cookies():
            if other.name != cookie.name:
                visitor.jar.keep(as_set_cookie(other), attempt.bench.target.login_url)
        if attempt.look(visitor, person).who == "nobody":  # type: ignore[arg-type]
            found.append(cookie)
    return found


def as_set_cookie(cookie: Cookie) -> str:
    """A cookie as a server sets it, for another browser."""
    flags = "; Secure" if cookie.secure else ""
    same_site = f"; SameSite={cookie.same_site}" if cookie.same_site else ""
    return f"{cookie.name}={cookie.value}; Path={cookie.path}{flags}{same_site}"


@procedure("session-fixation")
def session_fixation(attempt: Attempt) -> Outcome:
    """An attacker knows the cookies from before the login, or has planted one; they must be worth nothing after it."""
    first = attempt.good_login()
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    names = session_cookies(attempt, first.visitor.jar, first.sent.person)
    for planted in (False, True):
        visitor = attempt.visitor()
        if planted:
            for cookie in names:
                visitor.jar.keep(_bait(attempt, cookie), attempt.bench.target.login_url)
        visitor.get(attempt.bench.target.signed_in.url)
        started = attempt.start(visitor)
        attacker = visitor.twin()
        login = attempt.post(
            visitor, attempt.issue(attempt.bench.people.somebody(), started), started=started
        )
        if login.sight.who != "subject":
            return not_verified(
                f"The login of a browser with a planted cookie is refused. {login.sight.describe()}"
            )
        if attempt.look(attacker, login.sent.person).who != "nobody":
            which = "A cookie that was planted" if planted else "The cookies from"
            seen = (
                f"{which} before the login is signed in after it."
                if planted
                else f"{which} before it are signed in."
            )
            return not_met(attempt.case, "fixation", "a new session identifier at login", seen)
    return passed("Cookies from before the login, planted ones too, stay anonymous.")


def _bait(attempt: Attempt, cookie: Cookie) -> str:
    """The session cookie as an attacker would plant it: with a value of their choice, and sent from every site."""
    value = f"planted{attempt.token}{attempt.token}"
    safe = is_trustworthy(attempt.bench.target.login_url)
    return as_set_cookie(replace(cookie, value=value, secure=safe, same_site="None" if safe else ""))


@procedure("cookie-flags")
def cookie_flags(attempt: Attempt) -> Outcome:
    """HttpOnly, Secure and SameSite on the cookie that holds the session."""
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    cookies = session_cookies(attempt, login.visitor.jar, login.sent.person)
    if not cookies:
        return not_verified("No single cookie holds the session.")
    https = attempt.bench.target.login_url.startswith("https:")
    missing = [f"{cookie.name} without {flag}" for cookie in cookies for flag in _missing(cookie, https)]
    if not missing:
        return passed(", ".join(f"{cookie.name}: {_flags(cookie)}" for cookie in cookies))
    return not_met(
        attempt.case, "cookie_flags", "HttpOnly, Secure (over https) and a SameSite value", "; ".join(missing)
    )


def _missing(cookie: Cookie, https: bool) -> list[str]:
    return [
        name
        for name, present in (
            ("HttpOnly", cookie.http_only),
            ("Secure", cookie.secure or not https),
            ("SameSite", bool(cookie.same_site)),
        )
        if not present
    ]


def _flags(cookie: Cookie) -> str:
    flags = ["HttpOnly"] * cookie.http_only + ["Secure"] * cookie.secure
    return ", ".join([*flags, f"SameSite={cookie.same_site}"])


@procedure("second-user")
def second_user(attempt: Attempt) -> Outcome:
    """Another person's login in the same browser."""
    people = attempt.bench.people
    second = people.another()
    if second is None:
        return skipped("The target has a single account: name a second one as other_user.")
    first = attempt.good_login()
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    login = attempt.login(second, visitor=first.visitor, faults=())
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if attempt.bench.probe.names(login.sight.page, first.sent.person):
        return not_met(
            attempt.case, "mixed", "the second person only", "The page still names the first person."
        )
    return passed("The second person has replaced the first.")


@procedure("reject-over-session")
def reject_over_session(attempt: Attempt) -> Outcome:
    """A refused response in a browser in which somebody is signed in: still that person, nobody else."""
    from fake_idp.faults import fault

    first = attempt.good_login()
    if first.sight.who != "subject":
        return judge(attempt.case, first.sight, "accept")
    person = attempt.bench.people.another() or attempt.bench.people.somebody()
    refused = attempt.login(person, visitor=first.visitor, faults=(fault("audience-mismatch"),))
    after = attempt.look(first.visitor, first.sent.person)
    same_person = person.login == first.sent.person.login
    if refused.sight.who == "subject" and refused.landed.status >= BAD_REQUEST:
        seen = f"HTTP {refused.landed.status}, and yet the session is that of the refused response."
        return not_met(
            attempt.case, "session_harmed", "the first person is still signed in", seen, verdict="failed"
        )
    if refused.sight.who == "subject" and not same_person:
        return recorded("The response for another audience was accepted, which other cases judge.")
    if after.who != "subject":
        lost = (
            "A warning only: the session is gone, and nobody is signed in." if after.who == "nobody" else ""
        )
        return not_met(
            attempt.case, "session_harmed", "the first person is still signed in", after.describe(),
            hint=lost, verdict="warning" if lost else "failed",
        )  # fmt: skip
    return passed("The refused response left the existing session alone.")
