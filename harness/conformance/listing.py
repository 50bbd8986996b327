"""What a check would do, without a target: every case, and every requirement that has none, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from harness.conformance.cases import Case, NotCovered, cases, not_covered
from harness.conformance.requirements import Requirement, groups
from harness.conformance.selection import in_profile


@dataclass(frozen=True, slots=True)
class Listed:
    """One requirement with its cases, or the reason why it has none."""

    requirement: Requirement
    group: str
    """``E. Conditions``."""
    cases: tuple[Case, ...]
    reason: str = ""


def list_requirements(profile: str = "all") -> list[Listed]:
    """The catalogue in its order: what is covered by which cases, and what is not, and why."""
    by_requirement: dict[str, list[Case]] = {}
    for case in cases():
        by_requirement.setdefault(case.requirement.id, []).append(case)
    reasons: dict[str, NotCovered] = {entry.requirement.id: entry for entry in not_covered()}
    return [
        Listed(
            row,
            f"{group.letter}. {group.title}",
            tuple(case for case in by_requirement.get(row.id, ()) if in_profile(case, profile)),
            reasons[row.id].reason if row.id in reasons else "",
        )
        for group in groups()
        for row in group.requirements
        if profile == "all" or profile in row.profiles
    ]


def listing(profile: str = "all") -> str:
    """The same as text, for ``okta-harness check --list``."""
    rows: list[str] = []
    group = ""
    for listed in list_requirements(profile):
        if listed.group != group:
            group = listed.group
            rows += ["", group]
        row = listed.requirement
        rows.append(f"  {row.id}  tier {row.tier}, {row.level}. {row.sentence}")
        rows += [f"      {case.id}" for case in listed.cases]
        rows += [f"      no case: {listed.reason}"] if listed.reason else []
    return "\n".join(rows[1:])
