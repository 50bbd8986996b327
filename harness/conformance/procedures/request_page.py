"""What goes to the IdP beside the request: the page that posts it, and RelayState."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, unquote

import lxml.html

from fake_idp.saml.names import BINDING_POST
from harness.conformance.attempt import Attempt
from harness.conformance.bench import NoRequest
from harness.conformance.procedures.metadata import metadata_of, metadata_with_binding
from harness.conformance.procedures.registry import procedure
from harness.conformance.verdicts import Outcome, not_met, passed, skipped
from harness.conformance.visitor import Page
from harness.targets.errors import SetUpError


def _deep_link(attempt: Attempt) -> str:
    """Where a login for a certain page starts, or any login."""
    target = attempt.bench.target
    return target.deep_link_start or target.deep_link or target.login_url


@procedure("request-form-escaped")
def request_form_escaped(attempt: Attempt) -> Outcome:
    """The IdP takes requests by HTTP-POST alone, and the deep link is full of markup."""
    url = _deep_link(attempt)
    markup = f'"\' onfocus=alert(1) autofocus x="><script>alert(1)</script>{attempt.canary}'
    hostile = f"{url}{'' if '?' in url else '?page='}{quote(markup)}"
    try:
        with metadata_of(attempt, metadata_with_binding(attempt, BINDING_POST)):
            usual = attempt.start(attempt.visitor(), url)
            page = attempt.visitor().get(hostile)
    except (SetUpError, NoRequest):
        return skipped("No login starts when the IdP takes requests by HTTP-POST alone.")
    if usual.request.binding != "POST":
        return skipped("The SP sends no request by HTTP-POST.")
    if broken := _broken_out(page, attempt.canary):
        return not_met(attempt.case, "not_escaped", "the deep link as text, wherever it is shown", broken)
    return passed("The deep link adds no markup to the page.")


def _broken_out(page: Page, canary: str) -> str:
    """What of the markup has become markup of the page."""
    if canary not in page.text:
        return ""
    root = lxml.html.fromstring(page.answer.body)
    if any("alert(1)" in (script.text or "") for script in root.iter("script")):
        return "A script element stands in the page."
    if any("alert(1)" in (element.get("onfocus") or "") for element in root.iter("*")):
        return "An element of the page has an event handler."
    return ""


@procedure("relaystate-opaque")
def relaystate_opaque(attempt: Attempt) -> Outcome:
    """What RelayState tells others, and where a login ends when one character of it was changed."""
    url = _deep_link(attempt)
    state = attempt.start(attempt.visitor(), url).relay_state
    if not state:
        return passed("The SP sends no RelayState.")
    if shown := _address_in(state):
        return not_met(attempt.case, "relaystate_readable", "an opaque handle, or a path at the most", shown)
    changed = _landing(attempt, url, lambda state: f"{state[:-1]}{'y' if state.endswith('x') else 'x'}")
    if not changed:
        return passed("A login with a changed RelayState is refused.")
    default = _landing(attempt, url, lambda _: None)
    if changed in (default, _landing(attempt, url, lambda state: state)):
        return passed(f"A login with a changed RelayState ends at {changed}, as others do.")
    return not_met(
        attempt.case, "relaystate_alterable", default or "the default page, or a refusal", f"A login with a changed "
        f"RelayState ends at {changed}",
    )  # fmt: skip


def _landing(attempt: Attempt, url: str, change: Callable[[str], str | None]) -> str:
    """Where a login ends whose RelayState was changed like that; empty when it is refused."""
    visitor = attempt.visitor()
    started = attempt.start(visitor, url)
    relay_state = change(started.relay_state or "")
    sent = attempt.issue(attempt.bench.people.somebody(), started, faults=(), relay_state=relay_state)
    login = attempt.post(visitor, sent, started=started)
    return (login.landed.leads_to or login.landed.url) if login.sight.who == "subject" else ""


def _address_in(state: str) -> str:
    """The whole address that stands in RelayState, plainly, escaped or in base64."""
    readings = [state, unquote(state)]
    with suppress(binascii.Error, ValueError):
        readings.append(base64.urlsafe_b64decode(state + "=" * (-len(state) % 4)).decode())
    return next((f"RelayState holds {text[:200]!r}" for text in readings if "://" in text), "")
