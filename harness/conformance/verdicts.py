"""From what was seen to a verdict: the rules, in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.conformance.advice import advice_for
from harness.conformance.cases import Case, IfNot
from harness.conformance.requirements import Expected
from harness.conformance.sight import Sight
from harness.difference import Difference, Fix
from harness.result import Verdict

VERDICT_OF: dict[IfNot, Verdict] = {"failed": "failed", "warning": "warning", "report": "passed"}


_FOUND = {
    "accepted": "A message that must be refused was accepted.",
    "refused": "A good message was refused.",
    "forged": "A forged identity was accepted.",
    "somebody": "Somebody else was signed in than the person of the message.",
}
"""What was found, before the rule that it breaks: the rule alone would read as if it held."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    verdict: Verdict
    reason: str = ""
    """One sentence: what was seen, or why nothing could be."""
    difference: Difference | None = None


def passed(reason: str = "") -> Outcome:
    """The expectation is met."""
    return Outcome("passed", reason)


def not_verified(reason: str) -> Outcome:
    """Neither pass nor fail: there is no evidence."""
    return Outcome("not verified", reason)


def skipped(reason: str) -> Outcome:
    """It does not apply to this target, or was not agreed to."""
    return Outcome("skipped", reason)


def recorded(reason: str) -> Outcome:
    """Recorded, not judged."""
    return Outcome("passed", f"Recorded: {reason}")


def not_met(
    case: Case, code: str, expected: str, received: str, *, hint: str = "", verdict: Verdict | None = None
) -> Outcome:
    """The expectation is not met; the case says whether that is a failure, a warning or a remark."""
    row = case.requirement
    chosen = verdict or VERDICT_OF[case.if_not]
    if chosen == VERDICT_OF[case.if_not]:  # the case's hint speaks of this verdict
        hint = " ".join(filter(None, (hint, case.hint)))
    fix = Fix("sp", "", advice_for(row, code))
    found = f"{_FOUND.get(code, 'This does not hold.')} The rule: {row.sentence}"
    difference = Difference(code, found, expected=expected, received=received, fixes=(fix,), hint=hint)
    return Outcome(chosen, received, difference)


def only_warning(outcome: Outcome, hint: str) -> Outcome:
    """What is not met, as a warning, with the reason why it is no more than that."""
    difference = None if outcome.difference is None else replace(outcome.difference, hint=hint)
    return replace(outcome, verdict="warning", difference=difference)


def judge(case: Case, sight: Sight, expect: Expected | None = None) -> Outcome:
    """The verdict on who is signed in after a message. A forged user in a session is a failure for every level."""
    expect = expect or case.expect
    seen = sight.describe()
    if expect == "report":
        return recorded(seen)
    if expect == "accept":
        if sight.who == "subject":
            return passed(seen)
        code = "refused" if sight.who == "nobody" else sight.who
        expected = "a session for exactly the person of the message"
        return not_met(case, code, expected, seen, hint=_page_hint(sight))
    if expect == "reject":
        if sight.who == "nobody":
            return passed(seen)
        if sight.who == "forged":
            return not_met(case, "forged", "no session", seen, verdict="failed")
        return not_met(case, "accepted", "no session", seen)
    if sight.who in ("nobody", "subject"):
        return passed(seen)
    return not_met(case, sight.who, "the signed identity or nobody, and no trace of the forged part", seen)


def _page_hint(sight: Sight) -> str:
    return "The answer was a server error." if sight.page.status >= 500 else ""
