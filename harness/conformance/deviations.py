"""Known deviations: failures of a target that somebody has looked at and accepted, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.conformance.cases import SHAPES, cases
from harness.difference import Difference, Fix
from harness.result import CaseResult
from harness.yamlfile import Node, load_document

GONE = "known-deviation"
"""Prefix of the results that report accepted failures which are no more."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One accepted failure."""

    case: str
    """Case id, or a requirement id for all of its cases."""
    reason: str
    signed: str = ""
    """Signing shape; empty for all."""
    where: str = ""

    def covers(self, result: CaseResult) -> bool:
        """Whether a result is what this line speaks of."""
        same_case = result.id == self.case or self.case in result.requirements
        return same_case and self.signed in ("", result.signed)


def load_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of accepted failures.

    :raises YamlFileError: for everything that is wrong with it, unknown cases included.
    """
    root = load_document(path)
    rows = root.mapping(valid=("deviations",), required=("deviations",), what="known deviations")[
        "deviations"
    ]
    return tuple(_deviation(row) for row in rows.sequence())


def _deviation(row: Node) -> Deviation:
    keys = row.mapping(valid=("case", "signed", "reason"), required=("case", "reason"), what="deviation")
    known = {case.id for case in cases()} | {case.requirement.id for case in cases()}
    name = keys["case"].text(what="case")
    if name not in known:
        raise keys["case"].problem(f"there is no case {name!r}.", valid=(), got="", advice=_near(name, known))
    reason = keys["reason"].text(what="reason")
    if not reason.strip():
        raise keys["reason"].problem("say why this is accepted", breadcrumb=f"deviation {name!r}")
    signed = keys["signed"].text(what="signed", choices=SHAPES) if "signed" in keys else ""
    return Deviation(name, reason, signed, row.where)


def _near(name: str, known: set[str]) -> str:
    from harness.yamlfile import closest

    near = closest(name, sorted(known))
    return f"Did you mean {near!r}?" if near else "`okta-harness check --list` shows all cases"


class KnownDeviations:
    """The accepted failures of one check. Several threads may hand in results."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self._deviations = deviations
        self._passed: dict[Deviation, CaseResult] = {}
        self._seen: set[Deviation] = set()

    def apply(self, result: CaseResult) -> None:
        """Turn an accepted failure into a warning with its reason."""
        for deviation in self._deviations:
            if result.id.startswith(GONE) or not deviation.covers(result):
                continue
            if result.verdict in ("failed", "warning"):
                result.verdict = "warning"
                result.reason = f"Known deviation: {deviation.reason}"
                self._seen.add(deviation)
            elif result.verdict == "passed":
                self._passed.setdefault(deviation, result)

    def gone(self) -> list[CaseResult]:
        """A failure for each accepted one that has passed throughout.

        A line whose cases were not run, or could not be judged, says nothing either way.
        """
        return [_is_gone(line, example) for line, example in self._passed.items() if line not in self._seen]


def _is_gone(deviation: Deviation, example: CaseResult) -> CaseResult:
    shape = f", signed: {deviation.signed}" if deviation.signed else ""
    return CaseResult(
        id=f"{GONE}/{deviation.case}",
        title=f"The accepted failure {deviation.case}{shape} is gone",
        verdict="failed",
        requirements=example.requirements,
        group=example.group,
        level=example.level,
        reason="It passes now.",
        differences=[
            Difference(
                "deviation_gone",
                "An accepted failure does not occur any more.",
                expected=f"a failure, as {deviation.where} says: {deviation.reason}",
                received="passed",
                fixes=(Fix("harness", "known deviations", "remove the line"),),
            )
        ],
    )
