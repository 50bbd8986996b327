"""Cases put together for the eye: one row for a case in its three signing shapes, one heading for a requirement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.result import CaseResult, Finding, Signed

SHAPES: tuple[Signed, ...] = ("both", "assertion", "response")


@dataclass(slots=True)
class Row:
    """One case of a check with its result in each signing shape."""

    id: str
    title: str
    cases: dict[Signed, CaseResult] = field(default_factory=dict)

    @property
    def once(self) -> CaseResult | None:
        """The result of a case that runs in one shape only, whichever that is."""
        return self.cases.get("")

    @property
    def first(self) -> CaseResult:
        """Any one of them, to speak for the row."""
        return next(iter(self.cases.values()))

    @property
    def shapes(self) -> str:
        """``both, response``; empty for a case that runs once."""
        return ", ".join(shape for shape in SHAPES if shape in self.cases)


def finding_rows(finding: Finding) -> list[Row]:
    """The failures of a finding, each case once."""
    rows: dict[str, Row] = {}
    for case in finding.cases:
        rows.setdefault(case.id, Row(case.id, case.title)).cases[case.signed] = case
    return list(rows.values())


@dataclass(slots=True)
class Rule:
    """A requirement with its cases."""

    name: str
    sentence: str
    level: str
    references: str
    cases: list[CaseResult] = field(default_factory=list)


def rules_of(cases: Iterable[CaseResult]) -> list[Rule]:
    """The cases by requirement, in their order; scenarios stand under no rule."""
    rules: dict[str, Rule] = {}
    for case in cases:
        name = case.requirements[0] if case.rule and case.requirements else ""
        rules.setdefault(name, Rule(name, case.rule, case.level, case.references)).cases.append(case)
    return list(rules.values())


def first_good_login(cases: Sequence[CaseResult]) -> CaseResult | None:
    """A login without any fault that worked, to show what a good one looks like at this target."""
    return next(
        (case for case in cases if case.rule and not case.faults and case.exchanges and case.id.endswith("/accept")
         and case.verdict == "passed"),
        None,
    )  # fmt: skip
