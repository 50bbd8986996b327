"""From many failures to few causes: what to change first, and which failures follow from it."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from harness.conformance.advice import advice_for
from harness.conformance.requirements import requirements
from harness.result import CaseResult, Finding
from harness.yamlfile import Node, load_document

_FILE = Path(__file__).parent / "findings.yaml"
_KEYS = ("id", "title", "impact", "advice", "direction", "when", "explains")
Direction = Literal["accepted", "refused"]
_WRONG_PERSON = "Somebody is signed in as a person whom the IdP did not vouch for."
_IMPACT = {
    "forged": _WRONG_PERSON,
    "somebody": _WRONG_PERSON,
    "accepted": "A message that the SP has to refuse opens a session.",
    "refused": "People whose IdP sends such a message cannot sign in.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the file: a cause, when it is established, and what follows from it."""

    id: str
    title: str
    impact: str
    advice: str
    direction: Direction
    when: tuple[str, ...]
    explains: tuple[str, ...]

    def found_in(self, failures: Sequence[CaseResult]) -> list[CaseResult]:
        """The failures that this cause explains; none when it is not established."""
        fitting = [case for case in failures if _direction(case) == self.direction]
        if not any(_matches(self.when, case) for case in fitting if case.verdict == "failed"):
            return []
        return [case for case in fitting if _matches((*self.when, *self.explains), case)]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The causes that the suite knows, the more basic ones first."""
    rows = load_document(_FILE).mapping(valid=("findings",), required=("findings",))["findings"].sequence()
    return tuple(_rule(row) for row in rows)


def find(results: Iterable[CaseResult]) -> list[Finding]:
    """The causes behind the failures of a check, the worst first; each failure and warning stands under one of them.

    Accepted deviations are left out: somebody knows about them.
    """
    left = [
        case
        for case in results
        if (case.verdict in ("failed", "warning") or case.error) and not case.accepted
    ]
    found: list[Finding] = []
    for rule in rules():
        explained = rule.found_in(left)
        if explained:
            explained.sort(key=lambda case: (not _matches(rule.when, case), _rank(case)))
            found.append(Finding(rule.id, rule.title, rule.impact, rule.advice, explained))
            left = [case for case in left if case not in explained]
    found.extend(_by_requirement(left))
    return sorted(found, key=lambda finding: min(map(_rank, finding.cases)))


def _by_requirement(left: Sequence[CaseResult]) -> Iterable[Finding]:
    """What no rule explains."""
    gone = [case for case in left if _code(case) == "deviation_gone"]
    broken = [case for case in left if case.error]
    if gone:
        yield _gone(gone)
    if broken:
        yield _broken(broken)
    down = [case for case in left if _code(case) == "target_down"]
    if len({case.requirements[0] for case in down} - {ALIVE}) > 1:
        yield _down(down)
        left = [case for case in left if case not in down]
    others = [case for case in left if case not in gone and case not in broken]
    for name in dict.fromkeys(case.requirements[0] for case in others):
        yield _finding(name, [case for case in others if case.requirements[0] == name])


def _finding(name: str, cases: list[CaseResult]) -> Finding:
    row = requirements()[name]
    cases.sort(key=_rank)
    code = _code(cases[0])
    return Finding(
        name,
        f"{_NOT_MET.get(code, 'Not met')}: {row.sentence}",
        _IMPACT.get(code, ""),
        advice_for(row, code),
        cases,
    )


ALIVE = "err-alive-after-attack"
"""The requirement that speaks of the whole run."""
_BREAKS = ("target_down", "slow", "server_error")
_NOT_MET = {
    "refused": "A good message is refused, against the rule",
    "accepted": "Not refused, against the rule",
}


def _gone(cases: list[CaseResult]) -> Finding:
    return Finding(
        "deviation-gone",
        "Accepted failures do not occur any more.",
        "The file of known deviations says otherwise.",
        "Remove these lines from it.",
        cases,
        side="harness",
    )


def _down(cases: list[CaseResult]) -> Finding:
    cases.sort(key=_rank)
    return Finding(
        "target-down",
        "The SP goes down.",
        "While it is down nobody signs in; if one message does it, whoever can send one can do that.",
        "Find in the SP's log what it was doing when it stopped, and catch the error so that the next login works.",
        cases,
    )


def _broken(cases: list[CaseResult]) -> Finding:
    return Finding(
        "suite-broken",
        "The suite itself broke in these cases.",
        "Nothing is known about the SP from them.",
        "Report it to the makers of okta-harness, with the report.",
        cases,
        side="harness",
    )


def _direction(case: CaseResult) -> Direction | Literal["down"]:
    """What the SP did wrong: it took a bad message, refused a good one, or broke, which says nothing of either."""
    code = _code(case)
    return "refused" if code == "refused" else "down" if code in _BREAKS else "accepted"


def _rank(case: CaseResult) -> int:
    """How bad: forged users, then sessions by bad messages, then other failures by level, then warnings."""
    if case.verdict == "warning":
        return 5
    by_outcome = {"forged": 0, "somebody": 0, "accepted": 1}
    return by_outcome.get(_code(case), {"SECURITY": 2, "MUST": 3}.get(case.level, 4))


def _code(case: CaseResult) -> str:
    return case.differences[0].code if case.differences else ""


def _matches(patterns: Iterable[str], case: CaseResult) -> bool:
    return any(_fits(pattern, case) for pattern in patterns)


def _fits(pattern: str, case: CaseResult) -> bool:
    """Whether a case is meant by ``group X``, by a pattern of ids, or by such a pattern and the code of the outcome."""
    if pattern.startswith("group "):
        return case.group.startswith(f"{pattern[6:]}.")
    ids, _, code = pattern.partition(" ")
    return fnmatch.fnmatchcase(case.id, ids) and code in ("", _code(case))


def _rule(row: Node) -> Rule:
    keys = row.mapping(valid=_KEYS, required=_KEYS, what="finding")
    identifier, title, impact, advice = (keys[name].text(what=name) for name in _KEYS[:4])
    direction = cast("Direction", keys["direction"].text(choices=("accepted", "refused")))
    when, explains = (
        tuple(item.text() for item in keys[name].sequence(what=name)) for name in ("when", "explains")
    )
    return Rule(identifier, title, impact, advice, direction, when, explains)
