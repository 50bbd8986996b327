"""RelayState: where the browser is sent after a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from fake_idp.faults import fault
from fake_idp.saml.pipeline import Fault
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Login
from harness.conformance.procedures.registry import procedure
from harness.conformance.slo import NO_ENDPOINT, channels, ends
from harness.conformance.verdicts import Outcome, judge, not_met, not_verified, passed, recorded, skipped
from harness.conformance.visitor import Page, browser_url

EVIL = "evil.test"
MAX_BYTES = 80


def foreign_targets(own_url: str) -> tuple[str, ...]:
    """A foreign site in every spelling that has fooled a check."""
    own_host = urlsplit(own_url).hostname or ""
    return (
        f"https://{EVIL}/",
        f"//{EVIL}/",
        f"/\\{EVIL}/",
        f"\\/\\/{EVIL}/",
        f"https:{EVIL}/",
        f"///{EVIL}/",
        f"http://{own_host}@{EVIL}/",
        f"http://{own_host}.{EVIL}/",
        f"/\t/{EVIL}/",
        f"//{EVIL}%2f..",
    )


DANGEROUS = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "\x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
)


_SCRIPT_URL = re.compile(
    r"(?:href|action|src|content)=[\"']?[^\"'>]*?((?:javascript|vbscript):[^\"'>]+|data:text/html[^\"'>]+)",
    re.IGNORECASE,
)


def _leads_away(page: Page) -> str:
    """The foreign address that a page leads to: by redirect, refresh or script."""
    for address in (*page.chain, page.leads_to):
        if address and (urlsplit(address).hostname or "").endswith(EVIL):
            return address
    refresh = re.search(r"http-equiv=[\"']?refresh[^>]*url\s*=\s*[\"']?([^\"'>]+)", page.text, re.IGNORECASE)
    if refresh and (urlsplit(browser_url(page.url, refresh[1])).hostname or "").endswith(EVIL):
        return refresh[1]
    script = re.search(rf"location(?:\.href)?\s*=\s*[\"']([^\"']*{re.escape(EVIL)}[^\"']*)", page.text)
    return script[1] if script else ""


def _runs_script(page: Page) -> str:
    """A dangerous scheme that a page leads to, or puts where a browser would run it."""
    if re.match(r"(?:javascript|data|vbscript):", page.leads_to, re.IGNORECASE):
        return page.leads_to
    found = _SCRIPT_URL.search(page.text)
    return found[1] if found else ""


def _each(
    attempt: Attempt, values: tuple[str, ...], flow: str, faults: tuple[Fault, ...] = ()
) -> Iterator[tuple[str, Login]]:
    for value in values:
        yield value, attempt.login(flow=flow, relay_state=value, faults=faults)


def _flows(attempt: Attempt) -> tuple[str, ...]:
    return ("sp", "idp") if attempt.bench.idp_initiated else ("sp",)


@procedure("open-redirect")
def open_redirect(attempt: Attempt) -> Outcome:
    """A foreign site as RelayState, solicited and unsolicited."""
    own = attempt.bench.target.login_url
    signed_in = 0
    for flow in _flows(attempt):
        for value, login in _each(attempt, foreign_targets(own), flow):
            signed_in += login.sight.who == "subject"
            if away := _leads_away(login.landed):
                return not_met(
                    attempt.case, "open_redirect", "a page of the SP", f"RelayState {value!r} leads to {away}"
                )
    if not signed_in:
        return passed("Logins with an unknown RelayState are refused, and nothing leads away.")
    return passed("Every spelling of a foreign site ends at a page of the SP.")


@procedure("dangerous-scheme")
def dangerous_scheme(attempt: Attempt) -> Outcome:
    """Script and data URLs as RelayState."""
    for flow in _flows(attempt):
        for value, login in _each(attempt, DANGEROUS, flow):
            if script := _runs_script(login.landed):
                return not_met(
                    attempt.case,
                    "dangerous_scheme",
                    "a page of the SP",
                    f"RelayState {value!r} leads to {script!r}",
                )
    return passed("No script or data URL is followed or put into a page.")


@procedure("relaystate-reflection")
def relaystate_reflection(attempt: Attempt) -> Outcome:
    """Markup, quotes and line ends in RelayState."""
    canary = attempt.canary
    values = (f'"><script>alert(1)</script>{canary}', f"x\r\nX-Injected: {canary}\r\n\r\n{canary}")
    refused = (fault("audience-mismatch"),)
    for flow, faults in [(flow, faults) for flow in _flows(attempt) for faults in ((), refused)]:
        for _, login in _each(attempt, values, flow, faults):
            if f"<script>alert(1)</script>{canary}" in login.landed.text:
                return not_met(
                    attempt.case, "not_escaped", "RelayState escaped", "The script stands in the page."
                )
            if login.landed.answer.header("X-Injected"):
                return not_met(attempt.case, "header_split", "one header", "RelayState has added a header.")
    return passed("RelayState is escaped or not shown, and adds no header.")


@procedure("relaystate-no-authority")
def relaystate_no_authority(attempt: Attempt) -> Outcome:
    """Values that look as if they chose a user, a tenant or a role."""
    people = attempt.bench.people
    victim = people.another() or people.stranger()
    values = (victim.login, f'{{"user": "{victim.login}", "role": "admin", "org": "1"}}', "admin", "1")
    for value in values:
        person = people.somebody()
        login = attempt.login(person, relay_state=value, faults=(), victim=victim)
        if login.sight.who in ("forged", "somebody"):
            return not_met(
                attempt.case, "relaystate_authority", "the person of the assertion or nobody",
                f"RelayState {value!r}: {login.sight.describe()}",
            )  # fmt: skip
    return passed("RelayState changes nobody's identity.")


@procedure("relaystate-on-error")
def relaystate_on_error(attempt: Attempt) -> Outcome:
    """A refused response with a foreign RelayState."""
    for value in foreign_targets(attempt.bench.target.login_url)[:4]:
        login = attempt.login(relay_state=value)
        if away := _leads_away(login.landed):
            return not_met(
                attempt.case, "open_redirect", "an error page of the SP", f"{value!r} leads to {away}"
            )
    return passed("A refused response leads nowhere else.")


@procedure("relaystate-missing")
def relaystate_missing(attempt: Attempt) -> Outcome:
    """The answer comes back without RelayState."""
    return judge(attempt.case, attempt.login(relay_state=None, faults=()).sight)


@procedure("relaystate-unknown")
def relaystate_unknown(attempt: Attempt) -> Outcome:
    """The answer comes back with a RelayState that the SP never sent."""
    return judge(attempt.case, attempt.login(relay_state=f"rs-{attempt.token}", faults=()).sight)


@procedure("relaystate-swapped")
def relaystate_swapped(attempt: Attempt) -> Outcome:
    """Two logins are pending in one browser; each is answered with the other's RelayState."""
    visitor = attempt.visitor()
    first, second = attempt.start(visitor), attempt.start(visitor)
    person = attempt.bench.people.somebody()
    sent = attempt.issue(person, first, relay_state=second.relay_state)
    login = attempt.post(visitor, sent, started=first)
    if login.sight.who == "nobody":
        return recorded("A response with the RelayState of another login is refused, which is safe.")
    return judge(attempt.case, login.sight)


