"""How a response travels, and what else may come along or come instead."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus, urlsplit

from fake_idp.saml.bindings import redirect_url
from harness.conformance.attempt import Attempt
from harness.conformance.bench import NoRequest, read_started
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, judge, not_met, passed, recorded
from harness.conformance.visitor import Page


def starts_a_login(attempt: Attempt, page: Page) -> bool:
    """Whether a page sends the user to the IdP again by itself."""
    if page.leads_to.startswith(attempt.bench.idp.sso_url):
        return True
    try:
        read_started(page)
    except NoRequest:
        return False
    return True


@procedure("cross-site-post")
def cross_site_post(attempt: Attempt) -> Outcome:
    """The form post of Okta's page, with the cookies that a browser sends from another site."""
    bench = attempt.bench
    usual, bench.cross_site = bench.cross_site, True
    try:
        login = attempt.good_login()
    finally:
        bench.cross_site = usual
    if login.sight.who == "subject":
        return passed(login.sight.describe())
    return not_met(
        attempt.case, "refused", "a session", login.sight.describe(),
        hint="Cookies with SameSite=Lax or Strict do not travel with this POST.",
    )  # fmt: skip


@procedure("cross-site-post-without-cookies")
def cross_site_post_without_cookies(attempt: Attempt) -> Outcome:
    """The cookie of the pending login is lost on the way."""
    started = attempt.start(attempt.visitor())
    login = attempt.post(
        attempt.visitor(), attempt.issue(attempt.bench.people.somebody(), started), started=started
    )
    if starts_a_login(attempt, login.landed):
        return not_met(
            attempt.case, "loop", "one clear error, or a session",
            "The SP starts the next login at once, which ends in a loop where the cookie never arrives.",
        )  # fmt: skip
    if login.landed.status >= 500:
        return not_met(attempt.case, "server_error", "one clear error", f"HTTP {login.landed.status}")
    return passed(f"One clear outcome. {login.sight.describe()}")


@procedure("acs-tls")
def acs_tls(attempt: Attempt) -> Outcome:
    """The scheme of the ACS."""
    scheme = urlsplit(attempt.bench.sp.acs_url).scheme
    if scheme == "https":
        return passed("The ACS has an https address.")
    return recorded("The ACS has an http address, which only a target on one's own machine may have.")


@procedure("response-by-redirect")
def response_by_redirect(attempt: Attempt) -> Outcome:
    """The response in the query string, deflated and plain."""
    for plain in (False, True):
        visitor = attempt.visitor()
        started = attempt.start(visitor)
        sent = attempt.issue(attempt.bench.people.somebody(), started)
        acs = attempt.bench.sp.acs_url
        if plain:
            url = f"{acs}?SAMLResponse={quote_plus(sent.issued.saml_response)}"
        else:
            url = redirect_url(acs, "SAMLResponse", sent.issued.xml)
        page = visitor.get(url, from_url=attempt.bench.from_url)
        login = attempt.saw(visitor, sent, page, started=started)
        if login.sight.who != "nobody":
            return judge(attempt.case, login.sight, "reject")
    return passed("A response in the query string opens no session.")


@procedure("acs-without-message")
def acs_without_message(attempt: Attempt) -> Outcome:
    """GET, HEAD, PUT and JSON at the ACS."""
    visitor = attempt.visitor()
    acs = attempt.bench.sp.acs_url
    seen = [
        ("GET", visitor.send("GET", acs).status),
        ("HEAD", visitor.send("HEAD", acs).status),
        ("PUT", visitor.send("PUT", acs).status),
        (
            "JSON",
            visitor.send("POST", acs, b'{"SAMLResponse": 1}', {"Content-Type": "application/json"}).status,
        ),
    ]
    told = ", ".join(f"{name} {status}" for name, status in seen)
    if any(status >= 500 for _, status in seen):
        return not_met(
            attempt.case, "server_error", "a clean refusal", told, verdict="warning",
            hint="A warning only: nothing is accepted, and the SP stays up.",
        )  # fmt: skip
    return recorded(told)


