"""The result tree of a run or a check. Runners fill it; reports read it and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.difference import Difference, Side

Verdict = Literal["passed", "failed", "warning", "skipped", "not verified"]
Signed = Literal["both", "assertion", "response", ""]
VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "warning", "skipped", "not verified")


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text to point out, by character offsets.

    ``fault``: a fault put it there. ``removed``: a fault took ``text`` out at ``start``. ``signed``: a signature by
    the IdP's key covers it. ``unverified``: a signature refers to it and does not verify.
    """

    start: int
    end: int
    kind: Literal["fault", "removed", "signed", "unverified"]
    text: str = ""


@dataclass(slots=True)
class Evidence:
    """Something that was sent, received or seen: shown in reports, never needed for the verdict.

    ``kind`` tells a report how to show it; ``path`` is a file (a screenshot), ``text`` anything else.
    """

    title: str
    kind: Literal["text", "xml", "html", "screenshot", "http"] = "text"
    text: str = ""
    path: Path | None = None
    marks: Sequence[Mark] = ()
    """Parts of ``text`` to point out."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request over the wire and its answer, for the sequence diagram of a report.

    ``actor`` is who sent it ("user", "Okta admin", "SP admin", "suite"), ``receiver`` who answered ("Okta",
    "SP"). ``message`` names the SAML message it carried (``AuthnRequest``, ``Response``, ...), ``xml`` is that
    message decoded; both are empty for plain pages. ``seconds`` counts from the start of the case.
    """

    actor: str
    receiver: str
    method: str
    url: str
    status: int
    message: str = ""
    xml: str = ""
    seconds: float = 0.0
    answer: str = ""
    """What came back, where a status says too little."""


@dataclass(slots=True)
class StepResult:
    """One step as it ran, its variables filled in."""

    title: str
    source: str = ""
    verdict: Verdict = "passed"
    seconds: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    where: str = ""
    """File and line of the step, ``scenarios/setup/x.scenario.yaml:12``."""
    number: int = 0
    """Its place among the steps of the file, from 1; 0 for what a scenario is given before them."""

    def as_json(self) -> dict[str, object]:
        """The step as it stands in ``--json`` reports."""
        return {"number": self.number, "title": self.title, "where": self.where}


@dataclass(slots=True)
class CaseResult:
    """One scenario (or one row of its matrix), or one conformance case."""

    id: str
    title: str
    verdict: Verdict = "passed"
    driver: str = "http"
    seconds: float = 0.0
    requirements: Sequence[str] = ()
    faults: Sequence[str] = ()
    signed: Signed = ""
    reason: str = ""
    """Why it was skipped or could not be verified."""
    group: str = ""
    level: str = ""
    """MUST, SHOULD, MAY or SECURITY, for a conformance case."""
    rule: str = ""
    """The requirement in a sentence, for a conformance case."""
    references: str = ""
    """Where the requirement comes from."""
    differences: list[Difference] = field(default_factory=list)
    steps: list[StepResult] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    error: bool = False
    """The harness itself broke (JUnit's error, apart from failure)."""
    accepted: bool = False
    """A failure that a file of known deviations accepts."""

    @property
    def failed_step(self) -> StepResult | None:
        """The step at which a scenario failed."""
        return next((step for step in self.steps if step.verdict == "failed"), None)

    def as_json(self) -> dict[str, object]:
        """The case as it stands in ``--json`` reports. The keys only ever grow."""
        return {
            "id": self.id,
            "title": self.title,
            "verdict": self.verdict,
            "requirements": list(self.requirements),
            "faults": list(self.faults),
            "signed": self.signed,
            "driver": self.driver,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "group": self.group,
            "level": self.level,
            "failed_step": self.failed_step.as_json() if self.failed_step else None,
            "differences": [difference.as_json() for difference in self.differences],
        }


@dataclass(slots=True)
class Finding:
    """A cause behind one or many failures of a check, in the words of the person who has to put it right."""

    id: str
    title: str
    impact: str
    """What it means for the people who sign in, in one sentence."""
    advice: str
    cases: list[CaseResult]
    """The failures that it explains, the worst first."""
    side: Side = "sp"

    @property
    def failed(self) -> int:
        """How many of them are failures; the others are warnings."""
        return sum(case.verdict == "failed" for case in self.cases)

    def as_json(self) -> dict[str, object]:
        """The finding as it stands in ``--json`` reports."""
        return {
            "id": self.id,
            "title": self.title,
            "impact": self.impact,
            "advice": self.advice,
            "side": self.side,
            "cases": [{"id": case.id, "signed": case.signed} for case in self.cases],
        }


@dataclass(slots=True)
class RunResult:
    """Everything that one ``run`` or ``check`` found."""

    target: str
    seed: int
    cases: list[CaseResult] = field(default_factory=list)
    seconds: float = 0.0
    share_in_target: float = 0.0
    """Part of the time of a check that was spent waiting for the target, between 0 and 1."""
    findings: list[Finding] = field(default_factory=list)
    """What lies behind the failures of a check, the worst first."""
    facts: dict[str, str] = field(default_factory=dict)
    """What was judged: names, addresses and options that a reader of the report needs."""

    @property
    def summary(self) -> dict[str, int]:
        """How many cases ended with each verdict; every verdict is present."""
        counts = Counter(case.verdict for case in self.cases)
        return {verdict: counts.get(verdict, 0) for verdict in VERDICTS}

    def as_json(self) -> dict[str, object]:
        """The object that ``--json FILE`` holds."""
        return {
            "version": 1,
            "target": self.target,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "summary": self.summary,
            "findings": [finding.as_json() for finding in self.findings],
            "cases": [case.as_json() for case in self.cases],
        }