@procedure("relaystate-oversized")
def relaystate_oversized(attempt: Attempt) -> Outcome:
    """81 bytes, 4 kB, 64 kB: a session or a refusal, never a crash."""
    for size in (81, 4096, 65536):
        login = attempt.login(relay_state="r" * size, faults=())
        if login.landed.status >= 500:
            return not_met(
                attempt.case, "server_error", "no server error", f"{size} bytes: HTTP {login.landed.status}"
            )
    return passed("No length of RelayState crashes the SP.")


@procedure("deep-link")
def deep_link(attempt: Attempt) -> Outcome:
    """The page first asked for is the one shown after the login."""
    wanted = attempt.bench.target.deep_link
    if not wanted:
        return skipped("The target file names no deep_link.")
    login = attempt.login(url=attempt.bench.target.deep_link_start or wanted, faults=())
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    if login.landed.url == wanted:
        return passed(f"The login ends at {wanted}.")
    return not_met(attempt.case, "deep_link_lost", wanted, login.landed.leads_to or login.landed.url)


@procedure("long-deep-link")
def long_deep_link(attempt: Attempt) -> Outcome:
    """A deep link of several hundred characters; RelayState must still be short."""
    target = attempt.bench.target
    start = target.deep_link_start or target.deep_link or target.login_url
    long_url = f"{start}{'' if '?' in start else '?page='}{'x' * 300}"
    seen = []
    for url in (attempt.bench.target.login_url, long_url):
        started = attempt.start(attempt.visitor(), url)
        seen.append(len((started.relay_state or "").encode()))
    if max(seen) > MAX_BYTES:
        return not_met(
            attempt.case, "relaystate_long", f"at most {MAX_BYTES} bytes", f"{max(seen)} bytes",
            hint="Okta and many other IdPs take longer ones, so this seldom breaks a login.",
        )  # fmt: skip
    return passed(f"At most {max(seen)} bytes.")


@procedure("unsolicited-relaystate")
def unsolicited_relaystate(attempt: Attempt) -> Outcome:
    """A local page, a foreign one and a local action as RelayState of an unsolicited response."""
    for value in foreign_targets(attempt.bench.target.login_url)[:3]:
        login = attempt.login(flow="idp", relay_state=value, faults=())
        if away := _leads_away(login.landed):
            return not_met(attempt.case, "open_redirect", "a page of the SP", f"{value!r} leads to {away}")
    logout = attempt.bench.target.logout_url
    if logout:
        path = urlsplit(logout).path
        login = attempt.login(flow="idp", relay_state=path, faults=())
        if any(urlsplit(url).path == path for url in login.landed.chain[1:]):
            return not_met(
                attempt.case, "action_by_relaystate", "the default page",
                "RelayState led to the address of the logout.", verdict="warning",
                hint="A warning only: the page is the SP's own, and all that can be done with it is a logout.",
            )  # fmt: skip
    return passed("RelayState of an unsolicited response leads to pages of the SP only.")


@procedure("relaystate-on-logout")
def relaystate_on_logout(attempt: Attempt) -> Outcome:
    """A LogoutResponse with a foreign RelayState, to nobody's question: unsigned, and signed by the IdP."""
    if not channels(attempt):
        return not_verified(NO_ENDPOINT)
    for channel in channels(attempt):
        for value in foreign_targets(attempt.bench.target.login_url)[:4]:
            for key in (None, attempt.bench.idp.key):
                page = channel.send_response(attempt, attempt.visitor(), key=key, relay_state=value)
                if away := _leads_away(page):
                    return not_met(
                        attempt.case, "open_redirect", "a page of the SP", f"{value!r} leads to {away}"
                    )
        if not ends(attempt, channel, attempt.good_login()):
            return not_verified("It leads nowhere else, but a proper LogoutRequest ends no session either.")
    return passed("RelayState of logout messages leads nowhere else.")
