"""The result of one attempt, with what an engineer needs to act on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fake_idp.saml.pipeline import Fault, issue_response
from harness.conformance.attempt import Attempt
from harness.conformance.bench import Bench, Login
from harness.conformance.cases import Case, Shape
from harness.conformance.requirements import Requirement, groups
from harness.conformance.verdicts import Outcome
from harness.conformance.visitor import http_text
from harness.result import CaseResult, Evidence

MAX_XML = 40_000
MAX_MARKS = 12
_LONG_TOKEN = 400


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
    )


def finish(result: CaseResult, outcome: Outcome) -> CaseResult:
    """Put an outcome into a result."""
    result.verdict = outcome.verdict
    result.reason = outcome.reason
    if outcome.difference is not None:
        result.differences.append(outcome.difference)
    return result


def requirement_evidence(row: Requirement) -> Evidence:
    """The requirement in a sentence, with its level and references."""
    references = "; ".join(row.references)
    return Evidence(
        "Requirement", text=f"{row.sentence}\n{row.level}, tier {row.tier}. References: {references}"
    )


def attempt_evidence(attempt: Attempt, control: str, *, full: bool) -> list[Evidence]:
    """Sent, come back, seen, control. ``full`` also works out what the fault changed, which costs a second message."""
    found = [requirement_evidence(attempt.case.requirement)]
    logins = attempt.logins if full else attempt.logins[-1:]
    for number, login in enumerate(logins, start=1):
        suffix = f" ({number} of {len(logins)})" if len(logins) > 1 else ""
        found.extend(_login_evidence(attempt.bench, login, suffix, marks=full))
    found.append(Evidence("The control", text=control))
    found.extend(Evidence("Remark", text=note) for note in attempt.notes)
    if attempt.bench.running.output and full:
        found.append(Evidence("The end of the target's output", text=attempt.bench.running.output[-2_000:]))
    return found


def _login_evidence(bench: Bench, login: Login, suffix: str, *, marks: bool) -> list[Evidence]:
    xml = login.sent.issued.xml.decode("utf-8", "replace")[:MAX_XML]
    changed = marks_of(bench, login) if marks and login.sent.faults else ()
    return [
        Evidence(f"What was sent{suffix}: {login.sent.variation.describe()}", "xml", xml, marks=changed),
        Evidence(f"What came back{suffix}", "http", f"{login.landed.url}\n{http_text(login.landed.answer)}"),
        Evidence(
            f"Who is signed in{suffix}", text=f"{login.sight.describe()} Seen at {login.sight.page.url}."
        ),
    ]


def marks_of(bench: Bench, login: Login) -> tuple[str, ...]:
    """The pieces of the message that would not be there without the faults."""
    sent = login.sent
    signing = bench.idp.signing(sent.variation, sent.issued.signing.key)
    try:
        good = issue_response(bench.idp.claims(sent.person, None, sent.variation), signing, rng=bench.idp.rng)
    except ValueError:
        return ()
    return pieces_only_in(sent.issued.xml.decode("utf-8", "replace"), good.xml.decode("utf-8", "replace"))


def pieces_only_in(faulty: str, good: str) -> tuple[str, ...]:
    """Tags and texts of one message that the other one lacks; ids, times and signature values do not count."""
    known = {_general(piece) for piece in _pieces(good)}
    found = [piece for piece in _pieces(faulty) if _general(piece) not in known and len(piece) < _LONG_TOKEN]
    return tuple(dict.fromkeys(found))[:MAX_MARKS]


def _pieces(xml: str) -> list[str]:
    return [piece for piece in re.findall(r"<!--.*?-->|<[^>]*>|[^<]+", xml, re.DOTALL) if piece.strip()]


def _general(piece: str) -> str:
    """A piece with everything replaced that differs from message to message anyway."""
    piece = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", piece)
    piece = re.sub(r"\bid[\d.]{6,}|#id\d+|_[0-9a-f-]{20,}", "ID", piece)
    return "BASE64" if re.fullmatch(r"[A-Za-z0-9+/=\s]{40,}", piece) else piece
