"""Known deviations: failures of a target that somebody has looked at and accepted, with the reason.

A line names the cases that fail, one by one. It says no more than that, so that another failure of the same
requirement is seen, and one that is gone, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.conformance.cases import Case, cases
from harness.difference import Difference, Fix
from harness.result import CaseResult
from harness.yamlfile import Node, closest, load_document

GONE = "known-deviation"
"""Prefix of the results that report accepted failures which are no more."""
_KEYS = ("case", "cases", "signed", "reason")


@dataclass(frozen=True, slots=True)
class Deviation:
    """One accepted failure."""

    case: str
    reason: str
    signed: tuple[str, ...] = ()
    """The signing shapes that fail; empty for all in which the case is sent."""
    where: str = ""

    def covers(self, result: CaseResult) -> bool:
        """Whether a result is what this line speaks of."""
        return result.id == self.case and (not self.signed or result.signed in self.signed)

    def overlaps(self, other: Deviation) -> bool:
        """Whether both speak of the same results."""
        shared = not self.signed or not other.signed or not set(self.signed).isdisjoint(other.signed)
        return self.case == other.case and shared


def load_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of accepted failures.

    :raises YamlFileError: for everything that is wrong with it, unknown cases included.
    """
    root = load_document(path)
    rows = root.mapping(valid=("deviations",), required=("deviations",), what="known deviations")
    found: list[Deviation] = []
    for row in rows["deviations"].sequence(what="deviations"):
        for node, line in _lines(row):
            first = next((other for other in found if line.overlaps(other)), None)
            if first is not None:
                raise node.problem(f"this case is accepted already, at {first.where}")
            found.append(line)
    return tuple(found)


def _lines(row: Node) -> list[tuple[Node, Deviation]]:
    keys = row.mapping(valid=_KEYS, required=("reason",), what="deviation")
    why = keys["reason"]
    if why.value is None or not why.text(what="reason").strip():
        raise why.problem("say why this is accepted", breadcrumb="reason of a deviation")
    named = [keys["case"]] if "case" in keys else []
    named += keys["cases"].sequence(what="cases") if "cases" in keys else ()
    if not named or ("case" in keys and "cases" in keys):
        raise row.problem("name one `case`, or `cases` as a list", breadcrumb="deviation")
    found = [(node, _case(node)) for node in named]
    return [
        (node, Deviation(case.id, why.raw.strip(), _shapes(keys.get("signed"), case), node.where))
        for node, case in found
    ]


def _case(node: Node) -> Case:
    name = node.text(what="case")
    known = {case.id: case for case in cases()}
    if name in known:
        return known[name]
    own = [case.id for case in cases() if case.requirement.id == name]
    if own:
        raise node.problem(
            f"{name!r} is a requirement: name those of its cases that fail, so that others are not hidden.",
            advice=f"all that it has: `cases: [{', '.join(own)}]`",
        )
    near = closest(name, known)
    advice = f"Did you mean {near!r}?" if near else "`okta-harness check --list` shows all cases"
    raise node.problem(f"there is no case {name!r}.", advice=advice)


def _shapes(node: Node | None, case: Case) -> tuple[str, ...]:
    if node is None:
        return ()
    if not case.shapes:
        raise node.problem(f"{case.id!r} runs once, in no shape of its own: leave `signed` out")
    named = node.elements if node.kind == "sequence" else (node,)
    return tuple(shape.text(what="signed", choices=case.shapes) for shape in named)


class KnownDeviations:
    """The accepted failures of one check. Several threads may hand in results, one at a time."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self._deviations = deviations
        self._failed: dict[Deviation, list[CaseResult]] = {}
        self._passed: dict[Deviation, list[CaseResult]] = {}

    def apply(self, result: CaseResult) -> None:
        """Turn an accepted failure into a warning with its reason."""
        line = next((line for line in self._deviations if line.covers(result)), None)
        if line is None:
            return
        if result.verdict in ("failed", "warning"):
            result.verdict = "warning"
            result.reason = f"Known deviation: {line.reason}"
            result.accepted = True
            self._failed.setdefault(line, []).append(result)
        elif result.verdict == "passed":
            self._passed.setdefault(line, []).append(result)

    def gone(self) -> list[CaseResult]:
        """A failure for each accepted one that has passed, were it in one of its shapes only.

        A line whose case was not run, or could not be judged, says nothing either way.
        """
        return [_is_gone(line, passed, self._failed.get(line, ())) for line, passed in self._passed.items()]


def _is_gone(line: Deviation, passed: Sequence[CaseResult], failed: Sequence[CaseResult]) -> CaseResult:
    example = passed[0]
    received = f"passed, signed: {_signed(passed)}" if example.signed else "passed"
    advice = f"write `signed: [{_signed(failed)}]`" if failed else "remove the case"
    return CaseResult(
        id=f"{GONE}/{line.case}",
        title=f"The accepted failure {line.case} is gone",
        verdict="failed",
        requirements=example.requirements,
        group=example.group,
        level=example.level,
        reason="It passes now.",
        differences=[
            Difference(
                "deviation_gone",
                "An accepted failure does not occur any more.",
                expected=f"a failure, as {line.where} says: {line.reason}",
                received=received,
                fixes=(Fix("harness", "known deviations", advice),),
            )
        ],
    )


def _signed(results: Sequence[CaseResult]) -> str:
    return ", ".join(result.signed for result in results)
