"""The result of one attempt, with what an engineer needs to act on it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from fake_idp.saml.pipeline import Fault
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, Login
from harness.conformance.cases import Case, Shape
from harness.conformance.changes import changes
from harness.conformance.covered import covered
from harness.conformance.idp import Sent
from harness.conformance.requirements import Requirement, groups
from harness.conformance.verdicts import Outcome
from harness.conformance.visitor import Page, http_text
from harness.result import CaseResult, Evidence, Mark

MAX_XML = 40_000
MAX_SAID = 300
MAX_LOGOUTS = 6


def group_title(row: Requirement) -> str:
    """``E. Conditions``."""
    title = next(group.title for group in groups() if group.letter == row.group)
    return f"{row.group}. {title}"


def title_of(case: Case, faults: Sequence[Fault]) -> str:
    """What is tried: the faults in their own words, else the requirement."""
    if faults and case.procedure == "message":
        return " ".join(fault.title for fault in faults)
    return (case.title and f"{case.requirement.sentence} ({case.title})") or case.requirement.sentence


def blank_result(case: Case, faults: Sequence[Fault] = (), shape: Shape | None = None) -> CaseResult:
    """A result without a verdict yet."""
    row = case.requirement
    return CaseResult(
        id=case.id,
        title=title_of(case, faults),
        requirements=(row.id,),
        faults=case.faults,
        signed=shape or "",
        group=group_title(row),
        level=row.level,
        rule=row.sentence,
        references="; ".join(row.references),
    )


def finish(result: CaseResult, outcome: Outcome) -> CaseResult:
    """Put an outcome into a result."""
    result.verdict = outcome.verdict
    result.reason = outcome.reason
    if outcome.difference is not None:
        result.differences.append(outcome.difference)
    return result


def attempt_evidence(attempt: Attempt, control: str, *, full: bool, marked: bool) -> list[Evidence]:
    """Sent, come back, seen, control.

    ``full`` shows every message of the attempt, else the last one. ``marked`` also works out what the faults changed
    and what the signatures cover, which costs a second message and two verifications each.
    """
    found: list[Evidence] = []
    logins = attempt.logins if full else attempt.logins[-1:]
    for number, login in enumerate(logins, start=1):
        suffix = f" ({number} of {len(logins)})" if len(logins) > 1 else ""
        found.extend(_login_evidence(attempt.bench, login, suffix, marked=marked))
    if full:
        found.extend(_logout_evidence(attempt))
    found.append(Evidence("The control", text=control))
    found.extend(Evidence("Remark", text=note) for note in attempt.notes)
    if attempt.bench.running.output and full:
        found.append(Evidence("The end of the target's output", text=attempt.bench.running.output[-2_000:]))
    return found


def _logout_evidence(attempt: Attempt) -> list[Evidence]:
    """The logout messages of an attempt: they are what a case about logout is about."""
    visitors = {id(login.visitor): login.visitor for login in attempt.logins}.values()
    every = [one for visitor in visitors for one in visitor.exchanges if one.message.startswith("Logout")]
    found = []
    for one in every[:MAX_LOGOUTS]:
        marks = covered(one.xml, attempt.bench.idp.key.certificate)
        found.append(Evidence(f"{one.message} that was sent by {one.method}", "xml", one.xml, marks=marks))
        query = f"{urlsplit(one.url).query}\n" if one.method == "GET" else ""
        address = one.url.partition("?")[0]
        found.append(Evidence("That was answered", "http", f"{address}\nHTTP {one.status}\n{query}"))
    return found


def _login_evidence(bench: Bench, login: Login, suffix: str, *, marked: bool) -> list[Evidence]:
    xml = login.sent.issued.xml.decode("utf-8", "replace")[:MAX_XML]
    marks = _marks(bench, login.sent, xml) if marked else ()
    what = "What was sent" if login.sent.faults else "A good login"
    found = [
        Evidence(f"{what}{suffix}: {login.sent.variation.describe()}", "xml", xml, marks=marks),
        Evidence(f"What came back{suffix}", "http", f"{login.landed.url}\n{http_text(login.landed.answer)}"),
    ]
    said = said_on(login.landed) if login.sight.who == "nobody" else ""
    if said:
        found.append(Evidence(f"The SP said{suffix}", text=said))
    seen = f"{login.sight.describe()} Seen at {login.sight.page.url}."
    return [*found, Evidence(f"Who is signed in{suffix}", text=seen)]


def _marks(bench: Bench, sent: Sent, xml: str) -> tuple[Mark, ...]:
    signed = covered(xml, bench.idp.key.certificate)
    if sent.twin is None:
        return signed
    try:
        good = sent.twin()
    except ValueError:  # this person or setting cannot be sent without the fault
        return signed
    return (*signed, *changes(xml, good.xml.decode("utf-8", "replace")))


def said_on(page: Page) -> str:
    """What a person reads on a page, on one line: the SP's own reason for a refusal, where it gives one."""
    text = re.sub(
        r"(?s)<(script|style|head|nav|header|footer)\b.*?</\1>|<!--.*?-->", " ", page.text[:MAX_XML]
    )
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= MAX_SAID else f"{text[:MAX_SAID]} [...]"