@procedure("acs-caching")
def acs_caching(attempt: Attempt) -> Outcome:
    """A redirect after the POST, and no caching of what the POST answers."""
    login = attempt.good_login()
    if login.sight.who != "subject":
        return judge(attempt.case, login.sight, "accept")
    redirected = len(login.landed.chain) > 1 or bool(login.landed.leads_to)
    cached = "no-store" not in login.landed.answer.header("Cache-Control").lower()
    if not redirected:
        return not_met(
            attempt.case,
            "no_redirect",
            "a redirect after the POST",
            "The page is the answer to the POST itself.",
        )
    if cached:
        return not_met(
            attempt.case, "cached", "Cache-Control: no-store", "The page after the login may be cached."
        )
    return passed("The POST is answered by a redirect, and the page is not cached.")


@procedure("parameter-confusion")
def parameter_confusion(attempt: Attempt) -> Outcome:
    """A verified message and a forged one under one name."""
    for arrangement in (
        "forged first",
        "forged last",
        "forged in the query",
        "genuine in the query",
        "array",
    ):
        outcome = _confuse(attempt, arrangement)
        if outcome.verdict != "passed":
            return outcome
    return passed("The forged message is never used.")


def _confuse(attempt: Attempt, arrangement: str) -> Outcome:
    genuine, victim = attempt.bench.people.pair()
    visitor = attempt.visitor()
    started = attempt.start(visitor)
    sent = attempt.issue(genuine, started)
    good = sent.issued.saml_response
    forged = base64.b64encode(_forged(sent.issued.xml, sent.person.texts, victim.email)).decode()
    url, fields = attempt.bench.sp.acs_url, [("SAMLResponse", good), ("SAMLResponse", forged)]
    if arrangement == "forged first":
        fields.reverse()
    elif arrangement == "forged in the query":
        url, fields = f"{url}?SAMLResponse={quote_plus(forged)}", fields[:1]
    elif arrangement == "genuine in the query":
        url, fields = f"{url}?SAMLResponse={quote_plus(good)}", fields[1:]
    elif arrangement == "array":
        fields = [("SAMLResponse[]", good), ("SAMLResponse[]", forged), ("SAMLResponse", forged)]
    fields.append(("RelayState", started.relay_state or ""))
    page = visitor.post(url, fields, from_url=attempt.bench.from_url, message=("Response", arrangement))
    login = attempt.saw(visitor, sent, page, victim=victim, started=started)
    outcome = judge(attempt.case, login.sight, "no forgery")
    if outcome.difference is None:
        return outcome
    return not_met(attempt.case, "forged", outcome.difference.expected, f"{outcome.reason} ({arrangement})")


def _forged(xml: bytes, genuine: tuple[str, ...], victim: str) -> bytes:
    """The response with the victim's name in it; its signature is worth nothing any more."""
    for text in genuine:
        xml = xml.replace(text.encode(), victim.encode())
    return xml


@procedure("foreign-host-header")
def foreign_host_header(attempt: Attempt) -> Outcome:
    """Host and X-Forwarded-Host as an attacker would set them."""
    usual = attempt.start(attempt.visitor()).request
    for header in ("X-Forwarded-Host", "Host", "Forwarded"):
        value = "host=evil.test" if header == "Forwarded" else "evil.test"
        try:
            page = attempt.visitor().get(attempt.bench.target.login_url, headers={header: value})
            changed = read_started(page).request
        except NoRequest:
            continue
        before = (usual.issuer, usual.acs_url, usual.destination)
        after = (changed.issuer, changed.acs_url, changed.destination)
        if before != after:
            return not_met(
                attempt.case,
                "host_header",
                str(before),
                str(after),
                hint=f"The header was {header}: {value}.",
            )
    return passed("The request stays the same, or is refused.")
